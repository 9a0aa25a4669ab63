#include "policy/compiler/toml.h"

#include <stdlib.h>

enum { SCALAR_MAX = 64 };

/* A word without its underscores, NUL-terminated. */
struct word {
    char text[SCALAR_MAX + 1];
    size_t n;
};

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static bool belongs(int c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c > 0 && strchr("+-_.:", c) != NULL);
}

static struct tb_bytes cut_word(struct tb_toml *reader)
{
    const uint8_t *from = reader->p;
    while (belongs(tb_toml_peek(reader)))
        reader->p++;
    return tb_bytes_of(from, (size_t)(reader->p - from));
}

/* ---- dates and times ---- */

static bool take_number(struct tb_bytes *text, size_t n_digits, int least, int most, int *ret)
{
    int number = 0;
    if (text->n < n_digits)
        return false;
    for (size_t i = 0; i < n_digits; i++) {
        if (!is_digit(text->data[i]))
            return false;
        number = number * 10 + text->data[i] - '0';
    }
    *text = tb_bytes_of(text->data + n_digits, text->n - n_digits);
    *ret = number;
    return number >= least && number <= most;
}

static bool take_char(struct tb_bytes *text, const char *any)
{
    if (text->n == 0 || !strchr(any, text->data[0]))
        return false;
    *text = tb_bytes_of(text->data + 1, text->n - 1);
    return true;
}

static bool take_date(struct tb_bytes *text)
{
    static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year;
    int month;
    int day;
    if (!take_number(text, 4, 1, 9999, &year) || !take_char(text, "-") ||
        !take_number(text, 2, 1, 12, &month) || !take_char(text, "-") ||
        !take_number(text, 2, 1, days[month - 1], &day))
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month != 2 || day < 29 || leap;
}

static bool take_time(struct tb_bytes *text)
{
    int unused;
    if (!take_number(text, 2, 0, 23, &unused) || !take_char(text, ":") ||
        !take_number(text, 2, 0, 59, &unused) || !take_char(text, ":") ||
        !take_number(text, 2, 0, 59, &unused))
        return false;
    if (!take_char(text, "."))
        return true;
    if (!take_number(text, 1, 0, 9, &unused))
        return false;
    while (take_number(text, 1, 0, 9, &unused))
        continue;
    return true;
}

static bool take_offset(struct tb_bytes *text)
{
    int unused;
    if (text->n == 0 || take_char(text, "Zz"))
        return true;
    return take_char(text, "+-") && take_number(text, 2, 0, 23, &unused) && take_char(text, ":") &&
           take_number(text, 2, 0, 59, &unused);
}

/* A date, a time, or both with an offset. */
static bool is_moment(struct tb_bytes text)
{
    struct tb_bytes rest = text;
    if (take_time(&rest))
        return rest.n == 0;
    rest = text;
    if (!take_date(&rest))
        return false;
    return rest.n == 0 ||
           (take_char(&rest, "Tt ") && take_time(&rest) && take_offset(&rest) && rest.n == 0);
}

/* A blank may stand between date and time: then the word goes on. */
static struct tb_bytes with_time(struct tb_toml *reader, struct tb_bytes word)
{
    struct tb_bytes rest = word;
    bool goes_on = take_date(&rest) && rest.n == 0 && reader->end - reader->p >= 3 &&
                   reader->p[0] == ' ' && is_digit(reader->p[1]) && is_digit(reader->p[2]);
    if (!goes_on)
        return word;
    reader->p++;
    struct tb_bytes time = cut_word(reader);
    return tb_bytes_of(word.data, word.n + 1 + time.n);
}

/* ---- numbers ---- */

static bool is_digit_of(int c, bool hex)
{
    return is_digit(c) || (hex && tb_hex_digit(c) >= 0);
}

/* Underscores stand between digits, and only there. */
static bool strip_underscores(struct tb_bytes text, struct word *ret_word)
{
    struct word word = {.n = 0};
    bool hex = text.n > 2 && memcmp(text.data, "0x", 2) == 0;
    if (text.n > SCALAR_MAX)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        bool between = i > 0 && i + 1 < text.n && is_digit_of(text.data[i - 1], hex) &&
                       is_digit_of(text.data[i + 1], hex);
        if (text.data[i] != '_')
            word.text[word.n++] = (char)text.data[i];
        else if (!between)
            return false;
    }
    *ret_word = word;
    return word.n > 0;
}

