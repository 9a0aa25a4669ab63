/*
 * Path patterns of scopes: text in a file → one absolute pattern in the grant → the folder that the
 * kernel can hold a plugin to.
 *
 * A pattern is literal parts and wildcards between slashes, in the rust glob crate's syntax: `*`,
 * `?`, `[...]` within a part, `**` as a whole part. `[x]` is the way to write a literal wildcard
 * character; what a variable stands for is always written that way, so that a folder's name is
 * never read as a pattern.
 */
#pragma once

#include "policy/compiler/variable.h"

enum tb_pattern_result {
    TB_PATTERN_OK,
    TB_PATTERN_WRONG, /* *ret_wrong says why and what to write */
    TB_PATTERN_UNSET, /* its variable resolves to nothing */
};

/* The pattern as the grant holds it: absolute, variable replaced, no `.`, no double slashes. */
tb_must_check enum tb_pattern_result
tb_pattern_expand(struct tb_arena *arena, const struct tb_vars *vars, struct tb_bytes text,
                  struct tb_bytes *ret_pattern, const char **ret_wrong);

/* What of an expanded pattern the kernel can know. */
struct tb_root {
    struct tb_bytes path; /* the longest literal folder, or the path itself */
    bool whole;           /* no wildcard at all */
    bool subtree;         /* everything below `path`, and nothing less */
};

/* False: not an expanded pattern (too long, or not absolute). */
tb_must_check bool tb_pattern_root(struct tb_arena *arena, struct tb_bytes pattern,
                                   struct tb_root *ret_root);

/* A plain path without its `.` and double slashes. False: not absolute, has `..`, control
 * characters, is not UTF-8 or too long. */
tb_must_check bool tb_path_normalise(struct tb_arena *arena, struct tb_bytes path,
                                     struct tb_bytes *ret_path);

/* Whether `path` is `folder` or below it. Both normalised. */
bool tb_path_within(struct tb_bytes path, struct tb_bytes folder);
