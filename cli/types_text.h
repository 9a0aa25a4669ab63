/* TypeScript that a plugin brings, and names that go into TypeScript. */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"

#include <stdio.h>

/*
 * Whether a text can stand between braces without getting out of them: comments and strings end,
 * and braces match. Template types and `/` outside comments are refused, since they would have to
 * be understood. *ret_why is then what is wrong, and *ret_line where.
 */
tb_must_check bool types_text_is_closed(struct tb_bytes untrusted_text, const char **ret_why,
                                        size_t *ret_line);

/* A string literal, quotes included, whatever is in it. */
void types_put_literal(FILE *out, const char *untrusted_text);
/* As part of a line that begins with two slashes. */
void types_put_comment(FILE *out, const char *untrusted_text);
