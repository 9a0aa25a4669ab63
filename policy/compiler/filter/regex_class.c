#include "policy/compiler/data/value.h"
#include "policy/compiler/filter/regex_tree.h"

static const struct tb_regex_range digits[] = {{'0', '9'}};
static const struct tb_regex_range words[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
static const struct tb_regex_range spaces[] = {{'\t', '\r'}, {' ', ' '}};
static const struct tb_regex_range line_ends[] = {{'\n', '\n'}};

static void add_ranges(struct tb_regex_reader *r, struct tb_regex_set *set,
                       const struct tb_regex_range *ranges, size_t n, bool invert)
{
    struct tb_regex_set added = {NULL, 0};
    for (size_t i = 0; i < n; i++)
        tb_regex_set_add(r->arena, &added, ranges[i].from, ranges[i].to);
    if (invert)
        added = tb_regex_set_invert(r->arena, &added);
    for (size_t i = 0; i < added.n; i++)
        tb_regex_set_add(r->arena, set, added.ranges[i].from, added.ranges[i].to);
}

/* Behind a `\`: one of `d D w W s S`. */
static bool take_shorthand(struct tb_regex_reader *r, struct tb_regex_set *set)
{
    uint8_t c = tb_regex_peek(r, 0);
    bool invert = c >= 'A' && c <= 'Z';
    switch (c | 0x20) {
    case 'd':
        add_ranges(r, set, digits, TB_ARRAY_LEN(digits), invert);
        break;
    case 'w':
        add_ranges(r, set, words, TB_ARRAY_LEN(words), invert);
        break;
    case 's':
        add_ranges(r, set, spaces, TB_ARRAY_LEN(spaces), invert);
        break;
    default:
        return false;
    }
    r->at++;
    return true;
}

/* So many hex digits; 0 and told if they are not there. */
static uint32_t read_hex(struct tb_regex_reader *r, size_t least, size_t most)
{
    uint32_t code = 0;
    size_t n = 0;
    int digit;
    while (n < most && (digit = tb_hex_digit(tb_regex_peek(r, 0))) >= 0) {
        code = code * 16 + (uint32_t)digit;
        r->at++;
        n++;
    }
    if (n < least)
        tb_regex_fail(r, "a character by its number is written `\\x7f`, `\\u00e4` or `\\u{1f600}`");
    return code;
}

static uint32_t read_code(struct tb_regex_reader *r)
{
    uint32_t code;
    bool braces = tb_regex_peek(r, 1) == '{';
    bool x = tb_regex_peek(r, 0) == 'x';
    r->at += 1 + (size_t)braces;
    if (braces)
        code = read_hex(r, 1, 6);
    else
        code = x ? read_hex(r, 2, 2) : read_hex(r, 4, 4);
    if (braces && !tb_regex_take(r, "}"))
        tb_regex_fail(r, "`\\u{` and `\\x{` take one to six hex digits and a `}`");
    if (code > TB_REGEX_LAST || (code >= 0xd800 && code <= 0xdfff))
        tb_regex_fail(r, "the number of no character: there are those up to 10ffff without d800 to "
                         "dfff");
    return code;
}

/* Why a letter or digit behind `\` means nothing here. */
static const char *why_not(uint8_t c)
{
    if (c == 'b' || c == 'B')
        return "`\\b` and `\\B` are not supported: the whole text is matched, so write what is at "
               "the edge of the word, such as `(.*\\W)?word(\\W.*)?`";
    if (memchr("AzZG", c, 4))
        return "`\\A`, `\\z`, `\\Z` and `\\G` are not supported: the whole text is matched always, "
               "so leave them out";
    if ((c >= '1' && c <= '9') || c == 'k')
        return "back references cannot be matched in linear time: write out what may be repeated, "
               "or look at it in a hook";
    if (c == 'p' || c == 'P')
        return "`\\p` is not supported: write the characters as ranges, such as `[a-zà-ÿ]`";
    if (c == '0')
        return "`\\0` is not the same in all dialects: write `\\x00`";
    return "`\\` before this letter or digit means nothing here: for the letter leave out the `\\`";
}

/* Behind a `\`: one character. */
static uint32_t read_escaped(struct tb_regex_reader *r)
{
    static const char letters[] = "nrtfv";
    static const char stands_for[] = "\n\r\t\f\v";
    uint8_t c = tb_regex_peek(r, 0);
    const char *at = c == 0 ? NULL : strchr(letters, c);
    bool alnum = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
    if (c == 'x' || c == 'u')
        return read_code(r);
    if (r->at == r->text.n)
        tb_regex_fail(r, "a `\\` at the end stands before nothing: write `\\\\` for the character");
    else if (!at && (c <= ' ' || c >= 0x7f))
        tb_regex_fail(r, "`\\` stands before a character that has no other meaning: leave it out");
    else if (c == '<' || c == '>')
        tb_regex_fail(r, "`\\<` and `\\>` are edges of words in some dialects: for the character "
                         "leave out the `\\`");
    else if (!at && alnum)
        tb_regex_fail(r, why_not(c));
    r->at += r->at < r->text.n;
    return at ? (uint8_t)stands_for[at - letters] : c;
}

static struct tb_regex_set finish(struct tb_regex_reader *r, struct tb_regex_set *set)
{
    tb_regex_set_normalise(set);
    if (r->ignore_case && !r->wrong && !tb_regex_set_fold(r->arena, set))
        tb_regex_fail(r,
                      "`(?i)` knows the letters of ASCII alone: write both cases of others, such "
                      "as `[äÄ]`, without `(?i)`");
    return *set;
}

struct tb_regex_set tb_regex_literal(struct tb_regex_reader *r, uint32_t code)
{
    struct tb_regex_set set = {NULL, 0};
    tb_regex_set_add(r->arena, &set, code, code);
    return finish(r, &set);
}

struct tb_regex_set tb_regex_read_escape(struct tb_regex_reader *r)
{
    struct tb_regex_set set = {NULL, 0};
    if (!take_shorthand(r, &set))
        return tb_regex_literal(r, read_escaped(r));
    tb_regex_set_normalise(&set);
    return set;
}

struct tb_regex_set tb_regex_dot(struct tb_regex_reader *r)
{
    struct tb_regex_set set = {NULL, 0};
    add_ranges(r, &set, line_ends, TB_ARRAY_LEN(line_ends), true);
    return set;
}

/* A member of a class that is one character. */
static uint32_t read_member(struct tb_regex_reader *r)
{
    if (tb_regex_take(r, "\\"))
        return read_escaped(r);
    if (tb_regex_peek(r, 0) == '[')
        tb_regex_fail(r, "classes inside classes, and `[:alpha:]`, are not supported: write `\\[` "
                         "for the character");
    if ((tb_regex_peek(r, 0) == '&' && tb_regex_peek(r, 1) == '&') ||
        (tb_regex_peek(r, 0) == '~' && tb_regex_peek(r, 1) == '~'))
        tb_regex_fail(r, "`&&` and `~~` in a class work on sets in some dialects: write the "
                         "character once");
    return tb_regex_next(r);
}

static bool at_dash(const struct tb_regex_reader *r)
{
    return tb_regex_peek(r, 0) == '-' && tb_regex_peek(r, 1) != ']';
}

static const char dash[] =
    "a `-` in a class is first, last, or between two characters: write `\\-` for the character";

/* `a`, `a-z`, or `\d`, which is kept apart: it has both cases of all that it has. */
static void read_part(struct tb_regex_reader *r, struct tb_regex_set *set,
                      struct tb_regex_set *closed)
{
    bool shorthand = false;
    if (tb_regex_peek(r, 0) == '\\') {
        r->at++;
        shorthand = take_shorthand(r, closed);
        r->at -= !shorthand;
    }
    if (shorthand) {
        if (at_dash(r))
            tb_regex_fail(r, dash);
        return;
    }
    uint32_t from = read_member(r);
    uint32_t to = from;
    if (!r->wrong && at_dash(r)) {
        r->at++;
        if (tb_regex_peek(r, 0) == '-' ||
            (tb_regex_peek(r, 0) == '\\' && strchr("dDwWsS", tb_regex_peek(r, 1))))
            tb_regex_fail(r, dash);
        to = r->wrong || r->at == r->text.n ? from : read_member(r);
        if (at_dash(r))
            tb_regex_fail(r, dash);
    }
    if (to < from)
        tb_regex_fail(r, "a range whose first character comes behind its last one: turn it round");
    tb_regex_set_add(r->arena, set, from, to < from ? from : to);
}

struct tb_regex_set tb_regex_read_class(struct tb_regex_reader *r)
{
    struct tb_regex_set set = {NULL, 0};
    struct tb_regex_set closed = {NULL, 0};
    bool invert = tb_regex_take(r, "^");
    if (tb_regex_peek(r, 0) == ']')
        tb_regex_fail(r, "a class that begins with `]`: write `\\]` for the character; an empty "
                         "class is not supported");
    if (tb_regex_peek(r, 0) == '-') {
        tb_regex_set_add(r->arena, &set, '-', '-');
        r->at++;
        if (at_dash(r))
            tb_regex_fail(r, dash);
    }
    while (!r->wrong && r->at < r->text.n && tb_regex_peek(r, 0) != ']') {
        if (tb_regex_peek(r, 0) == '-' && tb_regex_peek(r, 1) != ']')
            tb_regex_fail(r, dash);
        else
            read_part(r, &set, &closed);
    }
    if (!tb_regex_take(r, "]"))
        tb_regex_fail(r, "`[` without its `]`: write `\\[` for the character");
    set = finish(r, &set);
    for (size_t i = 0; i < closed.n; i++)
        tb_regex_set_add(r->arena, &set, closed.ranges[i].from, closed.ranges[i].to);
    tb_regex_set_normalise(&set);
    return invert ? tb_regex_set_invert(r->arena, &set) : set;
}
