#include "policy/compiler/filter/filter.h"

static bool same(const struct tb_value *a, const struct tb_value *b)
{
    struct tb_bytes x = a ? a->string : (struct tb_bytes){0};
    struct tb_bytes y = b ? b->string : (struct tb_bytes){0};
    return tb_bytes_equal(x, y);
}

/* Whether what the value names is all, or the same as what the other names. */
static bool covers(const struct tb_value *a, const struct tb_value *b)
{
    return !a || a->string.n == 0 || tb_bytes_are(a->string, "*") || same(a, b);
}

/* `plugin:NAME|*` is all of that plugin's. */
static bool covers_command(const struct tb_value *a, const struct tb_value *b)
{
    if (covers(a, b))
        return true;
    size_t n = a->string.n;
    return b && n > 2 && memcmp(a->string.data + n - 2, "|*", 2) == 0 && b->string.n >= n - 1 &&
           memcmp(a->string.data, b->string.data, n - 1) == 0;
}

/* Whether the first denies every call that the second is for. */
static bool hides(const struct tb_rule_source *a, const struct tb_rule_source *b)
{
    return a->then == TB_THEN_DENY && a->always && covers_command(a->command, b->command) &&
           covers(a->view, b->view) && covers(a->origin, b->origin);
}

void tb_rules_lint(struct tb_report *report, const struct tb_rule_source *rules, size_t n)
{
    for (size_t i = 1; i < n; i++)
        for (size_t k = 0; k < i; k++) {
            if (!hides(&rules[k], &rules[i]))
                continue;
            tb_report_warning(report, "rule-hidden", rules[i].place,
                              "this rule never runs: the one in line %u denies every call that it "
                              "is for. Move it before that one, or take it out",
                              rules[k].place.line);
            break;
        }
}
