/*
 * One pass, no recursion. A stack of open containers says how many values each still needs; a
 * second stack holds the keys of all open maps. When a map closes, its own keys are the top of that
 * stack, since the maps inside it have closed before and taken theirs away, so duplicates are
 * looked for exactly then.
 */
#include "proto/scan.h"

#include "base/result.h"
#include "base/wire.h"
#include "proto/limits.h"

#include <sodium.h>
#include <stdlib.h>

enum { DEPTH_MAX = 32, GRANT_NODES = 256 * 1024, FEW_KEYS = 12 };

const struct tb_scan_limits tb_scan_peer = {TB_MSGPACK_DEPTH, TB_MSGPACK_NODES, TB_MSGPACK_KEY};
const struct tb_scan_limits tb_scan_grant = {TB_MSGPACK_DEPTH, GRANT_NODES, 4096};

struct span {
    uint32_t at;
    uint32_t n;
};

struct level {
    uint64_t left; /* values that the container still needs */
    uint32_t n_keys;
    bool is_map;
};

struct tb_scanner {
    uint8_t seed[crypto_shorthash_KEYBYTES]; /* so that nobody can choose keys that collide */
    uint32_t n_spans;
    struct level levels[DEPTH_MAX + 1];
    struct tb_scan_size size;
    size_t cap_spans;
    struct span *spans;
    uint32_t *slots; /* 2 * cap_spans, used by large maps only */
};

/* What the header of one value says. */
struct value {
    enum { SCALAR, STRING, BINARY, ARRAY, MAP } type;
    uint32_t n; /* payload bytes, or elements */
};

struct tb_scanner *tb_scanner_new(const struct tb_scan_limits *limits)
{
    struct tb_scanner *scanner = calloc(1, sizeof *scanner);
    if (!scanner)
        return NULL;
    crypto_shorthash_keygen(scanner->seed);
    scanner->cap_spans = limits->nodes;
    scanner->spans = malloc(scanner->cap_spans * sizeof *scanner->spans);
    scanner->slots = malloc(2 * scanner->cap_spans * sizeof *scanner->slots);
    if (!scanner->spans || !scanner->slots) {
        tb_scanner_free(scanner);
        return NULL;
    }
    return scanner;
}

void tb_scanner_free(struct tb_scanner *scanner)
{
    if (!scanner)
        return;
    free(scanner->spans);
    free(scanner->slots);
    free(scanner);
}

struct tb_scan_size tb_scanner_size(const struct tb_scanner *scanner)
{
    return scanner->size;
}

static uint32_t read_size(struct tb_reader *in, unsigned width)
{
    /* msgpack's own integers are big-endian. */
    uint32_t n = 0;
    for (unsigned i = 0; i < width; i++)
        n = n << 8 | tb_read_u8(in);
    return n;
}

/* The header of the next value; scalars are consumed whole. TB_OK or TB_MALFORMED. */
static int read_header(struct tb_reader *in, struct value *ret_value)
{
    uint8_t lead = tb_read_u8(in);
    struct value value = {.type = SCALAR};
    if (lead <= 0x7f || lead >= 0xe0 || lead == 0xc0 || lead == 0xc2 || lead == 0xc3) {
        /* one byte, and that was it */
    } else if (lead <= 0x8f) {
        value = (struct value){MAP, lead & 15u};
    } else if (lead <= 0x9f) {
        value = (struct value){ARRAY, lead & 15u};
    } else if (lead <= 0xbf) {
        value = (struct value){STRING, lead & 31u};
    } else if (lead >= 0xc4 && lead <= 0xc6) {
        value = (struct value){BINARY, read_size(in, 1u << (lead - 0xc4))};
    } else if (lead == 0xca || lead == 0xcb) {
        tb_read_bytes(in, lead == 0xca ? 4 : 8);
    } else if (lead >= 0xcc && lead <= 0xd3) {
        tb_read_bytes(in, (size_t)1 << ((lead - 0xcc) & 3));
    } else if (lead >= 0xd9 && lead <= 0xdb) {
        value = (struct value){STRING, read_size(in, 1u << (lead - 0xd9))};
    } else if (lead == 0xdc || lead == 0xdd) {
        value = (struct value){ARRAY, read_size(in, lead == 0xdc ? 2 : 4)};
    } else if (lead == 0xde || lead == 0xdf) {
        value = (struct value){MAP, read_size(in, lead == 0xde ? 2 : 4)};
    } else {
        return TB_MALFORMED; /* 0xc1 and the extension types */
    }
    *ret_value = value;
    return in->failed ? TB_MALFORMED : TB_OK;
}

