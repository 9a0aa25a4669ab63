/* The tokens of URL patterns: `{`, `}`, `*`, `?`, `+`, `:name`, `(regexp)`, `\x`, and characters.
 */
#pragma once

#include "policy/compiler/data/arena.h"

enum tb_url_token_type {
    TB_TOKEN_OPEN,
    TB_TOKEN_CLOSE,
    TB_TOKEN_REGEXP,
    TB_TOKEN_NAME,
    TB_TOKEN_CHAR,
    TB_TOKEN_ESCAPED,
    TB_TOKEN_MODIFIER, /* `?` or `+` */
    TB_TOKEN_ASTERISK,
    TB_TOKEN_END,
    TB_TOKEN_INVALID,
};

struct tb_url_token {
    enum tb_url_token_type type;
    size_t index;          /* where it begins */
    struct tb_bytes value; /* without `:`, parentheses, backslash */
};

struct tb_url_tokens {
    struct tb_url_token *items; /* the last is TB_TOKEN_END */
    size_t n;
};

/* NULL, or what is wrong. `lenient`: wrong characters are tokens too, for a text that is yet to be
 * cut into components. The text is UTF-8. */
tb_must_check const char *tb_url_tokenise(struct tb_arena *arena, struct tb_bytes text,
                                          bool lenient, struct tb_url_tokens *ret_tokens);

/* How many bytes of text, from `at` on, are one character that a group's name can have. */
size_t tb_url_name_character(struct tb_bytes text, size_t at, bool first);
