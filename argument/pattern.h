/*
 * Patterns that an argument of a program must match as a whole: Perl-compatible (PCRE2), UTF-8,
 * anchored at both ends whatever the pattern says, and under limits that no pattern can lift. The
 * policy compiler refuses those that are none; who starts the program matches with them.
 */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"

#include <stdbool.h>

enum {
    TB_ARGUMENT_PATTERN_MAX = 1024, /* bytes */
    TB_ARGUMENT_ERROR_MAX = 160,
};

struct tb_argument_pattern;

/* What is wrong with a pattern. */
struct tb_argument_error {
    char message[TB_ARGUMENT_ERROR_MAX];
    size_t at; /* byte of the pattern */
};

/* TB_OK, or TB_MALFORMED with *ret_error set, or TB_TOO_LARGE, or -ENOMEM. Returns a new one. */
tb_must_check int tb_argument_pattern_new(struct tb_bytes text,
                                          struct tb_argument_pattern **ret_pattern,
                                          struct tb_argument_error *ret_error);
void tb_argument_pattern_free(struct tb_argument_pattern *pattern);

/* Whether all of `untrusted_text` matches. What is not UTF-8, and what reaches a limit, does not.
 */
bool tb_argument_pattern_matches(const struct tb_argument_pattern *pattern,
                                 struct tb_bytes untrusted_text);

/* Whether the pattern says itself, by its first character, that the argument is an option. No other
 * argument of a page may begin with `-`: most programs would take it for one. */
bool tb_argument_pattern_is_option(const struct tb_argument_pattern *pattern);
