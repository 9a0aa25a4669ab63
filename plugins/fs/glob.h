/*
 * Path patterns: the language of the Rust crate `glob`, as Tauri's fs scope uses it.
 *
 *     ?        one character            [abc] [a-z]  one of them
 *     *        any number of them       [!abc]       one that is not among them
 *     **       any number of whole components; only as a component of its own
 *
 * None of them matches a slash. Wildcards do not match a dot that begins a component, unless the
 * caller says so. Everything else stands for itself; `[*]` is a star, `[[]` a bracket.
 *
 * Paths and patterns are absolute and compared component by component. Characters are code points.
 * The work of a match is bounded by the product of the two lengths, whatever the pattern.
 */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"

enum {
    TB_GLOB_MAX = 4096,      /* bytes of a pattern, and of a path */
    TB_GLOB_PARTS_MAX = 256, /* components of a pattern, and of a path */
};

struct tb_glob;

enum tb_dots {
    TB_DOTS_LITERAL = 0, /* a leading dot has to be written out in the pattern */
    TB_DOTS_ANY,         /* wildcards match it as well */
};

/* TB_OK, TB_MALFORMED, TB_TOO_LARGE or -ENOMEM. The text must be valid UTF-8. Returns a new
 * pattern.
 */
tb_must_check int tb_glob_compile(struct tb_bytes text, struct tb_glob **ret_glob);
void tb_glob_free(struct tb_glob *glob);

/*
 * Whether the pattern matches the whole of a path: absolute, valid UTF-8, without empty components
 * and without a slash at its end (but for "/" itself).
 */
bool tb_glob_matches(const struct tb_glob *glob, struct tb_bytes path, enum tb_dots dots);

/* As tb_glob_matches, for the path or any folder above it. */
bool tb_glob_covers(const struct tb_glob *glob, struct tb_bytes path, enum tb_dots dots);

/* The folder that the pattern's components without wildcards name: "/a/b" for "/a/b/?/c".
 * *ret_whole says whether that is the whole pattern, and *ret_below whether the rest is `**` alone.
 */
struct tb_bytes tb_glob_root(const struct tb_glob *glob, bool *ret_whole, bool *ret_below);
