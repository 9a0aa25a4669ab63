/* Conditions of one rule that cannot hold together: the rule looks as if it guarded something. */
#include "policy/compiler/filter/parts.h"

static const struct tb_value *key_of(const struct tb_value *map, const char *key)
{
    for (const struct tb_value *child = map->child; child; child = child->next)
        if (tb_bytes_are(child->key, key))
            return child;
    return NULL;
}

static bool is_negated(const struct tb_value *condition)
{
    const struct tb_value *negated = key_of(condition, "not");
    return negated && negated->boolean;
}

static bool is_op(const struct tb_value *condition, const char *op)
{
    return tb_bytes_are(key_of(condition, "op")->string, op);
}

static bool differ(const struct tb_value *a, const struct tb_value *b)
{
    if (a->type == TB_VALUE_STRING && b->type == TB_VALUE_STRING)
        return !tb_bytes_equal(a->string, b->string);
    return a->type == TB_VALUE_INT && b->type == TB_VALUE_INT && a->integer != b->integer;
}

/* Of one value: with `*` two conditions may be about two values. Null is not there, and has a
 * type. */
static bool exclude(const struct tb_value *a, const struct tb_value *b)
{
    if (is_negated(b))
        return false;
    if (is_op(a, "exists") && is_negated(a))
        return !is_op(b, "type");
    return is_op(a, "equals") && is_op(b, "equals") && !is_negated(a) &&
           differ(key_of(a, "value"), key_of(b, "value"));
}

static bool same_place(const struct tb_value *a, const struct tb_value *b)
{
    struct tb_bytes path = key_of(a, "path")->string;
    return tb_bytes_equal(path, key_of(b, "path")->string) &&
           (path.n == 0 || !memchr(path.data, '*', path.n));
}

void tb_filter_warn_contradiction(struct tb_report *report, const struct tb_value *when)
{
    for (const struct tb_value *a = when ? when->child : NULL; a; a = a->next)
        for (const struct tb_value *b = when->child; b; b = b->next) {
            if (!same_place(a, b) || !exclude(a, b))
                continue;
            tb_report_warning(report, "rule-never", b->place,
                              "this rule never applies: of `%.*s` it wants two things that cannot "
                              "both be. Write two rules, or take one condition out",
                              TB_SHOWN(key_of(b, "path")->string));
            return;
        }
}
