/*
 * Paths as texts: taken apart and put together the way Tauri's path commands do it on Linux, which
 * is how Rust's std::path reads them. A path is components between slashes; empty ones and `.` do
 * not count, but for a `.` that a relative path begins with. No file is ever looked at, so that
 * `..` takes a name away whatever that name is.
 *
 * What is made is appended to a buffer of the caller's. False: there is no memory, or it becomes
 * longer than the buffer may.
 */
#pragma once

#include "base/buffer.h"

static inline bool path_is_absolute(struct tb_bytes path)
{
    return path.n > 0 && path.data[0] == '/';
}

/* Adds a path's components to what is there, a root at the front of an absolute one included. `..`
 * takes the last one away, and nothing where there is none. */
tb_must_check bool path_add(struct tb_buffer *out, struct tb_bytes path);

tb_must_check bool path_normalize(struct tb_buffer *out, struct tb_bytes path);
tb_must_check bool path_join(struct tb_buffer *out, const struct tb_bytes *paths, size_t n);

/* `path` as seen from the folder `base`: behind it, or alone if it is absolute. Nothing is taken
 * away. */
tb_must_check bool path_below(struct tb_buffer *out, struct tb_bytes base, struct tb_bytes path);

/* Where the app's resources hold what lay at `path` when they were bundled: roots and `..` are
 * folders with names of their own, so that nothing leads out. */
tb_must_check bool path_resource(struct tb_buffer *out, struct tb_bytes base, struct tb_bytes path);

/* Each is a part of `path`. False: it has none. */
tb_must_check bool path_parent(struct tb_bytes path, struct tb_bytes *ret_parent);
tb_must_check bool path_name(struct tb_bytes path, struct tb_bytes *ret_name);
/* Without its dot; empty where the name ends in one. */
tb_must_check bool path_extension(struct tb_bytes path, struct tb_bytes *ret_extension);
