/*
 * The structural scan before msgpack-c: what it accepts, msgpack-c accepts whole, with memory in
 * proportion to the input, and a second, simpler reading of the rules finds nothing wrong with it.
 */
#include "base/result.h"
#include "proto/limits.h"
#include "proto/pack.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/memory.h"

/* A msgpack_object has 24 bytes and may stand for one byte; a zone doubles its chunks. */
enum { FACTOR = 2 * sizeof(msgpack_object), FLOOR = 64 * 1024, FEW = 64 };

struct walk {
    const struct tb_scan_limits *limits;
    uint32_t n_nodes;
};

static void walk_value(struct walk *walk, const msgpack_object *value, uint32_t depth);

static void walk_map(struct walk *walk, const msgpack_object_map *map, uint32_t depth)
{
    for (uint32_t i = 0; i < map->size; i++) {
        const msgpack_object *key = &map->ptr[i].key;
        tb_assert(key->type == MSGPACK_OBJECT_STR && key->via.str.size <= walk->limits->key);
        for (uint32_t k = i < FEW ? 0 : i - FEW; k < i; k++)
            tb_assert(!tb_bytes_equal(tb_object_bytes(key), tb_object_bytes(&map->ptr[k].key)));
        walk_value(walk, key, depth);
        walk_value(walk, &map->ptr[i].val, depth);
    }
}

static void walk_value(struct walk *walk, const msgpack_object *value, uint32_t depth)
{
    tb_assert(++walk->n_nodes <= walk->limits->nodes);
    switch ((int)value->type) {
    case MSGPACK_OBJECT_STR:
        tb_assert(tb_utf8_valid(tb_object_bytes(value)));
        break;
    case MSGPACK_OBJECT_ARRAY:
        tb_assert(depth < walk->limits->depth);
        for (uint32_t i = 0; i < value->via.array.size; i++)
            walk_value(walk, &value->via.array.ptr[i], depth + 1);
        break;
    case MSGPACK_OBJECT_MAP:
        tb_assert(depth < walk->limits->depth);
        walk_map(walk, &value->via.map, depth + 1);
        break;
    default:
        tb_assert(value->type != MSGPACK_OBJECT_EXT);
        break;
    }
}

static void check_accepted(struct tb_bytes in, const struct tb_scan_limits *limits)
{
    msgpack_zone zone;
    msgpack_object root;
    size_t at = 0;
    size_t before = memory_allocated();
    tb_assert(msgpack_zone_init(&zone, 8192));
    tb_assert(msgpack_unpack((const char *)in.data, in.n, &at, &zone, &root) ==
              MSGPACK_UNPACK_SUCCESS);
    tb_assert(at == in.n);
    tb_assert(memory_allocated() - before <= FACTOR * in.n + FLOOR);
    struct walk walk = {.limits = limits};
    walk_value(&walk, &root, 0);
    msgpack_zone_destroy(&zone);
}

/* What we write of it is accepted again. */
static void check_again(struct tb_unpacker *unpacker, struct tb_bytes in)
{
    struct tb_buffer out;
    struct tb_packer packer;
    const msgpack_object *root;
    tb_assert(tb_unpack(unpacker, &tb_scan_peer, in, &root) == TB_OK);
    tb_buffer_init(&out, 2 * in.n + 64);
    tb_packer_init(&packer, &out);
    tb_pack_object(&packer, root);
    tb_assert(!packer.failed && tb_buffer_n(&out) <= in.n);
    tb_assert(tb_scan(unpacker->scanner, &tb_scan_peer, tb_buffer_bytes(&out)) == TB_OK);
    tb_buffer_deinit(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct tb_unpacker unpacker;
    static const struct tb_scan_limits narrow = {.depth = 3, .nodes = 16, .key = 4};
    struct tb_bytes in = tb_bytes_of(data, size);
    tb_assert(unpacker.scanner || tb_unpacker_init(&unpacker, &tb_scan_grant) == 0);
    int peer = tb_scan(unpacker.scanner, &tb_scan_peer, in);
    int wide = tb_scan(unpacker.scanner, &tb_scan_grant, in);
    int few = tb_scan(unpacker.scanner, &narrow, in);
    tb_assert(peer >= 0 && (peer != TB_OK || wide == TB_OK) && (few != TB_OK || peer == TB_OK));
    if (few == TB_OK)
        check_accepted(in, &narrow);
    if (peer == TB_OK) {
        check_accepted(in, &tb_scan_peer);
        check_again(&unpacker, in);
    } else if (wide == TB_OK) {
        check_accepted(in, &tb_scan_grant);
    }
    return 0;
}
