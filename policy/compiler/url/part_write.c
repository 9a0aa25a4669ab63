#include "policy/compiler/url/part.h"
#include "policy/compiler/url/text.h"
#include "policy/compiler/url/token.h"

static void put_escaped(struct tb_url_text *text, struct tb_bytes bytes, const char *special)
{
    size_t n = strlen(special);
    for (size_t i = 0; i < bytes.n; i++) {
        if (memchr(special, bytes.data[i], n))
            tb_url_put_byte(text, '\\');
        tb_url_put_byte(text, bytes.data[i]);
    }
}

static void put_modifier(struct tb_url_text *text, char modifier)
{
    if (modifier)
        tb_url_put_byte(text, (uint8_t)modifier);
}

/* ---- the regular expression ---- */

static void put_literal(struct tb_url_text *text, struct tb_bytes bytes)
{
    put_escaped(text, bytes, ".+*?^${}()[]|/\\");
}

struct tb_bytes tb_url_segment_regexp(struct tb_arena *arena, const struct tb_url_part_rules *rules)
{
    struct tb_url_text text = {.arena = arena};
    tb_url_put_string(&text, "[^");
    if (rules->delimiter)
        put_literal(&text, tb_bytes_of(&rules->delimiter, 1));
    tb_url_put_string(&text, "]+?");
    return tb_url_text_bytes(&text);
}

/* Something between the repeats: the first without the prefix, the last without the suffix, which
 * stand around the whole. */
static void put_repeated(struct tb_url_text *text, const struct tb_url_part *part,
                         struct tb_bytes inner)
{
    tb_url_put_string(text, "(?:");
    put_literal(text, part->prefix);
    tb_url_put_string(text, "((?:");
    tb_url_put(text, inner);
    tb_url_put_string(text, ")(?:");
    put_literal(text, part->suffix);
    put_literal(text, part->prefix);
    tb_url_put_string(text, "(?:");
    tb_url_put(text, inner);
    tb_url_put_string(text, "))*)");
    put_literal(text, part->suffix);
    tb_url_put_string(text, part->modifier == '*' ? ")?" : ")");
}

static void put_group(struct tb_url_text *text, const struct tb_url_part *part,
                      struct tb_bytes inner)
{
    bool around = part->prefix.n + part->suffix.n > 0;
    bool repeated = part->modifier == '*' || part->modifier == '+';
    if (repeated && around) {
        put_repeated(text, part, inner);
        return;
    }
    tb_url_put_string(text, around ? "(?:" : "");
    put_literal(text, part->prefix);
    tb_url_put_string(text, repeated ? "((?:" : "(");
    tb_url_put(text, inner);
    tb_url_put_byte(text, ')');
    if (repeated)
        put_modifier(text, part->modifier);
    put_literal(text, part->suffix);
    tb_url_put_string(text, repeated || around ? ")" : "");
    if (!repeated)
        put_modifier(text, part->modifier);
}

static void put_fixed(struct tb_url_text *text, const struct tb_url_part *part)
{
    tb_url_put_string(text, part->modifier ? "(?:" : "");
    put_literal(text, part->value);
    tb_url_put_string(text, part->modifier ? ")" : "");
    put_modifier(text, part->modifier);
}

struct tb_bytes tb_url_parts_regexp(struct tb_arena *arena, const struct tb_url_parts *parts,
                                    const struct tb_url_part_rules *rules)
{
    struct tb_url_text text = {.arena = arena};
    struct tb_bytes segment = tb_url_segment_regexp(arena, rules);
    tb_url_put_byte(&text, '^');
    for (size_t i = 0; i < parts->n; i++) {
        const struct tb_url_part *part = &parts->items[i];
        if (part->type == TB_PART_FIXED)
            put_fixed(&text, part);
        else if (part->type == TB_PART_REGEXP)
            put_group(&text, part, part->value);
        else
            put_group(&text, part, part->type == TB_PART_FULL ? tb_bytes_of_string(".*") : segment);
    }
    tb_url_put_byte(&text, '$');
    return tb_url_text_bytes(&text);
}

/* ---- the pattern ---- */

struct writer {
    struct tb_url_text text;
    const struct tb_url_part_rules *rules;
    const struct tb_url_part *before; /* may be NULL */
    const struct tb_url_part *part;
    const struct tb_url_part *behind; /* may be NULL */
};

