#include "policy/filter/edit.h"

#include "base/result.h"
#include "proto/limits.h"

#include <errno.h>

enum { ZONE_CHUNK = 4096 };

static int read_set(const msgpack_object *array, msgpack_zone *zone, struct tb_filter_edit *edit)
{
    if (array->type != MSGPACK_OBJECT_ARRAY || array->via.array.size != 2)
        return TB_MALFORMED;
    edit->value = &array->via.array.ptr[1];
    return tb_filter_pointer_read(&array->via.array.ptr[0], zone, &edit->pointer);
}

static const msgpack_object *unless_nil(const msgpack_object *object)
{
    return object->type == MSGPACK_OBJECT_NIL ? NULL : object;
}

static int read_clamp(const msgpack_object *array, msgpack_zone *zone, struct tb_filter_edit *edit)
{
    if (array->type != MSGPACK_OBJECT_ARRAY || array->via.array.size != 3)
        return TB_MALFORMED;
    edit->range.min = unless_nil(&array->via.array.ptr[1]);
    edit->range.max = unless_nil(&array->via.array.ptr[2]);
    if ((!edit->range.min && !edit->range.max) || !tb_filter_range_valid(&edit->range))
        return TB_MALFORMED;
    return tb_filter_pointer_read(&array->via.array.ptr[0], zone, &edit->pointer);
}

int tb_filter_edit_read(enum tb_filter_edit_kind kind, const msgpack_object *object,
                        msgpack_zone *zone, struct tb_filter_edit *ret_edit)
{
    struct tb_filter_edit edit = {.kind = kind};
    int r = kind == TB_EDIT_SET     ? read_set(object, zone, &edit)
            : kind == TB_EDIT_CLAMP ? read_clamp(object, zone, &edit)
                                    : tb_filter_pointer_read(object, zone, &edit.pointer);
    if (r == TB_OK && edit.pointer.n == 0)
        r = TB_MALFORMED;
    if (r == TB_OK)
        *ret_edit = edit;
    return r;
}

void tb_filter_draft_deinit(struct tb_filter_draft *draft)
{
    if (draft->begun)
        msgpack_zone_destroy(&draft->zone);
    *draft = (struct tb_filter_draft){0};
}

/* One change, and what it works on. */
struct work {
    const struct tb_filter_edit *edit;
    struct tb_filter_draft *draft;
    struct tb_filter_cost *cost;
};

/* Memory of the draft: as much at most as args of the greatest size take, and twice. */
static int get(struct work *work, size_t n, size_t size, void **ret_memory)
{
    static const size_t most = (size_t)TB_MSGPACK_NODES * sizeof(msgpack_object_kv) * 2;
    if (n > TB_MSGPACK_NODES || !tb_filter_pay(work->cost, n) ||
        n * size > most - work->draft->n_bytes)
        return TB_TOO_LARGE;
    *ret_memory = tb_filter_get(&work->draft->zone, n, size);
    if (!*ret_memory)
        return -ENOMEM;
    work->draft->n_bytes += n * size;
    return TB_OK;
}

static int copy(struct work *work, const msgpack_object *from, msgpack_object *to);

static int copy_array(struct work *work, const msgpack_object *from, msgpack_object *to)
{
    void *memory;
    uint32_t n = from->via.array.size;
    int r = get(work, n, sizeof(msgpack_object), &memory);
    if (r != TB_OK)
        return r;
    to->via.array.ptr = memory;
    for (uint32_t i = 0; i < n && r == TB_OK; i++)
        r = copy(work, &from->via.array.ptr[i], &to->via.array.ptr[i]);
    return r;
}

static int copy_map(struct work *work, const msgpack_object *from, msgpack_object *to)
{
    void *memory;
    uint32_t n = from->via.map.size;
    int r = get(work, n, sizeof(msgpack_object_kv), &memory);
    if (r != TB_OK)
        return r;
    to->via.map.ptr = memory;
    for (uint32_t i = 0; i < n && r == TB_OK; i++) {
        to->via.map.ptr[i].key = from->via.map.ptr[i].key;
        r = copy(work, &from->via.map.ptr[i].val, &to->via.map.ptr[i].val);
    }
    return r;
}

/* Maps and arrays; the texts of strings and bytes are shared. As deep as a scan lets through. */
static int copy(struct work *work, const msgpack_object *from, msgpack_object *to)
{
    *to = *from;
    if (from->type == MSGPACK_OBJECT_ARRAY)
        return copy_array(work, from, to);
    return from->type == MSGPACK_OBJECT_MAP ? copy_map(work, from, to) : TB_OK;
}

