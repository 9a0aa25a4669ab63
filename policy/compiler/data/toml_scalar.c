#include "policy/compiler/data/toml.h"

#include <math.h>
#include <stdlib.h>

enum { SCALAR_MAX = 1024, FRACTION_DIGITS = 9 };

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
    if (!take_number(text, 4, 0, 9999, &year) || !take_char(text, "-") ||
        !take_number(text, 2, 1, 12, &month) || !take_char(text, "-") ||
        !take_number(text, 2, 1, days[month - 1], &day))
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month != 2 || day < 29 || leap;
}

/* TOML 1.1: the seconds may be left out. A leap second is one of them. */
static bool take_time(struct tb_bytes *text)
{
    int unused;
    if (!take_number(text, 2, 0, 23, &unused) || !take_char(text, ":") ||
        !take_number(text, 2, 0, 59, &unused))
        return false;
    if (!take_char(text, ":"))
        return true;
    if (!take_number(text, 2, 0, 60, &unused))
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

/* How many of a fraction's digits count: at least one, no zeros behind the last that is none. */
static size_t fraction_digits(struct tb_bytes text, size_t from, size_t *ret_end)
{
    size_t end = from;
    while (end < text.n && is_digit(text.data[end]))
        end++;
    *ret_end = end;
    size_t n = end - from < FRACTION_DIGITS ? end - from : FRACTION_DIGITS;
    while (n > 1 && text.data[from + n - 1] == '0')
        n--;
    return n;
}

/* A date or time as Tauri writes it: `T` and `Z`, nanoseconds at most, no offset of minus nothing.
 */
static struct tb_bytes plain_moment(struct tb_arena *arena, struct tb_bytes text)
{
    uint8_t *out = tb_arena_get(arena, text.n, 1);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = text.data[i];
        size_t end;
        out[n++] = c == 't' || c == ' ' ? 'T' : c == 'z' ? 'Z' : c;
        if (c != '.')
            continue;
        size_t n_digits = fraction_digits(text, i + 1, &end);
        memcpy(out + n, text.data + i + 1, n_digits);
        n += n_digits;
        i = end - 1;
    }
    if (n > 6 && memcmp(out + n - 6, "-00:00", 6) == 0)
        out[n - 6] = '+';
    return tb_bytes_of(out, n);
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

/* From `from` to the word's end, every character a digit of the base. */
static bool read_digits(const struct word *word, size_t from, unsigned base, uint64_t *ret_whole)
{
    uint64_t whole = 0;
    for (size_t i = from; i < word->n; i++) {
        int digit = tb_hex_digit((unsigned char)word->text[i]);
        if (digit < 0 || (unsigned)digit >= base || __builtin_mul_overflow(whole, base, &whole) ||
            __builtin_add_overflow(whole, (unsigned)digit, &whole))
            return false;
    }
    *ret_whole = whole;
    return word->n > from;
}

/* The base that a word's first characters name, with no sign before them; 0: none. */
static unsigned base_of(const struct word *word)
{
    if (word->n < 2 || word->text[0] != '0')
        return 0;
    char c = word->text[1];
    return c == 'x' ? 16 : c == 'o' ? 8 : c == 'b' ? 2 : 0;
}

/* As in Tauri: what 63 bits do not hold is a fraction, up to 64 bits. */
static bool to_integer(const struct word *word, struct tb_value *made)
{
    uint64_t whole = 0;
    unsigned base = base_of(word);
    bool negative = word->text[0] == '-';
    size_t from = base > 0 ? 2 : negative || word->text[0] == '+' ? 1 : 0;
    if (base == 0 && word->text[from] == '0' && word->n > from + 1)
        return false;
    if (!read_digits(word, from, base > 0 ? base : 10, &whole) ||
        (negative && whole > (uint64_t)INT64_MAX + 1))
        return false;
    bool fits = negative || whole <= INT64_MAX;
    made->type = fits ? TB_VALUE_INT : TB_VALUE_REAL;
    made->integer = !fits ? 0 : negative ? (int64_t)(0 - whole) : (int64_t)whole;
    made->real = fits ? (double)made->integer : (double)whole;
    return true;
}

static size_t skip_digits(const struct word *word, size_t at)
{
    while (is_digit(word->text[at]))
        at++;
    return at;
}

static bool is_named(const struct word *word)
{
    size_t from = word->text[0] == '-' || word->text[0] == '+' ? 1 : 0;
    return strcmp(word->text + from, "inf") == 0 || strcmp(word->text + from, "nan") == 0;
}

/* Digits, without a needless zero in front; a point or an exponent or both. */
static bool is_real(const struct word *word)
{
    size_t from = word->text[0] == '-' || word->text[0] == '+' ? 1 : 0;
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

static bool to_real(const struct word *word, struct tb_value *made)
{
    if (word->n == 0 || (!is_named(word) && !is_real(word)))
        return false;
    made->type = TB_VALUE_REAL;
    made->real = strtod(word->text, NULL);
    return isfinite(made->real) || is_named(word);
}

/* ---- all of them ---- */

static struct tb_value *add(struct tb_toml *reader, struct tb_value *parent, struct tb_bytes key,
                            const struct tb_value *made)
{
    struct tb_value *value = tb_tree_add(reader->tree, parent, key, made->place.line, made->type);
    if (!value)
        return NULL;
    value->boolean = made->boolean;
    value->integer = made->integer;
    value->real = made->real;
    value->string = made->string;
    return value;
}

/* To Tauri a date or time is a table with one key, which its TOML reader's insides show. */
static bool add_moment(struct tb_toml *reader, struct tb_value *parent, struct tb_bytes key,
                       uint32_t line, struct tb_bytes text)
{
    struct tb_value made = {.type = TB_VALUE_STRING, .place.line = line};
    made.string = plain_moment(reader->tree->report->arena, text);
    struct tb_value *table = tb_tree_add(reader->tree, parent, key, line, TB_VALUE_MAP);
    return table &&
           add(reader, table, tb_bytes_of_string("$__toml_private_datetime"), &made) != NULL;
}

bool tb_toml_scalar(struct tb_toml *reader, struct tb_value *parent, struct tb_bytes key,
                    uint32_t line)
{
    struct tb_bytes text = with_time(reader, cut_word(reader));
    struct tb_value made = {.type = TB_VALUE_BOOL, .place.line = line};
    struct word word = {.n = 0};
    made.boolean = tb_bytes_are(text, "true");
    if (made.boolean || tb_bytes_are(text, "false"))
        return add(reader, parent, key, &made) != NULL;
    if (is_moment(text))
        return add_moment(reader, parent, key, line, text);
    if (strip_underscores(text, &word) && (to_integer(&word, &made) || to_real(&word, &made)))
        return add(reader, parent, key, &made) != NULL;
    return tb_toml_fail(reader, "not a value: a string in quotes, a number, a date, a list, a "
                                "table, true or false");
}
