#include "policy/compiler/url/token.h"

#include "policy/compiler/url/text.h"

#include <unictype.h>
#include <unistr.h>

struct tokeniser {
    struct tb_arena *arena;
    struct tb_bytes text;
    struct tb_url_tokens tokens;
    size_t at;
    bool lenient;
    const char *wrong;
};

static size_t character(struct tb_bytes text, size_t at, ucs4_t *ret_code)
{
    int n = u8_mbtouc(ret_code, text.data + at, text.n - at);
    return n > 0 ? (size_t)n : 1;
}

size_t tb_url_name_character(struct tb_bytes text, size_t at, bool first)
{
    ucs4_t code;
    if (at >= text.n)
        return 0;
    size_t n = character(text, at, &code);
    if (code == '$' || code == '_')
        return n;
    if (first)
        return uc_is_property_id_start(code) ? n : 0;
    bool joiner = code == 0x200c || code == 0x200d;
    return joiner || uc_is_property_id_continue(code) ? n : 0;
}

static void add(struct tokeniser *t, enum tb_url_token_type type, size_t next, size_t value,
                size_t n)
{
    t->tokens.items =
        tb_arena_grow(t->arena, t->tokens.items, t->tokens.n, sizeof *t->tokens.items);
    t->tokens.items[t->tokens.n++] =
        (struct tb_url_token){type, t->at, tb_bytes_of(t->text.data + value, n)};
    t->at = next;
}

static void add_wrong(struct tokeniser *t, size_t next, const char *wrong)
{
    if (!t->lenient)
        t->wrong = wrong;
    add(t, TB_TOKEN_INVALID, next, t->at, next - t->at);
}

static void take_escaped(struct tokeniser *t)
{
    ucs4_t code;
    size_t from = t->at + 1;
    if (from == t->text.n) {
        add_wrong(t, from, "a backslash at the end; a literal one is written `\\\\`");
        return;
    }
    size_t n = character(t->text, from, &code);
    add(t, TB_TOKEN_ESCAPED, from + n, from, n);
}

static void take_name(struct tokeniser *t)
{
    size_t from = t->at + 1;
    size_t end = from;
    for (size_t n; (n = tb_url_name_character(t->text, end, end == from)) > 0;)
        end += n;
    if (end == from)
        add_wrong(t, from, "`:` without the name of a group; a literal colon is written `\\:`");
    else
        add(t, TB_TOKEN_NAME, end, from, end - from);
}

/* The end of the group that begins at `from`: behind its `)`. 0: *ret_wrong says why there is none.
 */
static size_t regexp_end(struct tb_bytes text, size_t from, const char **ret_wrong)
{
    size_t depth = 1;
    *ret_wrong = "`(` without its `)`; a literal parenthesis is written `\\(`";
    for (size_t i = from; i < text.n; i++) {
        uint8_t c = text.data[i];
        bool escape = c == '\\';
        if (escape && ++i == text.n)
            return 0;
        if (text.data[i] > 0x7f) {
            *ret_wrong = "a regular expression with a character outside ASCII, which no part of "
                         "a URL has: write it as `%XX`, or the host in its `xn--` form";
            return 0;
        }
        if (escape)
            continue;
        if (c == ')' && --depth == 0)
            return i + 1;
        if (c == '(' && (i + 1 == text.n || text.data[i + 1] != '?')) {
            *ret_wrong = "a group inside a group; write it as `(?:...)`";
            return 0;
        }
        depth += c == '(';
    }
    return 0;
}

static void take_regexp(struct tokeniser *t)
{
    const char *wrong;
    size_t from = t->at + 1;
    size_t end = 0;
    if (from < t->text.n && t->text.data[from] == '?')
        wrong = "a group that begins with `?`; write `(...)`";
    else
        end = regexp_end(t->text, from, &wrong);
    if (end == from + 1) {
        wrong = "an empty group `()`";
        end = 0;
    }
    if (end == 0)
        add_wrong(t, from, wrong);
    else
        add(t, TB_TOKEN_REGEXP, end, from, end - from - 1);
}

static enum tb_url_token_type type_of(ucs4_t code)
{
    switch (code) {
    case '*':
        return TB_TOKEN_ASTERISK;
    case '+':
    case '?':
        return TB_TOKEN_MODIFIER;
    case '{':
        return TB_TOKEN_OPEN;
    case '}':
        return TB_TOKEN_CLOSE;
    default:
        return TB_TOKEN_CHAR;
    }
}

static void take(struct tokeniser *t)
{
    ucs4_t code;
    size_t n = character(t->text, t->at, &code);
    if (code == '\\')
        take_escaped(t);
    else if (code == ':')
        take_name(t);
    else if (code == '(')
        take_regexp(t);
    else
        add(t, type_of(code), t->at + n, t->at, n);
}

const char *tb_url_tokenise(struct tb_arena *arena, struct tb_bytes text, bool lenient,
                            struct tb_url_tokens *ret_tokens)
{
    struct tokeniser t = {.arena = arena, .text = text, .lenient = lenient};
    while (t.at < text.n && !t.wrong)
        take(&t);
    add(&t, TB_TOKEN_END, text.n, text.n, 0);
    if (!t.wrong)
        *ret_tokens = t.tokens;
    return t.wrong;
}
