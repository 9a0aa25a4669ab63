#include "policy/compiler/url/part.h"

#include "policy/compiler/url/text.h"
#include "policy/compiler/url/token.h"

struct parser {
    struct tb_arena *arena;
    const struct tb_url_part_rules *rules;
    struct tb_url_tokens tokens;
    size_t at;
    struct tb_url_text pending; /* fixed text that is no part yet */
    struct tb_url_parts parts;
    unsigned next_number;
    struct tb_bytes segment;
};

/* A group as its tokens; each may be NULL. */
struct group {
    struct tb_bytes prefix;
    const struct tb_url_token *name;
    const struct tb_url_token *matcher; /* a regexp or an asterisk */
    struct tb_bytes suffix;
    char modifier;
};

static const struct tb_url_token *take(struct parser *p, enum tb_url_token_type type)
{
    const struct tb_url_token *token = &p->tokens.items[p->at];
    if (token->type != type)
        return NULL;
    p->at++;
    return token;
}

static const struct tb_url_token *take_matcher(struct parser *p, const struct tb_url_token *name)
{
    const struct tb_url_token *token = take(p, TB_TOKEN_REGEXP);
    return token || name ? token : take(p, TB_TOKEN_ASTERISK);
}

static char take_modifier(struct parser *p)
{
    const struct tb_url_token *token = take(p, TB_TOKEN_MODIFIER);
    if (!token)
        token = take(p, TB_TOKEN_ASTERISK);
    return token ? (char)token->value.data[0] : 0;
}

static struct tb_bytes take_text(struct parser *p)
{
    struct tb_url_text text = {.arena = p->arena};
    for (;;) {
        const struct tb_url_token *token = take(p, TB_TOKEN_CHAR);
        if (!token)
            token = take(p, TB_TOKEN_ESCAPED);
        if (!token)
            return tb_url_text_bytes(&text);
        tb_url_put(&text, token->value);
    }
}

static void add(struct parser *p, const struct tb_url_part *part)
{
    struct tb_url_parts *parts = &p->parts;
    parts->items = tb_arena_grow(p->arena, parts->items, parts->n, sizeof *parts->items);
    parts->items[parts->n++] = *part;
    parts->n_groups += part->type != TB_PART_FIXED;
}

static const char *canonical(struct parser *p, struct tb_bytes text, struct tb_bytes *ret_text)
{
    if (p->rules->canonical(p->arena, text, ret_text))
        return NULL;
    bool name = p->rules->canonical == tb_url_canonical_hostname && !tb_url_is_ascii(text);
    return tb_arena_format(p->arena, "`%s` cannot be there%s", tb_arena_string(p->arena, text),
                           name ? "; write a host outside ASCII in its `xn--` form" : "");
}

static const char *add_fixed(struct parser *p, struct tb_bytes text, char modifier)
{
    struct tb_url_part part = {.type = TB_PART_FIXED, .modifier = modifier};
    const char *wrong = canonical(p, text, &part.value);
    if (!wrong)
        add(p, &part);
    return wrong;
}

static const char *flush(struct parser *p)
{
    struct tb_bytes text = tb_url_text_bytes(&p->pending);
    p->pending = (struct tb_url_text){.arena = p->arena};
    return text.n == 0 ? NULL : add_fixed(p, text, 0);
}

static bool name_is_taken(const struct parser *p, struct tb_bytes name)
{
    for (size_t i = 0; i < p->parts.n; i++)
        if (tb_bytes_equal(p->parts.items[i].name, name))
            return true;
    return false;
}

/* The same text is the same group, however it is written: `(.*)` is `*`. */
static void set_matcher(const struct parser *p, const struct group *group, struct tb_url_part *part)
{
    part->type = TB_PART_REGEXP;
    if (!group->matcher || tb_bytes_equal(group->matcher->value, p->segment))
        part->type = TB_PART_SEGMENT;
    else if (group->matcher->type == TB_TOKEN_ASTERISK || tb_bytes_are(group->matcher->value, ".*"))
        part->type = TB_PART_FULL;
    else
        part->value = group->matcher->value;
}