/* A flat walk: what is inside a container follows its header like anything else. */
bool tb_scan_next_string(struct tb_reader *text, struct tb_bytes *ret_string)
{
    struct value value;
    while (text->left > 0 && read_header(text, &value) == TB_OK) {
        if (value.type != STRING && value.type != BINARY)
            continue;
        struct tb_bytes payload = tb_read_bytes(text, value.n);
        if (text->failed || value.type == BINARY)
            continue;
        *ret_string = payload;
        return true;
    }
    return false;
}

static struct tb_bytes key_at(struct tb_bytes in, struct span span)
{
    return tb_bytes_of(in.data + span.at, span.n);
}

static bool few_distinct(struct tb_bytes in, const struct span *keys, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < i; k++)
            if (tb_bytes_equal(key_at(in, keys[i]), key_at(in, keys[k])))
                return false;
    return true;
}

static bool many_distinct(struct tb_scanner *scanner, struct tb_bytes in, const struct span *keys,
                          uint32_t n)
{
    uint32_t n_slots = 1;
    while (n_slots < n + n / 2)
        n_slots *= 2;
    if (n_slots > 2 * scanner->cap_spans)
        return false;
    memset(scanner->slots, 0, n_slots * sizeof *scanner->slots);
    for (uint32_t i = 0; i < n; i++) {
        struct tb_bytes key = key_at(in, keys[i]);
        uint8_t hash[crypto_shorthash_BYTES];
        crypto_shorthash(hash, key.data, key.n, scanner->seed);
        uint32_t slot = tb_load_u32(hash) & (n_slots - 1);
        while (scanner->slots[slot] != 0) {
            if (tb_bytes_equal(key, key_at(in, keys[scanner->slots[slot] - 1])))
                return false;
            slot = (slot + 1) & (n_slots - 1);
        }
        scanner->slots[slot] = i + 1;
    }
    return true;
}

static bool close_map(struct tb_scanner *scanner, struct tb_bytes in, uint32_t n)
{
    scanner->n_spans -= n;
    const struct span *keys = scanner->spans + scanner->n_spans;
    return n <= FEW_KEYS ? few_distinct(in, keys, n) : many_distinct(scanner, in, keys, n);
}

static int scan_string(struct tb_scanner *scanner, const struct tb_scan_limits *limits,
                       struct tb_bytes in, struct tb_bytes text, bool is_key)
{
    if (!tb_utf8_valid(text))
        return TB_MALFORMED;
    if (!is_key)
        return TB_OK;
    if (text.n > limits->key)
        return TB_TOO_LARGE;
    scanner->spans[scanner->n_spans++] =
        (struct span){(uint32_t)(text.data - in.data), (uint32_t)text.n};
    return TB_OK;
}

int tb_scan(struct tb_scanner *scanner, const struct tb_scan_limits *limits, struct tb_bytes in)
{
    struct tb_reader reader = tb_reader_init(in);
    struct level *levels = scanner->levels;
    uint32_t depth = 0;
    struct tb_scan_size size = {0};
    if (in.n > UINT32_MAX || limits->depth > DEPTH_MAX || limits->nodes > scanner->cap_spans)
        return TB_TOO_LARGE;
    scanner->n_spans = 0;
    levels[0] = (struct level){.left = 1};

    for (;;) {
        while (levels[depth].left == 0) {
            if (levels[depth].is_map && !close_map(scanner, in, levels[depth].n_keys))
                return TB_MALFORMED;
            if (depth == 0) {
                scanner->size = size;
                return reader.left == 0 ? TB_OK : TB_MALFORMED;
            }
            depth--;
        }
        struct level *level = &levels[depth];
        bool is_key = level->is_map && level->left % 2 == 0;
        level->left--;
        if (++size.nodes > limits->nodes)
            return TB_TOO_LARGE;

        struct value value;
        int r = read_header(&reader, &value);
        if (r != TB_OK)
            return r;
        if (is_key && value.type != STRING)
            return TB_MALFORMED;
        if (value.type == STRING || value.type == BINARY) {
            struct tb_bytes payload = tb_read_bytes(&reader, value.n);
            if (reader.failed)
                return TB_MALFORMED;
            r = value.type == STRING ? scan_string(scanner, limits, in, payload, is_key) : TB_OK;
            if (r != TB_OK)
                return r;
        } else if (value.type == ARRAY || value.type == MAP) {
            uint64_t need = value.type == MAP ? 2 * (uint64_t)value.n : value.n;
            if (need > reader.left)
                return TB_MALFORMED; /* each value takes one byte at least */
            if (need > limits->nodes || ++depth > limits->depth)
                return TB_TOO_LARGE;
            size.depth = depth > size.depth ? depth : size.depth;
            levels[depth] =
                (struct level){need, value.type == MAP ? value.n : 0, value.type == MAP};
        }
    }
}
