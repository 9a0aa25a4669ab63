#include "policy/compiler/url/text.h"

#include "policy/compiler/data/value.h"

enum { FIRST_CAP = 64 };

static void reserve(struct tb_url_text *text, size_t n)
{
    if (n <= text->cap - text->n)
        return;
    size_t cap = text->cap == 0 ? FIRST_CAP : text->cap;
    while (cap - text->n < n)
        cap *= 2;
    uint8_t *larger = tb_arena_get(text->arena, cap, 1);
    if (text->n > 0)
        memcpy(larger, text->bytes, text->n);
    text->bytes = larger;
    text->cap = cap;
}

void tb_url_put(struct tb_url_text *text, struct tb_bytes bytes)
{
    if (bytes.n == 0)
        return;
    reserve(text, bytes.n);
    memcpy(text->bytes + text->n, bytes.data, bytes.n);
    text->n += bytes.n;
}

void tb_url_put_byte(struct tb_url_text *text, uint8_t byte)
{
    tb_url_put(text, tb_bytes_of(&byte, 1));
}

void tb_url_put_string(struct tb_url_text *text, const char *string)
{
    tb_url_put(text, tb_bytes_of_string(string));
}

struct tb_bytes tb_url_text_bytes(const struct tb_url_text *text)
{
    return text->n == 0 ? tb_bytes_of_string("") : tb_bytes_of(text->bytes, text->n);
}

static bool in_set(enum tb_url_set set, uint8_t byte)
{
    static const char *const more[] = {
        [TB_URL_SET_C0] = "",
        [TB_URL_SET_FRAGMENT] = " \"<>`",
        [TB_URL_SET_QUERY] = " \"#<>",
        [TB_URL_SET_SPECIAL_QUERY] = " \"#<>'",
        [TB_URL_SET_PATH] = " \"#<>?^`{}",
        [TB_URL_SET_USERINFO] = " \"#<>?^`{}/:;=@[\\]|",
    };
    return byte < 0x20 || byte > 0x7e || strchr(more[set], byte) != NULL;
}

void tb_url_put_encoded(struct tb_url_text *text, struct tb_bytes bytes, enum tb_url_set set)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < bytes.n; i++) {
        uint8_t c = bytes.data[i];
        const char code[] = {'%', digits[c >> 4], digits[c & 15]};
        if (in_set(set, c))
            tb_url_put(text, tb_bytes_of(code, sizeof code));
        else
            tb_url_put_byte(text, c);
    }
}

struct tb_bytes tb_url_encode(struct tb_arena *arena, struct tb_bytes bytes, enum tb_url_set set)
{
    struct tb_url_text text = {.arena = arena};
    tb_url_put_encoded(&text, bytes, set);
    return tb_url_text_bytes(&text);
}

struct tb_bytes tb_url_decode(struct tb_arena *arena, struct tb_bytes bytes)
{
    struct tb_url_text text = {.arena = arena};
    for (size_t i = 0; i < bytes.n; i++) {
        int high = i + 2 < bytes.n ? tb_hex_digit(bytes.data[i + 1]) : -1;
        int low = i + 2 < bytes.n ? tb_hex_digit(bytes.data[i + 2]) : -1;
        if (bytes.data[i] != '%' || high < 0 || low < 0) {
            tb_url_put_byte(&text, bytes.data[i]);
            continue;
        }
        tb_url_put_byte(&text, (uint8_t)(high * 16 + low));
        i += 2;
    }
    return tb_url_text_bytes(&text);
}

struct tb_bytes tb_url_without_breaks(struct tb_arena *arena, struct tb_bytes text)
{
    if (tb_url_span(text, "\t\n\r") == text.n)
        return text;
    struct tb_url_text clean = {.arena = arena};
    for (size_t i = 0; i < text.n; i++)
        if (!memchr("\t\n\r", text.data[i], 3))
            tb_url_put_byte(&clean, text.data[i]);
    return tb_url_text_bytes(&clean);
}

bool tb_url_is_ascii(struct tb_bytes text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.data[i] > 0x7f)
            return false;
    return true;
}

struct tb_bytes tb_url_lower(struct tb_arena *arena, struct tb_bytes text)
{
    struct tb_url_text lower = {.arena = arena};
    for (size_t i = 0; i < text.n; i++)
        tb_url_put_byte(&lower, tb_url_lower_byte(text.data[i]));
    return tb_url_text_bytes(&lower);
}
