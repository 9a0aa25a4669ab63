#include "policy/compiler/filter/regex_tree.h"

enum { REPEATS_MAX = 1000 };

static struct tb_regex_node *node_new(struct tb_regex_reader *r, enum tb_regex_kind kind)
{
    struct tb_regex_node *node = TB_NEW(r->arena, struct tb_regex_node);
    node->kind = kind;
    return node;
}

/* A text that a file holds is UTF-8; what is not has been refused. */
uint32_t tb_regex_next(struct tb_regex_reader *r)
{
    uint8_t lead = tb_regex_peek(r, 0);
    size_t n = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    static const uint8_t masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t code = lead & masks[n];
    for (size_t i = 1; i < n; i++)
        code = code << 6 | (tb_regex_peek(r, i) & 0x3f);
    r->at += n < r->text.n - r->at ? n : r->text.n - r->at;
    return code;
}

static struct tb_regex_node *read_alternatives(struct tb_regex_reader *r);

static struct tb_regex_node *read_group(struct tb_regex_reader *r)
{
    if (!tb_regex_take(r, "?:") && tb_regex_peek(r, 0) == '?') {
        bool look = tb_regex_take(r, "?=") || tb_regex_take(r, "?!") || tb_regex_take(r, "?<=") ||
                    tb_regex_take(r, "?<!");
        tb_regex_fail(r, look
                             ? "look-ahead and look-behind cannot be matched in linear time: write "
                               "a second condition, with `not = true` for what must not be there"
                             : "of groups there are `(...)` and `(?:...)`; `(?i)` stands at the "
                               "very front and holds for all");
    }
    if (r->depth == TB_REGEX_DEPTH_MAX)
        tb_regex_fail(r, "groups more than 32 deep");
    if (r->wrong)
        return NULL;
    r->depth++;
    struct tb_regex_node *node = read_alternatives(r);
    r->depth--;
    if (!tb_regex_take(r, ")"))
        tb_regex_fail(r, "`(` without its `)`: write `\\(` for the character");
    return node;
}

static struct tb_regex_set read_literal(struct tb_regex_reader *r)
{
    uint8_t c = tb_regex_peek(r, 0);
    if (memchr("*+?", c, 3))
        tb_regex_fail(r,
                      "`*`, `+` or `?` with nothing to repeat: write `\\*`, `\\+`, `\\?` for the "
                      "character");
    else if (memchr("{}]", c, 3))
        tb_regex_fail(r, "`{`, `}` or `]` alone: write `\\{`, `\\}`, `\\]` for the character");
    else if (memchr("^$", c, 2))
        tb_regex_fail(r, "`^` and `$` stand at the ends of the expression alone, where they change "
                         "nothing: the whole text is matched always. Leave them out");
    return tb_regex_literal(r, tb_regex_next(r));
}

static struct tb_regex_node *read_atom(struct tb_regex_reader *r)
{
    if (tb_regex_take(r, "("))
        return read_group(r);
    struct tb_regex_node *node = node_new(r, TB_REGEX_SET);
    if (tb_regex_take(r, "["))
        node->set = tb_regex_read_class(r);
    else if (tb_regex_take(r, "\\"))
        node->set = tb_regex_read_escape(r);
    else if (tb_regex_take(r, "."))
        node->set = tb_regex_dot(r);
    else
        node->set = read_literal(r);
    return node;
}

static bool read_count(struct tb_regex_reader *r, uint32_t *ret_count)
{
    uint32_t count = 0;
    size_t from = r->at;
    while (tb_regex_peek(r, 0) >= '0' && tb_regex_peek(r, 0) <= '9') {
        count = count * 10 + (uint32_t)(r->text.data[r->at++] - '0');
        if (count > REPEATS_MAX) {
            tb_regex_fail(r, "a count of more than 1000: write a condition with `length` for it");
            return false;
        }
    }
    if (r->at > from)
        *ret_count = count;
    return r->at > from;
}

/* `*`, `+`, `?`, `{2}`, `{2,}`, `{2,3}`. False: none of them. */
static bool read_quantifier(struct tb_regex_reader *r, uint32_t *ret_min, uint32_t *ret_max)
{
    uint8_t c = tb_regex_peek(r, 0);
    if (c == 0 || !memchr("*+?{", c, 4))
        return false;
    r->at++;
    *ret_min = c == '+';
    *ret_max = c == '?' ? 1 : TB_REGEX_NO_LIMIT;
    if (c != '{')
        return true;
    bool ok = read_count(r, ret_min);
    *ret_max = *ret_min;
    if (ok && tb_regex_take(r, ",") && !read_count(r, ret_max))
        *ret_max = TB_REGEX_NO_LIMIT;
    if (!ok || !tb_regex_take(r, "}") || *ret_max < *ret_min)
        tb_regex_fail(r, "a count that is none: it is written `{2}`, `{2,}` or `{2,3}`, and the "
                         "character `\\{`");
    return true;
}

