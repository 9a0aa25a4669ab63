/*
 * The globs of `windows` and `webviews`, as in Tauri: case counts, `*` is any run of characters
 * (also `/` and a leading dot), `?` one, `[a-z]` and `[!a]` one of a class, `**` any run of whole
 * parts between slashes. This is not the matcher of paths, and must never be used as one.
 */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"

enum { TB_LABEL_GLOB_MAX = 256 };

/* NULL, or what is wrong with the pattern. */
tb_must_check const char *tb_label_glob_check(struct tb_bytes glob);

/* False also for a pattern that is wrong. The time is bounded by length times length. */
bool tb_label_glob_matches(struct tb_bytes glob, struct tb_bytes label);

/* Whether text can be a view's label: PROTOCOL.md, section 2. */
bool tb_label_valid(struct tb_bytes text);
