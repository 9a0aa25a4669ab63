/*
 * Regular expressions, as the groups of URL patterns hold them, matched in time that grows with the
 * expression times the text whatever either holds: all ways through the expression are walked at
 * once, byte by byte, so that nothing is ever tried twice.
 *
 * The language is what JavaScript (with its flag `v`) and Rust's crate regex both read, and read
 * alike, in ASCII: every part of a URL is ASCII in its one form. Look-around, back references and
 * named groups are refused; Tauri refuses the first two as well.
 */
#pragma once

#include "policy/compiler/data/arena.h"

struct tb_regexp;

/* NULL, or what is wrong and what to write. */
tb_must_check const char *tb_regexp_compile(struct tb_arena *arena, struct tb_bytes text,
                                            bool ignore_case, struct tb_regexp **ret_regexp);

/* Whether the expression matches the whole text. */
bool tb_regexp_matches(const struct tb_regexp *regexp, struct tb_bytes text);

/* What a group of parentheses took. */
struct tb_regexp_group {
    bool set;
    struct tb_bytes text;
};

/* The same, with what each of the groups took: ret_groups has as many as the expression. */
bool tb_regexp_match_groups(struct tb_arena *arena, const struct tb_regexp *regexp,
                            struct tb_bytes text, struct tb_regexp_group *ret_groups);
size_t tb_regexp_n_groups(const struct tb_regexp *regexp);
