/*
 * Text of foreign origin made safe to store in JSON and to show on a terminal.
 *
 * Besides what JSON demands, everything that a reader's eye would not see as it is gets a \u
 * escape: control characters (terminal sequences), line separators, invisible and bidirectional
 * characters.
 */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"

struct tb_escaped {
    size_t n; /* bytes written */
    bool cut; /* the text did not fit: it ends in U+2026 instead */
};

enum { TB_ESCAPE_UNIT = 12 }; /* the most bytes that one character becomes */

/* Writes at most cap bytes (at least TB_ESCAPE_UNIT), without quotes or a NUL. Never splits a
 * character. Bytes that are not UTF-8 become U+FFFD. The result is pure, valid UTF-8. */
struct tb_escaped tb_escape(struct tb_bytes untrusted_text, char *ret_out, size_t cap);

/* The same for a reader alone: quotes and backslashes stay as they are, which JSON would not take.
 */
struct tb_escaped tb_escape_shown(struct tb_bytes untrusted_text, char *ret_out, size_t cap);

/* Whether the text is UTF-8 on one line that a reader sees as it is: it holds nothing that would be
 * escaped, quotes and backslashes aside. */
bool tb_is_plain_line(struct tb_bytes untrusted_text);
