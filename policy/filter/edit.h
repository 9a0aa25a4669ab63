/*
 * Changes to args, made to a copy: what came from the page stays as it was.
 *
 *   set    the value at the end of the pointer, with the maps on the way where nothing is
 *   drop   the key, or the element of an array
 *   clamp  a number into a range
 *
 * A change that cannot be made as it is written, since something else stands in its way, denies the
 * call: a rule that says "mode is 0600" must not let a call through without.
 */
#pragma once

#include "policy/filter/pointer.h"
#include "policy/filter/value.h"

enum tb_filter_edit_kind { TB_EDIT_SET, TB_EDIT_DROP, TB_EDIT_CLAMP };

struct tb_filter_edit {
    enum tb_filter_edit_kind kind;
    struct tb_filter_pointer pointer; /* at least one segment */
    const msgpack_object *value;      /* of SET */
    struct tb_filter_range range;     /* of CLAMP */
};

/* [pointer, value], pointer, or [pointer, min or nil, max or nil]. TB_OK, TB_MALFORMED or -ENOMEM.
 * Borrows. */
tb_must_check int tb_filter_edit_read(enum tb_filter_edit_kind kind, const msgpack_object *object,
                                      msgpack_zone *zone, struct tb_filter_edit *ret_edit);

/* Args that are being changed. Zeroed memory is one that has not begun. */
struct tb_filter_draft {
    msgpack_zone zone;
    size_t n_bytes; /* of the zone */
    bool begun;
    bool changed;
    msgpack_object root;
    const char *wrong; /* why a change could not be made */
};

void tb_filter_draft_deinit(struct tb_filter_draft *draft);

/* Copies the args, if that has not been done. TB_OK, TB_TOO_LARGE or -ENOMEM. */
tb_must_check int tb_filter_draft_begin(struct tb_filter_draft *draft, const msgpack_object *args,
                                        struct tb_filter_cost *cost);

/* TB_OK; TB_DENIED: it cannot be made, draft->wrong says why; TB_TOO_LARGE or -ENOMEM. */
tb_must_check int tb_filter_edit_make(const struct tb_filter_edit *edit,
                                      struct tb_filter_draft *draft, struct tb_filter_cost *cost);

/* Appends the args as msgpack. TB_OK, or TB_TOO_LARGE: they are more or deeper than args may be, or
 * do not fit into the buffer, which is as before. */
tb_must_check int tb_filter_draft_write(const struct tb_filter_draft *draft, struct tb_buffer *out);
