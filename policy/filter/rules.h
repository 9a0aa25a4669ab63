/*
 * The rules of the manifest, as a grant has them, run on the args of one call. No I/O; the time is
 * bounded whatever args are (policy/filter/cost.h), and memory is taken by rules alone that
 * rewrite. docs/rules.md says what each means.
 */
#pragma once

#include "base/result.h"
#include "policy/filter/condition.h"
#include "policy/filter/edit.h"

enum {
    TB_FILTER_RULES_MAX = 256, /* in a manifest */
    TB_RULE_CONDITIONS_MAX = 16,
    TB_RULE_EDITS_MAX = 32,
    TB_RULE_MESSAGE_MAX = 256,
    TB_RULE_ONE_OF_MAX = 256,
    TB_FILTER_ALERTS_MAX = 8,
};

enum tb_filter_then { TB_THEN_DENY, TB_THEN_REWRITE, TB_THEN_ALERT, TB_THEN_ASK, TB_N_THENS };

/* Their names, in the manifest and in a grant. */
extern const char *const tb_filter_then_names[TB_N_THENS];

struct tb_filter_rule {
    enum tb_filter_then then;
    const struct tb_filter_condition *conditions; /* all must hold; none: always */
    size_t n_conditions;
    const struct tb_filter_edit *edits; /* of REWRITE, in their order */
    size_t n_edits;
    struct tb_bytes file; /* where it stands, for the log */
    uint32_t line;
    struct tb_bytes message; /* for the log; may be empty */
};

/* docs/formats.md, Rule. TB_OK, TB_MALFORMED or -ENOMEM. Borrows from the object, and takes memory
 * of the zone, which is the one that the object lives in. */
tb_must_check int tb_filter_rule_read(const msgpack_object *object, msgpack_zone *zone,
                                      struct tb_filter_rule *ret_rule);

struct tb_filter_verdict {
    enum tb_verdict verdict; /* TB_REWRITE: the args that go on are in `out` */
    /* Of TB_DENY: the rule that denies, or that asked for more than can be done. Of TB_REWRITE: the
     * last one that changed something. Else NULL. */
    const struct tb_filter_rule *rule;
    struct tb_bytes reason; /* of TB_DENY, for the log; borrows from the rule, or static */
    bool too_large;         /* of TB_DENY: not by what the rule says, but by the size of args */
    const struct tb_filter_rule *ask; /* the first that asks; NULL: none does */
    /* Those that alert, the first ones, and how many there were. Of TB_DENY too. */
    const struct tb_filter_rule *alerts[TB_FILTER_ALERTS_MAX];
    size_t n_alerts;
};

/* Runs rules[indexes[0]], rules[indexes[1]] and so on, each on what those before it made of the
 * args, until one denies. Appends to `out` only for TB_REWRITE. TB_OK, or -ENOMEM: nothing is
 * decided. */
tb_must_check int tb_filter_apply(const struct tb_filter_rule *rules, const uint32_t *indexes,
                                  size_t n, const msgpack_object *args, struct tb_buffer *out,
                                  struct tb_filter_verdict *ret_verdict);
