#include "policy/compiler/data/value.h"
#include "policy/compiler/url/regexp_read.h"
#include "policy/compiler/url/text.h"

enum { ASCII = 128, A_CLASS = -1 };

static void add_byte(struct tb_regexp_set *set, uint8_t byte)
{
    set->bits[byte / 64] |= (uint64_t)1 << (byte % 64);
}

void tb_regexp_set_add(const struct tb_regexp_reader *r, struct tb_regexp_set *set, uint32_t from,
                       uint32_t to)
{
    for (uint32_t c = from; c <= to && c < ASCII; c++) {
        add_byte(set, (uint8_t)c);
        if (r->ignore_case && tb_url_is_alpha((uint8_t)c))
            add_byte(set, (uint8_t)(c ^ 0x20));
    }
}

static void invert(struct tb_regexp_set *set)
{
    set->bits[0] = ~set->bits[0];
    set->bits[1] = ~set->bits[1];
}

static void add_all(struct tb_regexp_set *set, const struct tb_regexp_set *more)
{
    set->bits[0] |= more->bits[0];
    set->bits[1] |= more->bits[1];
}

static void keep_common(struct tb_regexp_set *set, const struct tb_regexp_set *other)
{
    set->bits[0] &= other->bits[0];
    set->bits[1] &= other->bits[1];
}

struct tb_regexp_set tb_regexp_dot(void)
{
    struct tb_regexp_set set = {{0, 0}};
    add_byte(&set, '\n');
    add_byte(&set, '\r');
    invert(&set);
    return set;
}

/* The set of `\d`, `\w` or `\s`, or of its opposite in capitals. False: no such letter. */
static bool named_set(const struct tb_regexp_reader *r, uint8_t letter,
                      struct tb_regexp_set *ret_set)
{
    static const struct {
        uint8_t letter;
        const char *ranges; /* pairs */
    } names[] = {{'d', "09"}, {'w', "azAZ09__"}, {'s', "\t\r  "}};
    for (size_t i = 0; i < TB_ARRAY_LEN(names); i++) {
        if (names[i].letter != (letter | 0x20))
            continue;
        struct tb_regexp_set set = {{0, 0}};
        for (const char *c = names[i].ranges; *c; c += 2)
            tb_regexp_set_add(r, &set, (uint8_t)c[0], (uint8_t)c[1]);
        if (letter != names[i].letter)
            invert(&set);
        *ret_set = set;
        return true;
    }
    return false;
}

/* `n` hexadecimal digits; with n 0, digits in braces. */
static int32_t read_hex(struct tb_regexp_reader *r, size_t n)
{
    uint32_t code = 0;
    size_t n_read = 0;
    bool braces = n == 0;
    if (braces && !tb_regexp_take(r, "{"))
        tb_regexp_fail(r, "`\\u` without its digits");
    while ((braces ? n_read < 6 : n_read < n) && tb_hex_digit(tb_regexp_peek(r, 0)) >= 0) {
        code = code << 4 | (uint32_t)tb_hex_digit(r->text.data[r->at++]);
        n_read++;
    }
    if (n_read == 0 || (!braces && n_read < n) || (braces && !tb_regexp_take(r, "}")))
        tb_regexp_fail(r, "`\\x` takes two hexadecimal digits, `\\u` four");
    return (int32_t)code;
}

static int32_t control(uint8_t letter)
{
    static const char letters[] = "tnvfr";
    static const char codes[] = "\t\n\v\f\r";
    const char *at = letter ? strchr(letters, letter) : NULL;
    return at ? codes[at - letters] : 0;
}

static int32_t read_character(struct tb_regexp_reader *r, uint8_t letter)
{
    if (letter == 'x')
        return read_hex(r, 2);
    if (letter == 'u')
        return read_hex(r, tb_regexp_peek(r, 0) == '{' ? 0 : 4);
    if (letter == '0' && !tb_url_is_digit(tb_regexp_peek(r, 0)))
        return 0;
    if (control(letter))
        return control(letter);
    if (letter == 'p' || letter == 'P')
        tb_regexp_fail(r, "`\\p` names characters outside ASCII, which no part of a URL has: "
                          "write the letters as a class, as in `[A-Za-z]`");
    else if (tb_url_is_digit(letter) || letter == 'k')
        tb_regexp_fail(r, "a back reference; write the text out");
    else if (letter <= ' ' || letter > '~' || tb_url_is_alpha(letter))
        tb_regexp_fail(r, "an escape that means nothing; write the character itself");
    return letter;
}