static void put_pattern_text(struct writer *w, struct tb_bytes bytes)
{
    put_escaped(&w->text, bytes, "+*?:{}()\\");
}

static bool is_numbered(const struct tb_url_part *part)
{
    return part->name.n > 0 && tb_url_is_digit(part->name.data[0]);
}

/* Whether what comes next would be read as more of this group's name, or as its regexp. */
static bool runs_into_next(const struct writer *w)
{
    const struct tb_url_part *next = w->behind;
    if (is_numbered(w->part) || w->part->type != TB_PART_SEGMENT || w->part->modifier || !next ||
        next->prefix.n + next->suffix.n > 0)
        return false;
    return next->type == TB_PART_FIXED ? tb_url_name_character(next->value, 0, false) > 0
                                       : is_numbered(next);
}

static bool is_prefix(const struct writer *w, struct tb_bytes text)
{
    return w->rules->prefix && text.n == 1 && text.data[0] == (uint8_t)w->rules->prefix;
}

static bool takes_prefix_before(const struct writer *w)
{
    const struct tb_url_part *before = w->before;
    return w->part->prefix.n == 0 && before && before->type == TB_PART_FIXED &&
           before->value.n > 0 && is_prefix(w, tb_url_from(before->value, before->value.n - 1));
}

static bool needs_braces(const struct writer *w)
{
    bool prefix = w->part->prefix.n > 0 && !is_prefix(w, w->part->prefix);
    return w->part->suffix.n > 0 || prefix || runs_into_next(w) || takes_prefix_before(w);
}

static void put_full(struct writer *w, bool braces)
{
    const struct tb_url_part *before = w->before;
    bool short_form = !before || before->type == TB_PART_FIXED || before->modifier || braces ||
                      w->part->prefix.n > 0;
    tb_url_put_string(&w->text, is_numbered(w->part) && short_form ? "*" : "(.*)");
}

static void put_matcher(struct writer *w, bool braces)
{
    struct tb_bytes inner = w->part->value;
    if (w->part->type == TB_PART_FULL) {
        put_full(w, braces);
        return;
    }
    if (w->part->type == TB_PART_SEGMENT && !is_numbered(w->part))
        return;
    if (w->part->type == TB_PART_SEGMENT)
        inner = tb_url_segment_regexp(w->text.arena, w->rules);
    tb_url_put_byte(&w->text, '(');
    tb_url_put(&w->text, inner);
    tb_url_put_byte(&w->text, ')');
}

static void put_pattern_group(struct writer *w)
{
    const struct tb_url_part *part = w->part;
    bool named = !is_numbered(part);
    bool braces = needs_braces(w);
    tb_url_put_string(&w->text, braces ? "{" : "");
    put_pattern_text(w, part->prefix);
    tb_url_put_string(&w->text, named ? ":" : "");
    if (named)
        tb_url_put(&w->text, part->name);
    put_matcher(w, braces);
    if (part->type == TB_PART_SEGMENT && named && tb_url_name_character(part->suffix, 0, false))
        tb_url_put_byte(&w->text, '\\');
    put_pattern_text(w, part->suffix);
    tb_url_put_string(&w->text, braces ? "}" : "");
    put_modifier(&w->text, part->modifier);
}

static void put_pattern_fixed(struct writer *w)
{
    tb_url_put_string(&w->text, w->part->modifier ? "{" : "");
    put_pattern_text(w, w->part->value);
    tb_url_put_string(&w->text, w->part->modifier ? "}" : "");
    put_modifier(&w->text, w->part->modifier);
}

struct tb_bytes tb_url_parts_write(struct tb_arena *arena, const struct tb_url_parts *parts,
                                   const struct tb_url_part_rules *rules)
{
    struct writer w = {.text = {.arena = arena}, .rules = rules};
    for (size_t i = 0; i < parts->n; i++) {
        w.before = w.part;
        w.part = &parts->items[i];
        w.behind = i + 1 < parts->n ? &parts->items[i + 1] : NULL;
        if (w.part->type == TB_PART_FIXED)
            put_pattern_fixed(&w);
        else
            put_pattern_group(&w);
    }
    return tb_url_text_bytes(&w.text);
}
