/*
 * A JSON pointer into args, with `*` as a segment for any element. A segment is a key of a map and,
 * where it is written as one, an index of an array.
 */
#pragma once

#include "policy/filter/cost.h"
#include "policy/filter/zone.h"

enum { TB_POINTER_SEGMENTS_MAX = 16 };
#define TB_POINTER_NO_INDEX UINT32_MAX

struct tb_filter_segment {
    struct tb_bytes key;
    uint32_t index; /* what the key is as one, or TB_POINTER_NO_INDEX */
    bool any;
};

struct tb_filter_pointer {
    const struct tb_filter_segment *segments;
    size_t n;
};

/* An array of strings, nil for `*`. TB_OK, TB_MALFORMED or -ENOMEM. Borrows. */
tb_must_check int tb_filter_pointer_read(const msgpack_object *array, msgpack_zone *zone,
                                         struct tb_filter_pointer *ret_pointer);

/* What a segment that is not `*` leads to, or NULL. */
const msgpack_object *tb_filter_child(const msgpack_object *value,
                                      const struct tb_filter_segment *segment,
                                      struct tb_filter_cost *cost);

/* The elements of an array or a map, for `*`: how many, and the i-th. */
static inline uint32_t tb_filter_n_children(const msgpack_object *value)
{
    /* Both have the same layout. */
    return value->type == MSGPACK_OBJECT_ARRAY || value->type == MSGPACK_OBJECT_MAP
               ? value->via.array.size
               : 0;
}

static inline msgpack_object *tb_filter_nth(const msgpack_object *value, uint32_t i)
{
    return value->type == MSGPACK_OBJECT_MAP ? &value->via.map.ptr[i].val
                                             : &value->via.array.ptr[i];
}

/* What is at the end of one way through args; NULL where the way ends before the pointer does.
 * False: look no further. */
typedef bool (*tb_filter_visit)(void *data, const msgpack_object *value);

/* Visits what the pointer leads to; once with NULL where it leads nowhere. */
void tb_filter_walk(const struct tb_filter_pointer *pointer, const msgpack_object *args,
                    struct tb_filter_cost *cost, tb_filter_visit visit, void *data);