struct tb_regexp_set tb_regexp_read_escape(struct tb_regexp_reader *r, int32_t *ret_code)
{
    struct tb_regexp_set set = {{0, 0}};
    uint8_t letter = tb_regexp_peek(r, 0);
    *ret_code = A_CLASS;
    r->at += r->at < r->text.n;
    if (tb_url_is_alpha(letter) && named_set(r, letter, &set))
        return set;
    *ret_code = read_character(r, letter);
    tb_regexp_set_add(r, &set, (uint32_t)*ret_code, (uint32_t)*ret_code);
    return set;
}

/* One character of a class, escaped or not; A_CLASS: *ret_set is what stands there instead. */
static int32_t read_member(struct tb_regexp_reader *r, struct tb_regexp_set *ret_set)
{
    int32_t code;
    if (tb_regexp_take(r, "\\b"))
        code = '\b';
    else if (tb_regexp_take(r, "\\"))
        *ret_set = tb_regexp_read_escape(r, &code);
    else
        code = r->text.data[r->at++];
    return code;
}

static struct tb_regexp_set read_operand(struct tb_regexp_reader *r)
{
    struct tb_regexp_set set = {{0, 0}};
    if (tb_regexp_take(r, "["))
        return tb_regexp_read_class(r);
    int32_t from = read_member(r, &set);
    /* A hyphen before the end, or two, are no range. */
    bool range = tb_regexp_peek(r, 0) == '-' && tb_regexp_peek(r, 1) != '-' &&
                 tb_regexp_peek(r, 1) != ']' && tb_regexp_peek(r, 1) != '[';
    if (from == A_CLASS)
        return set;
    if (!range) {
        tb_regexp_set_add(r, &set, (uint32_t)from, (uint32_t)from);
        return set;
    }
    r->at++;
    int32_t to = read_member(r, &set);
    if (to == A_CLASS || to < from)
        tb_regexp_fail(r, "a range in a class that ends before it begins; a literal hyphen is "
                          "written `\\-`");
    else
        tb_regexp_set_add(r, &set, (uint32_t)from, (uint32_t)to);
    return set;
}

/* Operands side by side, up to `]`, `--` or `&&`. */
static struct tb_regexp_set read_union(struct tb_regexp_reader *r)
{
    struct tb_regexp_set all = {{0, 0}};
    for (;;) {
        uint8_t c = tb_regexp_peek(r, 0);
        bool doubled = tb_regexp_peek(r, 1) == c;
        if (r->wrong || c == ']' || (doubled && (c == '-' || c == '&')))
            return all;
        if (c == 0)
            tb_regexp_fail(r, "`[` without its `]`; a literal bracket is written `\\[`");
        else if (doubled && c != '\\' && c != '[' && strchr("!#$%*+,.:;<=>?@^`~", c))
            tb_regexp_fail(r, "the same sign twice in a class, which some engines read as an "
                              "operator: write it once");
        if (r->wrong)
            return all;
        struct tb_regexp_set set = read_operand(r);
        add_all(&all, &set);
    }
}

static struct tb_regexp_set read_operations(struct tb_regexp_reader *r)
{
    struct tb_regexp_set set = read_union(r);
    while (!r->wrong && !tb_regexp_take(r, "]")) {
        bool minus = tb_regexp_take(r, "--");
        if (!minus)
            (void)tb_regexp_take(r, "&&");
        struct tb_regexp_set other = read_union(r);
        if (minus)
            invert(&other);
        keep_common(&set, &other);
    }
    return set;
}

struct tb_regexp_set tb_regexp_read_class(struct tb_regexp_reader *r)
{
    struct tb_regexp_set set = {{0, 0}};
    bool inverted = tb_regexp_take(r, "^");
    if (r->depth == TB_REGEXP_DEPTH_MAX) {
        tb_regexp_fail(r, "groups or classes more than 32 deep");
        return set;
    }
    r->depth++;
    set = read_operations(r);
    r->depth--;
    if (inverted)
        invert(&set);
    return set;
}
