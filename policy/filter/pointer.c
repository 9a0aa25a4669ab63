#include "policy/filter/pointer.h"

#include "base/result.h"
#include "proto/limits.h"

#include <errno.h>

/* Written as JSON pointers have it: no sign, no leading zeros. */
static uint32_t index_of(struct tb_bytes key)
{
    uint32_t index = 0;
    if (key.n == 0 || key.n > 9 || (key.n > 1 && key.data[0] == '0'))
        return TB_POINTER_NO_INDEX;
    for (size_t i = 0; i < key.n; i++) {
        if (key.data[i] < '0' || key.data[i] > '9')
            return TB_POINTER_NO_INDEX;
        index = index * 10 + (uint32_t)(key.data[i] - '0');
    }
    return index;
}

static int read_segment(const msgpack_object *object, struct tb_filter_segment *ret_segment)
{
    if (object->type == MSGPACK_OBJECT_NIL) {
        *ret_segment = (struct tb_filter_segment){.index = TB_POINTER_NO_INDEX, .any = true};
        return TB_OK;
    }
    if (object->type != MSGPACK_OBJECT_STR || object->via.str.size > TB_MSGPACK_KEY)
        return TB_MALFORMED;
    struct tb_bytes key = tb_object_bytes(object);
    *ret_segment = (struct tb_filter_segment){.key = key, .index = index_of(key)};
    return TB_OK;
}

int tb_filter_pointer_read(const msgpack_object *array, msgpack_zone *zone,
                           struct tb_filter_pointer *ret_pointer)
{
    if (array->type != MSGPACK_OBJECT_ARRAY || array->via.array.size > TB_POINTER_SEGMENTS_MAX)
        return TB_MALFORMED;
    uint32_t n = array->via.array.size;
    struct tb_filter_segment *segments = tb_filter_get(zone, n, sizeof *segments);
    if (!segments)
        return -ENOMEM;
    for (uint32_t i = 0; i < n; i++)
        if (read_segment(&array->via.array.ptr[i], &segments[i]) != TB_OK)
            return TB_MALFORMED;
    *ret_pointer = (struct tb_filter_pointer){segments, n};
    return TB_OK;
}

const msgpack_object *tb_filter_child(const msgpack_object *value,
                                      const struct tb_filter_segment *segment,
                                      struct tb_filter_cost *cost)
{
    if (value->type == MSGPACK_OBJECT_ARRAY)
        return segment->index < value->via.array.size ? &value->via.array.ptr[segment->index]
                                                      : NULL;
    if (value->type != MSGPACK_OBJECT_MAP || !tb_filter_pay(cost, 1 + value->via.map.size))
        return NULL;
    for (uint32_t i = 0; i < value->via.map.size; i++)
        if (tb_bytes_equal(tb_object_bytes(&value->via.map.ptr[i].key), segment->key))
            return &value->via.map.ptr[i].val;
    return NULL;
}

struct walk {
    const struct tb_filter_pointer *pointer;
    struct tb_filter_cost *cost;
    tb_filter_visit visit;
    void *data;
};

/* As deep as the pointer is long. */
static bool walk_from(const struct walk *walk, const msgpack_object *value, size_t at)
{
    if (!tb_filter_pay(walk->cost, 1))
        return false;
    if (at == walk->pointer->n)
        return walk->visit(walk->data, value);
    const struct tb_filter_segment *segment = &walk->pointer->segments[at];
    if (!segment->any) {
        const msgpack_object *child = tb_filter_child(value, segment, walk->cost);
        return child ? walk_from(walk, child, at + 1) : walk->visit(walk->data, NULL);
    }
    uint32_t n = tb_filter_n_children(value);
    for (uint32_t i = 0; i < n; i++)
        if (!walk_from(walk, tb_filter_nth(value, i), at + 1))
            return false;
    return n > 0 || walk->visit(walk->data, NULL);
}

void tb_filter_walk(const struct tb_filter_pointer *pointer, const msgpack_object *args,
                    struct tb_filter_cost *cost, tb_filter_visit visit, void *data)
{
    const struct walk walk = {pointer, cost, visit, data};
    (void)walk_from(&walk, args, 0);
}