/* Every character a digit of the base; no sign; the whole in 63 bits. */
static bool based_integer(const struct word *word, int base, int64_t *ret_integer)
{
    int64_t integer = 0;
    for (size_t i = 2; i < word->n; i++) {
        int digit = tb_hex_digit((unsigned char)word->text[i]);
        if (digit < 0 || digit >= base || __builtin_mul_overflow(integer, base, &integer) ||
            __builtin_add_overflow(integer, digit, &integer))
            return false;
    }
    *ret_integer = integer;
    return word->n > 2;
}

static bool decimal_integer(const struct word *word, int64_t *ret_integer)
{
    bool negative = word->text[0] == '-';
    size_t from = negative || word->text[0] == '+' ? 1 : 0;
    int64_t integer = 0;
    if (from == word->n || (word->text[from] == '0' && word->n > from + 1))
        return false;
    for (size_t i = from; i < word->n; i++) {
        int digit = word->text[i] - '0';
        if (!is_digit(word->text[i]) || __builtin_mul_overflow(integer, 10, &integer) ||
            __builtin_add_overflow(integer, negative ? -digit : digit, &integer))
            return false;
    }
    *ret_integer = integer;
    return true;
}

static bool to_integer(const struct word *word, int64_t *ret_integer)
{
    if (word->n > 2 && word->text[0] == '0') {
        int base = word->text[1] == 'x' ? 16 : word->text[1] == 'o' ? 8 : 2;
        if (word->text[1] == 'x' || word->text[1] == 'o' || word->text[1] == 'b')
            return based_integer(word, base, ret_integer);
    }
    return decimal_integer(word, ret_integer);
}

static size_t skip_digits(const struct word *word, size_t at)
{
    while (is_digit(word->text[at]))
        at++;
    return at;
}

/* Digits, without a needless zero in front; a point or an exponent or both. */
static bool is_real(const struct word *word)
{
    size_t from = word->text[0] == '-' || word->text[0] == '+' ? 1 : 0;
    if (strcmp(word->text + from, "inf") == 0 || strcmp(word->text + from, "nan") == 0)
        return true;
    size_t at = skip_digits(word, from);
    if (at == from || at == word->n || (word->text[from] == '0' && at > from + 1))
        return false;
    if (word->text[at] == '.') {
        size_t point = at++;
        at = skip_digits(word, at);
        if (at == point + 1)
            return false;
    }
    if (word->text[at] == 'e' || word->text[at] == 'E') {
        at++;
        at += word->text[at] == '-' || word->text[at] == '+';
        size_t exponent = at;
        at = skip_digits(word, at);
        if (at == exponent)
            return false;
    }
    return at == word->n;
}

/* ---- all of them ---- */

static bool add(struct tb_toml *reader, struct tb_value *parent, struct tb_bytes key,
                const struct tb_value *made)
{
    struct tb_value *value = tb_tree_add(reader->tree, parent, key, made->place.line, made->type);
    if (!value)
        return false;
    value->boolean = made->boolean;
    value->integer = made->integer;
    value->real = made->real;
    value->string = tb_arena_copy(reader->tree->report->arena, made->string);
    return true;
}

bool tb_toml_scalar(struct tb_toml *reader, struct tb_value *parent, struct tb_bytes key,
                    uint32_t line)
{
    struct tb_bytes text = with_time(reader, cut_word(reader));
    struct tb_value made = {.place.line = line};
    struct word word = {.n = 0};
    if (tb_bytes_are(text, "true") || tb_bytes_are(text, "false")) {
        made.type = TB_VALUE_BOOL;
        made.boolean = text.n == 4;
    } else if (is_moment(text)) {
        made.type = TB_VALUE_STRING;
        made.string = text;
    } else if (strip_underscores(text, &word) && to_integer(&word, &made.integer)) {
        made.type = TB_VALUE_INT;
        made.real = (double)made.integer;
    } else if (word.n > 0 && is_real(&word)) {
        made.type = TB_VALUE_REAL;
        made.real = strtod(word.text, NULL);
    } else {
        return tb_toml_fail(reader, "not a value: a string in quotes, a number, a date, a list, a "
                                    "table, true or false");
    }
    return add(reader, parent, key, &made);
}
