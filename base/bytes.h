/* A borrowed run of bytes. The owner is whoever filled it; it is valid as long as the owner says.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* The public header of plugins has these too, word for word: it includes nothing of ours. */
#ifndef TB_BYTES_DEFINED
#define TB_BYTES_DEFINED
struct tb_bytes {
    const uint8_t *data;
    size_t n;
};

static inline struct tb_bytes tb_bytes_of(const void *data, size_t n)
{
    struct tb_bytes bytes;
    bytes.data = (const uint8_t *)data;
    bytes.n = n;
    return bytes;
}

static inline struct tb_bytes tb_bytes_of_string(const char *string)
{
    return tb_bytes_of(string, strlen(string));
}

/* Not for secrets: the time it takes depends on the bytes. */
static inline bool tb_bytes_equal(struct tb_bytes a, struct tb_bytes b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.data, b.data, a.n) == 0);
}

static inline bool tb_bytes_are(struct tb_bytes a, const char *string)
{
    return tb_bytes_equal(a, tb_bytes_of_string(string));
}
#endif

static inline bool tb_bytes_among(struct tb_bytes text, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (tb_bytes_are(text, names[i]))
            return true;
    return false;
}

static inline bool tb_bytes_begin(struct tb_bytes text, const char *prefix)
{
    size_t n = strlen(prefix);
    return text.n >= n && memcmp(text.data, prefix, n) == 0;
}

/* Takes what is before the first `stop` off the text, and the stop too; all where there is none. */
static inline struct tb_bytes tb_bytes_cut(struct tb_bytes *text, char stop)
{
    const uint8_t *at = text->n == 0 ? NULL : memchr(text->data, stop, text->n);
    size_t n = at ? (size_t)(at - text->data) : text->n;
    struct tb_bytes before = tb_bytes_of(text->data, n);
    n += at != NULL;
    if (n > 0) /* no arithmetic on NULL, which an empty text may have */
        *text = tb_bytes_of(text->data + n, text->n - n);
    return before;
}

/* Byte order; a prefix sorts before what it is a prefix of. */
static inline int tb_bytes_compare(struct tb_bytes a, struct tb_bytes b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n == 0 ? 0 : memcmp(a.data, b.data, n);
    return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

/* Whether the bytes are valid UTF-8 (no surrogates, no overlong forms, at most U+10FFFF). */
bool tb_utf8_valid(struct tb_bytes bytes);

/* Writes 2 * n hex digits and a NUL. */
void tb_hex(const uint8_t *bytes, size_t n, char *ret_hex);
