/*
 * What a page says in a dialog, as text that a person sees as it is: what is invisible, or would
 * move what stands beside it, is escaped as in JSON, and what is too long ends in U+2026. New
 * strings, to be freed with g_free.
 */
#pragma once

#include "base/bytes.h"

/* On one line, of at most n bytes. */
char *tb_dialog_line(struct tb_bytes untrusted_text, size_t n);
/* With the line breaks that it has. */
char *tb_dialog_lines(struct tb_bytes untrusted_text, size_t n);
