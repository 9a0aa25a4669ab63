/* Values that pass through the hook's engine: what goes in comes out with the same meaning, and
 * what comes out goes in again and comes out as the same bytes. */
#include "base/result.h"
#include "hook/value.h"
#include "proto/limits.h"
#include "tests/fuzz/engine.h"
#include "tests/fuzz/fuzz.h"

#include <math.h>

static struct hook_realm realm;

static const msgpack_object *member(const msgpack_object *map, const msgpack_object *key)
{
    for (uint32_t i = 0; i < map->via.map.size; i++)
        if (msgpack_object_equal(map->via.map.ptr[i].key, *key))
            return &map->via.map.ptr[i].val;
    return NULL;
}

static double number_of(const msgpack_object *value)
{
    return value->type == MSGPACK_OBJECT_POSITIVE_INTEGER   ? (double)value->via.u64
           : value->type == MSGPACK_OBJECT_NEGATIVE_INTEGER ? (double)value->via.i64
                                                            : value->via.f64;
}

static bool is_number(const msgpack_object *value)
{
    return value->type == MSGPACK_OBJECT_FLOAT32 || value->type == MSGPACK_OBJECT_FLOAT64 ||
           value->type == MSGPACK_OBJECT_POSITIVE_INTEGER ||
           value->type == MSGPACK_OBJECT_NEGATIVE_INTEGER;
}

/* Members may stand in another order, and a float that is whole may have become an integer. */
static bool same(const msgpack_object *a, const msgpack_object *b)
{
    if (is_number(a) && is_number(b))
        return number_of(a) == number_of(b) || (isnan(number_of(a)) && isnan(number_of(b)));
    if (a->type != b->type)
        return false;
    bool all = true;
    if (a->type == MSGPACK_OBJECT_ARRAY) {
        all = a->via.array.size == b->via.array.size;
        for (uint32_t i = 0; all && i < a->via.array.size; i++)
            all = same(&a->via.array.ptr[i], &b->via.array.ptr[i]);
        return all;
    }
    if (a->type != MSGPACK_OBJECT_MAP)
        return msgpack_object_equal(*a, *b);
    all = a->via.map.size == b->via.map.size;
    for (uint32_t i = 0; all && i < a->via.map.size; i++) {
        const msgpack_object *other = member(b, &a->via.map.ptr[i].key);
        all = other && same(&a->via.map.ptr[i].val, other);
    }
    return all;
}

static int through(const msgpack_object *value, struct tb_buffer *out)
{
    struct hook_writer writer;
    JSValueRef inside = hook_value_in(&realm, value);
    tb_assert(inside);
    tb_buffer_init(out, TB_FRAME_MAX);
    hook_writer_init(&writer, &realm, out);
    int r = hook_value_out(&writer, inside);
    tb_assert(r == TB_OK ? !writer.thrown && !writer.wrong : writer.wrong != NULL);
    hook_writer_deinit(&writer);
    return r;
}

/* The depth of a frame's map is not the value's, so that the deepest ones are refused. */
static void check(const msgpack_object *value)
{
    struct tb_buffer once;
    struct tb_buffer twice;
    struct tb_unpacker again;
    const msgpack_object *root;
    if (through(value, &once) == TB_OK) {
        tb_assert(tb_unpacker_init(&again, &tb_scan_peer) == 0);
        tb_assert(tb_unpack(&again, &tb_scan_peer, tb_buffer_bytes(&once), &root) == TB_OK);
        tb_assert(same(value, root));
        tb_assert(through(root, &twice) == TB_OK);
        tb_assert(tb_bytes_equal(tb_buffer_bytes(&once), tb_buffer_bytes(&twice)));
        tb_buffer_deinit(&twice);
        tb_unpacker_deinit(&again);
    }
    tb_buffer_deinit(&once);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct tb_unpacker unpacker;
    const msgpack_object *root;
    engine_begin(&realm);
    if (!unpacker.scanner)
        tb_assert(tb_unpacker_init(&unpacker, &tb_scan_peer) == 0);
    if (tb_unpack(&unpacker, &tb_scan_peer, tb_bytes_of(data, size), &root) == TB_OK)
        check(root);
    return 0;
}