int tb_filter_draft_begin(struct tb_filter_draft *draft, const msgpack_object *args,
                          struct tb_filter_cost *cost)
{
    struct work work = {NULL, draft, cost};
    if (draft->begun)
        return TB_OK;
    if (!msgpack_zone_init(&draft->zone, ZONE_CHUNK))
        return -ENOMEM;
    draft->begun = true;
    return copy(&work, args, &draft->root);
}

static int refuse(struct work *work, const char *wrong)
{
    work->draft->wrong = wrong;
    return TB_DENIED;
}

/* What a segment leads to in the draft, whose values are ours to change. */
static msgpack_object *child_of(struct work *work, msgpack_object *value,
                                const struct tb_filter_segment *segment)
{
    return (msgpack_object *)(uintptr_t)tb_filter_child(value, segment, work->cost);
}

static int add_key(struct work *work, msgpack_object *map, struct tb_bytes key,
                   msgpack_object **ret_value)
{
    void *memory;
    uint32_t n = map->via.map.size;
    int r = get(work, (size_t)n + 1, sizeof(msgpack_object_kv), &memory);
    if (r != TB_OK)
        return r;
    msgpack_object_kv *entries = memory;
    if (n > 0)
        memcpy(entries, map->via.map.ptr, n * sizeof *entries);
    entries[n].key.type = MSGPACK_OBJECT_STR;
    entries[n].key.via.str = (msgpack_object_str){(uint32_t)key.n, (const char *)key.data};
    entries[n].val.type = MSGPACK_OBJECT_NIL;
    map->via.map = (msgpack_object_map){n + 1, entries};
    *ret_value = &entries[n].val;
    return TB_OK;
}

static bool is_container(const msgpack_object *value)
{
    return value->type == MSGPACK_OBJECT_MAP || value->type == MSGPACK_OBJECT_ARRAY;
}

static const char in_the_way[] = "what it sets lies in a value that is neither map nor array";

/* What a segment leads to, made where nothing is. */
static int child_for_set(struct work *work, msgpack_object *value,
                         const struct tb_filter_segment *segment, msgpack_object **ret_child)
{
    if (value->type == MSGPACK_OBJECT_NIL)
        *value = (msgpack_object){.type = MSGPACK_OBJECT_MAP};
    if (!is_container(value))
        return refuse(work, in_the_way);
    msgpack_object *child = child_of(work, value, segment);
    if (work->cost->spent)
        return TB_TOO_LARGE;
    if (!child && value->type == MSGPACK_OBJECT_ARRAY)
        return refuse(work, "what it sets is an element that the array does not have");
    if (!child)
        return add_key(work, value, segment->key, ret_child);
    *ret_child = child;
    return TB_OK;
}

/* Whether they are the same to every reader: equal, and numbers written alike. */
static bool same(struct work *work, const msgpack_object *a, const msgpack_object *b)
{
    return a->type == b->type && a->type != MSGPACK_OBJECT_ARRAY && a->type != MSGPACK_OBJECT_MAP &&
           tb_filter_equal(a, b, work->cost);
}

static int put(struct work *work, msgpack_object *value, const msgpack_object *wanted)
{
    if (same(work, value, wanted))
        return TB_OK;
    work->draft->changed = true;
    return copy(work, wanted, value); /* a later change may be to what is inside */
}

static int set(struct work *work, msgpack_object *value, size_t at)
{
    if (at == work->edit->pointer.n)
        return put(work, value, work->edit->value);
    const struct tb_filter_segment *segment = &work->edit->pointer.segments[at];
    msgpack_object *child;
    int r;
    if (!segment->any) {
        r = child_for_set(work, value, segment, &child);
        return r == TB_OK ? set(work, child, at + 1) : r;
    }
    if (value->type != MSGPACK_OBJECT_NIL && !is_container(value))
        return refuse(work, in_the_way);
    uint32_t n = tb_filter_n_children(value);
    r = tb_filter_pay(work->cost, n) ? TB_OK : TB_TOO_LARGE;
    for (uint32_t i = 0; i < n && r == TB_OK; i++)
        r = set(work, tb_filter_nth(value, i), at + 1);
    return r;
}

static int remove_at(struct work *work, msgpack_object *value, const msgpack_object *child)
{
    if (!tb_filter_pay(work->cost, value->via.array.size)) /* of a map, too */
        return TB_TOO_LARGE;
    uint32_t n = --value->via.array.size;
    if (value->type == MSGPACK_OBJECT_ARRAY) {
        size_t i = (size_t)(child - value->via.array.ptr);
        memmove(&value->via.array.ptr[i], &value->via.array.ptr[i + 1],
                (n - i) * sizeof(msgpack_object));
    } else {
        size_t i = (size_t)(tb_container_of(child, msgpack_object_kv, val) - value->via.map.ptr);
        memmove(&value->via.map.ptr[i], &value->via.map.ptr[i + 1],
                (n - i) * sizeof(msgpack_object_kv));
    }
    work->draft->changed = true;
    return TB_OK;
}

