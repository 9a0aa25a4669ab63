/*
 * A pattern is cut into tokens, and a label is matched by the set of places in the token list where
 * a match could stand after each character: no backtracking, so no pattern is slow.
 */
#include "policy/compiler/label.h"

#include "proto/limits.h"

struct token {
    enum { CHAR, ANY_CHAR, CLASS, STAR, PARTS } type;
    uint8_t c;
    bool inverted;
    struct tb_bytes members; /* of a class */
};

struct glob {
    struct token tokens[TB_LABEL_GLOB_MAX];
    size_t n;
};

static const char *cut_star(struct tb_bytes text, size_t *at, struct token *token)
{
    size_t from = *at;
    while (*at < text.n && text.data[*at] == '*')
        (*at)++;
    size_t n = *at - from;
    if (n > 2)
        return "three asterisks: a wildcard is `*` or `**`";
    token->type = n == 1 ? STAR : PARTS;
    if (n == 1)
        return NULL;
    bool begins = from == 0 || text.data[from - 1] == '/';
    if (!begins || (*at < text.n && text.data[*at] != '/'))
        return "`**` must stand alone between slashes";
    *at += *at < text.n; /* its slash is part of it: there may be no part at all */
    return NULL;
}

static const char *cut_class(struct tb_bytes text, size_t *at, struct token *token)
{
    size_t from = *at + 1;
    token->type = CLASS;
    token->inverted = from < text.n && text.data[from] == '!';
    from += token->inverted;
    /* A bracket that comes first is a member, not the end. */
    size_t close = from + 1;
    while (close < text.n && text.data[close] != ']')
        close++;
    if (close >= text.n)
        return "`[` without its `]`; a literal bracket is written `[[]`";
    token->members = tb_bytes_of(text.data + from, close - from);
    *at = close + 1;
    return NULL;
}

static const char *cut_token(struct tb_bytes text, size_t *at, struct token *token)
{
    uint8_t c = text.data[*at];
    if (c == '*')
        return cut_star(text, at, token);
    if (c == '[')
        return cut_class(text, at, token);
    *token = (struct token){.type = c == '?' ? ANY_CHAR : CHAR, .c = c};
    (*at)++;
    return NULL;
}

static const char *cut(struct tb_bytes text, struct glob *ret_glob)
{
    if (text.n > TB_LABEL_GLOB_MAX)
        return "a pattern longer than 256 bytes";
    ret_glob->n = 0;
    for (size_t at = 0; at < text.n;) {
        struct token *token = &ret_glob->tokens[ret_glob->n];
        *token = (struct token){0};
        const char *wrong = cut_token(text, &at, token);
        if (wrong)
            return wrong;
        ret_glob->n++;
    }
    return NULL;
}

const char *tb_label_glob_check(struct tb_bytes text)
{
    struct glob glob;
    return cut(text, &glob);
}

static bool in_class(const struct token *token, uint8_t c)
{
    struct tb_bytes members = token->members;
    for (size_t i = 0; i < members.n;) {
        bool range = i + 2 < members.n && members.data[i + 1] == '-';
        uint8_t last = members.data[range ? i + 2 : i];
        if (c >= members.data[i] && c <= last)
            return !token->inverted;
        i += range ? 3 : 1;
    }
    return token->inverted;
}

static bool takes(const struct token *token, uint8_t c)
{
    return token->type == ANY_CHAR || (token->type == CHAR && token->c == c) ||
           (token->type == CLASS && in_class(token, c));
}

/* Where a match can stand: before token i; or, for PARTS, inside a part that it has begun. */
struct places {
    bool before[TB_LABEL_GLOB_MAX + 1];
    bool inside[TB_LABEL_GLOB_MAX];
};

/* Wildcards may match nothing. At the label's end a begun part is a whole one. */
static void skip_wildcards(const struct glob *glob, struct places *places, bool at_end)
{
    for (size_t i = 0; i < glob->n; i++) {
        bool wildcard = glob->tokens[i].type == STAR || glob->tokens[i].type == PARTS;
        if ((wildcard && places->before[i]) || (at_end && places->inside[i]))
            places->before[i + 1] = true;
    }
}

static void step(const struct glob *glob, const struct places *from, uint8_t c,
                 struct places *ret_to)
{
    *ret_to = (struct places){0};
    for (size_t i = 0; i < glob->n; i++) {
        const struct token *token = &glob->tokens[i];
        if (token->type == PARTS && (from->before[i] || from->inside[i])) {
            if (c == '/')
                ret_to->before[i] = true;
            else
                ret_to->inside[i] = true;
        } else if (token->type == STAR && from->before[i]) {
            ret_to->before[i] = true;
        } else if (from->before[i] && takes(token, c)) {
            ret_to->before[i + 1] = true;
        }
    }
}

bool tb_label_glob_matches(struct tb_bytes text, struct tb_bytes label)
{
    struct glob glob;
    struct places places = {.before = {true}};
    if (cut(text, &glob) != NULL)
        return false;
    for (size_t i = 0; i < label.n; i++) {
        struct places next;
        skip_wildcards(&glob, &places, false);
        step(&glob, &places, label.data[i], &next);
        places = next;
    }
    skip_wildcards(&glob, &places, true);
    return places.before[glob.n];
}

bool tb_label_valid(struct tb_bytes text)
{
    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = text.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && !memchr("-_/:", c, 4))
            return false;
    }
    return text.n > 0 && text.n <= TB_LABEL_MAX;
}
