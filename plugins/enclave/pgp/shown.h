/* A user id as it may be shown and sent on: whatever is in a key is of foreign origin. */
#pragma once

#include "base/bytes.h"

/* Bytes that are not UTF-8, and characters that a reader would not see as they are (controls,
 * invisible and bidirectional ones), become U+FFFD each; what is longer than `most` bytes ends in
 * U+2026. cap: at least 3 * most + 4. Ends in NUL. */
void pgp_show(struct tb_bytes untrusted_text, size_t most, char *ret_text, size_t cap);
