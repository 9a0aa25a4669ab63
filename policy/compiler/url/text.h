/*
 * Text that a URL is put together from, and the ways in which the URL standard writes bytes as
 * `%XX`. Everything here grows in the arena.
 */
#pragma once

#include "policy/compiler/data/arena.h"

struct tb_url_text {
    struct tb_arena *arena;
    uint8_t *bytes;
    size_t n;
    size_t cap;
};

void tb_url_put(struct tb_url_text *text, struct tb_bytes bytes);
void tb_url_put_byte(struct tb_url_text *text, uint8_t byte);
void tb_url_put_string(struct tb_url_text *text, const char *string);
/* Never with NULL inside, also when nothing was put. */
struct tb_bytes tb_url_text_bytes(const struct tb_url_text *text);

/* The standard's percent-encode sets: each the C0 controls, all above `~`, and some more. */
enum tb_url_set {
    TB_URL_SET_C0,
    TB_URL_SET_FRAGMENT,
    TB_URL_SET_QUERY,
    TB_URL_SET_SPECIAL_QUERY,
    TB_URL_SET_PATH,
    TB_URL_SET_USERINFO,
};

void tb_url_put_encoded(struct tb_url_text *text, struct tb_bytes bytes, enum tb_url_set set);
struct tb_bytes tb_url_encode(struct tb_arena *arena, struct tb_bytes bytes, enum tb_url_set set);
struct tb_bytes tb_url_decode(struct tb_arena *arena, struct tb_bytes bytes);

/* The standard's first step: no tabs and no line breaks, wherever they stand. */
struct tb_bytes tb_url_without_breaks(struct tb_arena *arena, struct tb_bytes text);

bool tb_url_is_ascii(struct tb_bytes text);
struct tb_bytes tb_url_lower(struct tb_arena *arena, struct tb_bytes text);

static inline bool tb_url_is_alpha(uint8_t c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static inline bool tb_url_is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static inline uint8_t tb_url_lower_byte(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 0x20) : c;
}

/* From `at` on. */
static inline struct tb_bytes tb_url_from(struct tb_bytes text, size_t at)
{
    return tb_bytes_of(text.data + at, text.n - at);
}

static inline struct tb_bytes tb_url_upto(struct tb_bytes text, size_t n)
{
    return tb_bytes_of(text.data, n);
}

/* How many bytes come before the first of `stops`; text.n where there is none. */
static inline size_t tb_url_span(struct tb_bytes text, const char *stops)
{
    size_t n_stops = strlen(stops);
    for (size_t i = 0; i < text.n; i++)
        if (memchr(stops, text.data[i], n_stops))
            return i;
    return text.n;
}
