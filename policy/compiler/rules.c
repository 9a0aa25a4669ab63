/* [[rule]] tables: whom each is for is read here. What a rule looks at, and what it does, is for
 * policy/compiler/filter. */
#include "policy/compiler/command_pattern.h"
#include "policy/compiler/label.h"
#include "policy/compiler/manifest.h"
#include "policy/compiler/origin.h"
#include "proto/limits.h"

enum { COMPILED_MAX = 8 * 1024 * 1024 };

static void check_command(struct tb_report *report, const struct tb_value *command)
{
    if (command && command->string.n > 0 && !tb_command_pattern_valid(command->string))
        tb_report_error(report, "value", command->place,
                        "`%.*s` is not a command: write `plugin:NAME|command`, `plugin:NAME|*` for "
                        "all of a plugin, the bare name of a command of the app, or `*`",
                        TB_SHOWN(command->string));
}

static void check_view(struct tb_report *report, const struct tb_value *view)
{
    const char *wrong = view ? tb_label_glob_check(view->string) : NULL;
    if (wrong)
        tb_report_error(report, "value", view->place, "`%.*s` cannot be a pattern of views: %s",
                        TB_SHOWN(view->string), wrong);
}

/* Only the one written form, so that no rule reads as if it held where it does not. */
static void check_origin(struct tb_report *report, const struct tb_value *value)
{
    struct tb_bytes text = tb_value_text(value);
    struct tb_bytes origin;
    if (text.n == 0 || tb_bytes_are(text, "*") ||
        tb_origin_is_written(report->arena, text, &origin))
        return;
    if (origin.n == 0)
        origin = tb_bytes_of_string("local, * or an origin such as https://example.com");
    tb_report_error(report, "value", value->place, "`%.*s` is not an origin: write %.*s",
                    TB_SHOWN(text), TB_SHOWN(origin));
}

static void compile_rule(struct tb_policy *policy, const struct tb_value *table)
{
    struct tb_manifest *manifest = &policy->manifest;
    struct tb_report *report = policy->report;
    struct tb_rule_source rule;
    if (!tb_rule_compile(report, &policy->vars, table, &rule))
        return;
    check_command(report, rule.command);
    check_view(report, rule.view);
    check_origin(report, rule.origin);
    manifest->rules =
        tb_arena_grow(policy->arena, manifest->rules, manifest->n_rules, sizeof *manifest->rules);
    manifest->rules[manifest->n_rules++] = rule;
}

static void compile_rules(struct tb_policy *policy)
{
    struct tb_manifest *manifest = &policy->manifest;
    const struct tb_value *list = manifest->rule_list;
    if (list && list->n > TB_FILTER_RULES_MAX) {
        tb_report_error(policy->report, "too-large", list->place,
                        "there are %zu rules, and may be %d: what needs more is better written as "
                        "a hook",
                        list->n, TB_FILTER_RULES_MAX);
        return;
    }
    for (const struct tb_value *item = list ? list->child : NULL; item; item = item->next)
        compile_rule(policy, item);
    if (policy->report->n_errors == 0)
        tb_rules_lint(policy->report, manifest->rules, manifest->n_rules);
}

void tb_filters_compile(struct tb_policy *policy)
{
    compile_rules(policy);
    for (struct tb_detail *detail = policy->manifest.details; detail; detail = detail->next)
        if (detail->schema && !tb_schema_compile(policy->report, detail->schema, &detail->compiled))
            detail->schema = NULL;
}