/* What takes nothing is nothing, however often: so that each repetition adds a state. */
static struct tb_regex_node *repeat(struct tb_regex_reader *r, struct tb_regex_node *child,
                                    uint32_t min, uint32_t max)
{
    if (child->kind == TB_REGEX_EMPTY || max == 0)
        return node_new(r, TB_REGEX_EMPTY);
    struct tb_regex_node *node = node_new(r, TB_REGEX_REPEAT);
    node->child = child;
    node->min = min;
    node->max = max;
    return node;
}

static struct tb_regex_node *read_term(struct tb_regex_reader *r)
{
    uint32_t min;
    uint32_t max;
    struct tb_regex_node *node = read_atom(r);
    if (r->wrong || !read_quantifier(r, &min, &max))
        return node;
    /* What a whole text matches does not depend on who takes most of it. */
    (void)tb_regex_take(r, "?");
    uint8_t c = tb_regex_peek(r, 0);
    if (c != 0 && memchr("*+?{", c, 4))
        tb_regex_fail(r,
                      "two counts one behind the other, which dialects read differently: put the "
                      "first into a group, as in `(?:a+)*`");
    return r->wrong ? node : repeat(r, node, min, max);
}

/* The `$` that may end the whole expression. */
static bool at_last_dollar(const struct tb_regex_reader *r)
{
    return r->depth == 0 && r->at + 1 == r->text.n && r->text.data[r->at] == '$';
}

/* Terms, up to `|`, `)` or the end. */
static struct tb_regex_node *read_sequence(struct tb_regex_reader *r)
{
    struct tb_regex_node *sequence = node_new(r, TB_REGEX_SEQUENCE);
    struct tb_regex_node **end = &sequence->child;
    while (!r->wrong && r->at < r->text.n && tb_regex_peek(r, 0) != '|' &&
           tb_regex_peek(r, 0) != ')' && !at_last_dollar(r)) {
        struct tb_regex_node *node = read_term(r);
        if (r->wrong || node->kind == TB_REGEX_EMPTY)
            continue;
        *end = node;
        end = &node->next;
    }
    if (!sequence->child)
        sequence->kind = TB_REGEX_EMPTY;
    return sequence;
}

static struct tb_regex_node *read_alternatives(struct tb_regex_reader *r)
{
    struct tb_regex_node *first = read_sequence(r);
    if (r->wrong || tb_regex_peek(r, 0) != '|')
        return first;
    struct tb_regex_node *node = node_new(r, TB_REGEX_ALTERNATE);
    node->child = first;
    while (!r->wrong && tb_regex_take(r, "|")) {
        first->next = read_sequence(r);
        first = first->next;
    }
    return node;
}

struct tb_regex_node *tb_regex_read(struct tb_arena *arena, struct tb_bytes text,
                                    const char **ret_wrong)
{
    struct tb_regex_reader r = {.arena = arena, .text = text};
    if (text.n > TB_REGEX_TEXT_MAX)
        tb_regex_fail(&r, "it is longer than 1024 bytes: write several conditions");
    else if (!tb_utf8_valid(text))
        tb_regex_fail(&r, "it is not UTF-8");
    else if (memchr(text.n ? text.data : (const uint8_t *)"x", 0, text.n))
        tb_regex_fail(&r, "it holds a NUL: write `\\x00`");
    r.ignore_case = !r.wrong && tb_regex_take(&r, "(?i)");
    bool anchor = !r.wrong && tb_regex_take(&r, "^");
    struct tb_regex_node *tree = r.wrong ? NULL : read_alternatives(&r);
    anchor |= !r.wrong && tb_regex_take(&r, "$");
    if (!r.wrong && r.at < text.n)
        tb_regex_fail(&r, "`)` without its `(`: write `\\)` for the character");
    if (!r.wrong && anchor && tree->kind == TB_REGEX_ALTERNATE)
        tb_regex_fail(&r, "`^a|b$` means something else in other places: the whole text is matched "
                          "always, so write `a|b`");
    *ret_wrong = r.wrong;
    return tree;
}
