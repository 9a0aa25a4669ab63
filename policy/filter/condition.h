/*
 * A condition on what a pointer into args leads to.
 *
 * It holds if one value there is as it says. With `not` it holds unless there is a value and every
 * one there is as the condition without `not` says: nothing there, a wrong type and one bad element
 * among good ones make it hold, so that a rule that denies with `not` is an allow-list.
 */
#pragma once

#include "policy/filter/dfa.h"
#include "policy/filter/inside.h"
#include "policy/filter/value.h"

enum tb_filter_op {
    TB_OP_EQUALS,
    TB_OP_ONE_OF,
    TB_OP_REGEX,
    TB_OP_LENGTH,
    TB_OP_RANGE,
    TB_OP_INSIDE,
    TB_OP_EXISTS,
    TB_OP_TYPE,
    TB_N_OPS,
};

/* Their names, in the manifest and in a grant. */
extern const char *const tb_filter_op_names[TB_N_OPS];

struct tb_filter_condition {
    enum tb_filter_op op;
    bool negated;
    struct tb_filter_pointer pointer;
    union {
        const msgpack_object *value; /* EQUALS; ONE_OF: an array */
        struct tb_dfa dfa;
        struct tb_filter_range range; /* RANGE, LENGTH */
        struct tb_filter_inside inside;
        uint32_t types;
    } u;
};

/* docs/formats.md, Rule. TB_OK, TB_MALFORMED or -ENOMEM. Borrows. */
tb_must_check int tb_filter_condition_read(const msgpack_object *map, msgpack_zone *zone,
                                           struct tb_filter_condition *ret_condition);

/* Without meaning once the cost is spent. */
bool tb_filter_condition_holds(const struct tb_filter_condition *condition,
                               const msgpack_object *args, struct tb_filter_cost *cost);
