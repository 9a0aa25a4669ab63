/*
 * Whether a path that a page wrote names something in a folder, by its letters alone: nothing is
 * looked up. What cannot be told that way is not inside: `..` anywhere, URLs, control characters, a
 * base directory that has nothing to do with the folder. Where the path really leads, and what of
 * it may be opened, is for the plugin and its sandbox.
 */
#pragma once

#include "policy/filter/pointer.h"

enum { TB_FOLDERS_MAX = 16, TB_BASES_MAX = 32 };

/* One of Tauri's numbered base directories, from which a path that begins with `prefix` leads into
 * the folder. */
struct tb_filter_base {
    uint64_t number;
    struct tb_bytes prefix; /* empty: every path does */
};

struct tb_filter_folder {
    struct tb_bytes path; /* absolute */
    bool relative;        /* so does, without a base directory, a path that begins with `prefix` */
    struct tb_bytes prefix;
    const struct tb_filter_base *bases;
    size_t n_bases;
};

struct tb_filter_inside {
    const struct tb_filter_folder *folders;
    size_t n;
    bool has_base;                 /* where args say the base directory of a relative path */
    struct tb_filter_pointer base; /* no `*` */
};

/* TB_OK, TB_MALFORMED or -ENOMEM. `base` NULL: there is none. Borrows. */
tb_must_check int tb_filter_inside_read(const msgpack_object *folders, const msgpack_object *base,
                                        msgpack_zone *zone, struct tb_filter_inside *ret_inside);

/* Which base directory the args name for a relative path; read once for all paths. */
struct tb_filter_from {
    enum { TB_FROM_RESOURCE, TB_FROM_NUMBER, TB_FROM_NOWHERE } kind;
    uint64_t number;
};
struct tb_filter_from tb_filter_inside_from(const struct tb_filter_inside *inside,
                                            const msgpack_object *args,
                                            struct tb_filter_cost *cost);

bool tb_filter_is_inside(const struct tb_filter_inside *inside, const struct tb_filter_from *from,
                         const msgpack_object *untrusted_path, struct tb_filter_cost *cost);