static const char *add_group(struct parser *p, const struct group *group)
{
    struct tb_url_part part = {.modifier = group->modifier};
    set_matcher(p, group, &part);
    if (group->name)
        part.name = group->name->value;
    else
        part.name = tb_bytes_of_string(tb_arena_format(p->arena, "%u", p->next_number++));
    if (p->parts.n_groups == TB_URL_GROUPS_MAX)
        return "more than 256 groups";
    if (name_is_taken(p, part.name))
        return "two groups with the same name: give one of them another";
    const char *wrong = canonical(p, group->prefix, &part.prefix);
    if (!wrong)
        wrong = canonical(p, group->suffix, &part.suffix);
    if (!wrong)
        add(p, &part);
    return wrong;
}

static const char *add_braces(struct parser *p, const struct group *group)
{
    bool plain = !group->name && !group->matcher;
    if (plain && group->modifier == 0) {
        tb_url_put(&p->pending, group->prefix);
        return NULL;
    }
    const char *wrong = flush(p);
    if (wrong)
        return wrong;
    if (!plain)
        return add_group(p, group);
    return group->prefix.n == 0 ? NULL : add_fixed(p, group->prefix, group->modifier);
}

static const char *take_braces(struct parser *p)
{
    struct group group = {.prefix = take_text(p)};
    group.name = take(p, TB_TOKEN_NAME);
    group.matcher = take_matcher(p, group.name);
    group.suffix = take_text(p);
    if (!take(p, TB_TOKEN_CLOSE))
        return "`{` without its `}`, or more than one group in it; a literal brace is written "
               "`\\{`";
    group.modifier = take_modifier(p);
    return add_braces(p, &group);
}

/* `before` is the character in front of the group, which may belong to it: the slash in `/:id?`. */
static const char *take_group(struct parser *p, const struct tb_url_token *before,
                              struct group *group)
{
    group->prefix = group->suffix = tb_bytes_of_string("");
    if (before && p->rules->prefix != 0 && before->value.data[0] == (uint8_t)p->rules->prefix)
        group->prefix = before->value;
    else if (before)
        tb_url_put(&p->pending, before->value);
    const char *wrong = flush(p);
    group->modifier = take_modifier(p);
    return wrong ? wrong : add_group(p, group);
}

static const char *take_next(struct parser *p)
{
    const struct tb_url_token *before = take(p, TB_TOKEN_CHAR);
    struct group group = {.name = take(p, TB_TOKEN_NAME)};
    group.matcher = take_matcher(p, group.name);
    if (group.name || group.matcher)
        return take_group(p, before, &group);
    if (!before)
        before = take(p, TB_TOKEN_ESCAPED);
    if (before) {
        tb_url_put(&p->pending, before->value);
        return NULL;
    }
    if (take(p, TB_TOKEN_OPEN))
        return take_braces(p);
    const char *wrong = flush(p);
    if (!wrong && !take(p, TB_TOKEN_END))
        wrong = "`?`, `+` or `}` with nothing before it; a literal one is written `\\?`, `\\+`, "
                "`\\}`";
    return wrong;
}

const char *tb_url_parts_parse(struct tb_arena *arena, struct tb_bytes text,
                               const struct tb_url_part_rules *rules,
                               struct tb_url_parts *ret_parts)
{
    struct parser p = {.arena = arena,
                       .rules = rules,
                       .pending = {.arena = arena},
                       .segment = tb_url_segment_regexp(arena, rules)};
    const char *wrong = tb_url_tokenise(arena, text, false, &p.tokens);
    while (!wrong && p.at < p.tokens.n)
        wrong = take_next(&p);
    if (!wrong)
        *ret_parts = p.parts;
    return wrong;
}
