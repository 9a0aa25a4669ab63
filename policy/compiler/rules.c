/* [[rule]] and [ask]: what is read of them here is whom a rule is for. What it looks at, and what
 * it does, is for policy/compiler/filter. */
#include "policy/compiler/command_pattern.h"
#include "policy/compiler/label.h"
#include "policy/compiler/manifest_parts.h"
#include "policy/compiler/origin.h"

#include "policy/grant.h"

enum { REMEMBER_DAYS_MAX = 36500 };

void tb_ask_read(struct tb_manifest_context *context, const struct tb_value *map)
{
    const struct tb_value *days;
    const struct tb_want wants[] = {{"remember_days", TB_VALUE_INT, &days, false}};
    tb_manifest_fields(context, map, "[ask]", wants, TB_ARRAY_LEN(wants));
    if (!days)
        return;
    if (days->integer >= 0 && days->integer <= REMEMBER_DAYS_MAX)
        context->manifest->remember_days = (uint32_t)days->integer;
    else
        tb_report_error(context->report, "value", days->place,
                        "`remember_days` must be from 1 to %d, or 0 for ever", REMEMBER_DAYS_MAX);
}

static void check_command(struct tb_manifest_context *context, const struct tb_value *command)
{
    if (command && command->string.n > 0 && !tb_command_pattern_valid(command->string))
        tb_report_error(context->report, "value", command->place,
                        "`%.*s` is not a command: write `plugin:NAME|command`, `plugin:NAME|*` for "
                        "all of a plugin, the bare name of a command of the app, or `*`",
                        TB_SHOWN(command->string));
}

static void check_view(struct tb_manifest_context *context, const struct tb_value *view)
{
    const char *wrong = view ? tb_label_glob_check(view->string) : NULL;
    if (wrong)
        tb_report_error(context->report, "value", view->place,
                        "`%.*s` cannot be a pattern of views: %s", TB_SHOWN(view->string), wrong);
}

/* Only the one written form, so that no rule reads as if it held where it does not. */
static void check_origin(struct tb_manifest_context *context, const struct tb_value *value)
{
    struct tb_arena *arena = context->report->arena;
    struct tb_bytes text = tb_value_text(value);
    struct tb_url url;
    if (text.n == 0 || tb_bytes_are(text, "*") || tb_bytes_are(text, "local"))
        return;
    bool read = tb_url_parse(arena, text, NULL, &url);
    struct tb_bytes origin = read ? tb_url_origin(arena, &url) : (struct tb_bytes){0};
    if (tb_bytes_equal(origin, text) && !tb_url_is_local(&url))
        return;
    if (read && tb_url_is_local(&url))
        origin = tb_bytes_of_string("local");
    bool known = origin.n > 0 && !tb_bytes_are(origin, "null");
    tb_report_error(context->report, "value", value->place, "`%.*s` is not an origin: write %.*s",
                    TB_SHOWN(text), known ? (int)origin.n : 43,
                    known ? (const char *)origin.data
                          : "`local`, `*` or one like https://example.com");
}

/* The whole table is read once more where it is compiled, key by key: unknown ones are told there,
 * and so are keys of another type. */
static const struct tb_value *text_of(const struct tb_value *table, const char *key)
{
    for (const struct tb_value *item = table->child; item; item = item->next)
        if (tb_bytes_are(item->key, key))
            return item->type == TB_VALUE_STRING ? item : NULL;
    return NULL;
}

static struct tb_rule_table *read_rule(struct tb_manifest_context *context,
                                       const struct tb_value *table)
{
    const struct tb_value *command = text_of(table, "command");
    const struct tb_value *view = text_of(table, "view");
    const struct tb_value *origin = text_of(table, "origin");
    struct tb_rule_table *rule = TB_NEW(context->report->arena, struct tb_rule_table);
    check_command(context, command);
    check_view(context, view);
    check_origin(context, origin);
    *rule = (struct tb_rule_table){
        .table = table,
        .command = tb_value_text(command),
        .view = tb_value_text(view),
        .origin = tb_value_text(origin),
        .then = tb_value_text(text_of(table, "then")),
    };
    return rule;
}

void tb_rules_read(struct tb_manifest_context *context, const struct tb_value *list)
{
    struct tb_manifest *manifest = context->manifest;
    struct tb_rule_table **end = &manifest->rules;
    for (const struct tb_value *item = list ? list->child : NULL; item; item = item->next) {
        if (item->type != TB_VALUE_MAP) {
            tb_report_error(context->report, "type", item->place,
                            "`rule` is a list of tables, each written [[rule]], not %s",
                            tb_value_type_name(item->type));
            continue;
        }
        *end = read_rule(context, item);
        end = &(*end)->next;
        manifest->n_rules++;
    }
    if (manifest->n_rules > TB_FILTER_RULES_MAX)
        tb_report_error(context->report, "too-large", list->place,
                        "there are %zu rules, and at most %d: what needs more is better written as "
                        "a hook",
                        manifest->n_rules, TB_FILTER_RULES_MAX);
}
