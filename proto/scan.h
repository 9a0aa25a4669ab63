/*
 * The structural scan that every msgpack text passes before msgpack-c sees it: PROTOCOL.md,
 * section 4.
 *
 * Left alone, msgpack-c reserves memory by the counts that a header claims and takes an unfinished
 * text for one that will go on. After a scan neither can happen: there is exactly one value, whole,
 * no deeper and no larger than the limits, its strings are UTF-8, its map keys are distinct
 * strings, no extension types.
 */
#pragma once

#include "base/compiler.h"
#include "base/wire.h"

struct tb_scan_limits {
    uint32_t depth; /* at most 32 */
    uint32_t nodes;
    uint32_t key;
};
extern const struct tb_scan_limits tb_scan_peer;  /* what a peer may send */
extern const struct tb_scan_limits tb_scan_grant; /* grants and settings: 256 Ki nodes */

struct tb_scanner; /* scratch memory, reused by every scan: 16 bytes a node, resident only as far as
                      used */

/* For scans within `limits` or narrower ones. NULL when out of memory. */
struct tb_scanner *tb_scanner_new(const struct tb_scan_limits *limits);
void tb_scanner_free(struct tb_scanner *scanner);

/* What the last text was that was TB_OK. */
struct tb_scan_size {
    uint32_t depth;
    uint32_t nodes;
};
struct tb_scan_size tb_scanner_size(const struct tb_scanner *scanner);

/* TB_OK, TB_MALFORMED or TB_TOO_LARGE (a limit). Reads only `in`. */
tb_must_check int tb_scan(struct tb_scanner *scanner, const struct tb_scan_limits *limits,
                          struct tb_bytes in);

/* The next string of a text, keys too and however deep; false: there are no more, or what is next
 * is not in the format. Only for texts whose strings are looked for: nothing is checked. */
tb_must_check bool tb_scan_next_string(struct tb_reader *text, struct tb_bytes *ret_string);
