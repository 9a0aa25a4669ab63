#include "dev/error.h"

#include "base/escape.h"
#include "base/result.h"

enum { DIGITS_MAX = 9 };

static struct tb_bytes without(struct tb_bytes text, size_t n)
{
    return tb_bytes_of(text.data + n, text.n - n);
}

static bool take(struct tb_bytes *text, const char *prefix)
{
    if (!tb_bytes_begin(*text, prefix))
        return false;
    *text = without(*text, strlen(prefix));
    return true;
}

/* A word of small letters, digits, `-` and `_`, a colon and a space. */
static bool take_code(struct tb_bytes *text, char ret_code[static DEV_CODE_MAX])
{
    static const char set[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t n = 0;
    while (n < text->n && text->data[n] != 0 && strchr(set, text->data[n]))
        n++;
    if (n == 0 || n >= DEV_CODE_MAX || !tb_bytes_begin(without(*text, n), ": "))
        return false;
    memcpy(ret_code, text->data, n);
    ret_code[n] = 0;
    *text = without(*text, n + 2);
    return true;
}

/* Where the parenthesis opens that closes with the last byte, behind a space; or text.n. A file may
 * have some in its name. */
static size_t find_place(struct tb_bytes text)
{
    size_t depth = 0;
    if (text.n == 0 || text.data[text.n - 1] != ')')
        return text.n;
    for (size_t at = text.n; at-- > 1;) {
        if (text.data[at] == ')')
            depth++;
        else if (text.data[at] == '(' && --depth == 0)
            return text.data[at - 1] == ' ' ? at : text.n;
    }
    return text.n;
}

/* Takes `:LINE` off the end of a place. 0: it has none. */
static uint32_t take_line(struct tb_bytes *place)
{
    size_t n = 0;
    uint32_t line = 0;
    while (n < place->n && place->data[place->n - n - 1] >= '0' &&
           place->data[place->n - n - 1] <= '9')
        n++;
    if (n == 0 || n > DIGITS_MAX || place->n < n + 2 || place->data[place->n - n - 1] != ':')
        return 0;
    for (size_t i = place->n - n; i < place->n; i++)
        line = line * 10 + (uint32_t)(place->data[i] - '0');
    if (line > 0)
        place->n -= n + 1;
    return line;
}

/* Sentences may end in parentheses, too. */
static bool is_file(struct tb_bytes place)
{
    if (place.n == 0 || memchr(place.data, ' ', place.n))
        return false;
    return memchr(place.data, '.', place.n) || memchr(place.data, '/', place.n);
}

static bool ends_with(struct tb_bytes text, const char *end)
{
    size_t n = strlen(end);
    return text.n > n && memcmp(text.data + text.n - n, end, n) == 0;
}

static bool is_policy(struct tb_bytes file)
{
    return ends_with(file, ".toml") || ends_with(file, ".json") || ends_with(file, ".json5");
}

static void put(struct tb_bytes untrusted_text, char *ret_text, size_t cap)
{
    ret_text[tb_escape_shown(untrusted_text, ret_text, cap - 1).n] = 0;
}

int dev_error_read(struct tb_bytes untrusted_line, struct dev_error *ret_error)
{
    struct tb_bytes text = untrusted_line;
    struct dev_error error = {.line = 0};
    if (!take(&text, "trollbridge: "))
        return TB_UNKNOWN;
    error.warning = take(&text, "warning: ");
    if (!take_code(&text, error.code))
        return TB_UNKNOWN;

    size_t at = find_place(text);
    bool whole = at == text.n;
    struct tb_bytes file = tb_bytes_of(text.data + at + !whole, whole ? 0 : text.n - at - 2);
    error.line = take_line(&file);
    bool named = file.n > 0 && (error.line > 0 || is_file(file));
    bool said = strcmp(error.code, "plugin") == 0 || strcmp(error.code, "hook") == 0;
    if (said && (error.line == 0 || !is_policy(file)))
        return TB_UNKNOWN;
    put(tb_bytes_of(text.data, named ? at - 1 : text.n), error.message, sizeof error.message);
    put(named ? file : tb_bytes_of(NULL, 0), error.file, sizeof error.file);
    *ret_error = error;
    return TB_OK;
}