static void remove_all(struct work *work, msgpack_object *value)
{
    work->draft->changed |= tb_filter_n_children(value) > 0;
    if (is_container(value))
        value->via.array.size = 0;
}

/* What is not there is dropped already. */
static int drop(struct work *work, msgpack_object *value, size_t at)
{
    const struct tb_filter_segment *segment = &work->edit->pointer.segments[at];
    bool last = at + 1 == work->edit->pointer.n;
    if (segment->any && last) {
        remove_all(work, value);
        return TB_OK;
    }
    if (!segment->any) {
        msgpack_object *child = child_of(work, value, segment);
        if (child)
            return last ? remove_at(work, value, child) : drop(work, child, at + 1);
        return work->cost->spent ? TB_TOO_LARGE : TB_OK;
    }
    uint32_t n = tb_filter_n_children(value);
    int r = tb_filter_pay(work->cost, n) ? TB_OK : TB_TOO_LARGE;
    for (uint32_t i = 0; i < n && r == TB_OK; i++)
        r = drop(work, tb_filter_nth(value, i), at + 1);
    return r;
}

static int clamp_number(struct work *work, msgpack_object *value)
{
    const struct tb_filter_range *range = &work->edit->range;
    switch (tb_filter_range_place(range, value)) {
    case TB_RANGE_IN:
        return TB_OK;
    case TB_RANGE_BELOW:
        return put(work, value, range->min);
    case TB_RANGE_ABOVE:
        return put(work, value, range->max);
    case TB_RANGE_NONE:
        break;
    }
    return refuse(work, "what it clamps is not a number");
}

/* What is not there needs no limit. */
static int clamp(struct work *work, msgpack_object *value, size_t at)
{
    if (value->type == MSGPACK_OBJECT_NIL)
        return TB_OK;
    if (at == work->edit->pointer.n)
        return clamp_number(work, value);
    if (!is_container(value))
        return refuse(work, "what it clamps lies in a value that is neither map nor array");
    const struct tb_filter_segment *segment = &work->edit->pointer.segments[at];
    if (!segment->any) {
        msgpack_object *child = child_of(work, value, segment);
        if (work->cost->spent)
            return TB_TOO_LARGE;
        return child ? clamp(work, child, at + 1) : TB_OK;
    }
    uint32_t n = tb_filter_n_children(value);
    int r = tb_filter_pay(work->cost, n) ? TB_OK : TB_TOO_LARGE;
    for (uint32_t i = 0; i < n && r == TB_OK; i++)
        r = clamp(work, tb_filter_nth(value, i), at + 1);
    return r;
}

int tb_filter_edit_make(const struct tb_filter_edit *edit, struct tb_filter_draft *draft,
                        struct tb_filter_cost *cost)
{
    struct work work = {edit, draft, cost};
    switch (edit->kind) {
    case TB_EDIT_SET:
        return set(&work, &draft->root, 0);
    case TB_EDIT_DROP:
        return drop(&work, &draft->root, 0);
    case TB_EDIT_CLAMP:
        break;
    }
    return clamp(&work, &draft->root, 0);
}

/* How many values there are; more than any limit where they are too deep. Args are one level down
 * in every message. */
static uint64_t count(const msgpack_object *value, uint32_t depth)
{
    uint64_t n = 1;
    uint32_t n_children = tb_filter_n_children(value);
    if (!is_container(value))
        return n;
    if (depth + 1 >= TB_MSGPACK_DEPTH)
        return TB_MSGPACK_NODES;
    for (uint32_t i = 0; i < n_children && n < TB_MSGPACK_NODES; i++)
        n += count(tb_filter_nth(value, i), depth + 1) + (value->type == MSGPACK_OBJECT_MAP);
    return n;
}

int tb_filter_draft_write(const struct tb_filter_draft *draft, struct tb_buffer *out)
{
    struct tb_packer packer;
    size_t before = tb_buffer_n(out);
    if (count(&draft->root, 0) + TB_NODES_ADDED > TB_MSGPACK_NODES)
        return TB_TOO_LARGE;
    tb_packer_init(&packer, out);
    tb_pack_object(&packer, &draft->root);
    if (!packer.failed)
        return TB_OK;
    tb_buffer_truncate(out, before);
    return TB_TOO_LARGE;
}
