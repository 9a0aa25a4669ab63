/* [commands."NAME"]: what the log records of a command, and what filters its calls; and [ask]. */
#include "policy/compiler/manifest_parts.h"

enum { REMEMBER_DAYS_MAX = 36500 };

void tb_detail_read(struct tb_manifest_context *context, const struct tb_value *map)
{
    const struct tb_value *ask;
    const struct tb_value *tripwire;
    const struct tb_value *audit;
    const struct tb_value *schema;
    const struct tb_want wants[] = {
        {"ask", TB_VALUE_BOOL, &ask, false},
        {"tripwire", TB_VALUE_BOOL, &tripwire, false},
        {"audit", TB_VALUE_STRING, &audit, false},
        {"schema", TB_VALUE_MAP, &schema, false},
    };
    tb_manifest_fields(context, map, "a table of [commands]", wants, TB_ARRAY_LEN(wants));
    tb_manifest_command(context, map, false);
    struct tb_detail *detail = TB_NEW(context->report->arena, struct tb_detail);
    *detail = (struct tb_detail){
        .command = map->key,
        .place = map->place,
        .ask = ask && ask->boolean,
        .tripwire = tripwire && tripwire->boolean,
        .schema = schema && schema->n > 0 ? schema : NULL,
    };
    if (audit)
        detail->audit = tb_manifest_word(context, audit, "`audit`", tb_args_words, TB_N_ARGS_WORDS);
    detail->next = context->manifest->details;
    context->manifest->details = detail;
    tb_table_put(context->report->arena, &context->manifest->detail_of, detail->command, detail);
}

const struct tb_detail *tb_manifest_detail(const struct tb_manifest *manifest,
                                           struct tb_bytes command)
{
    static const struct tb_detail none;
    const struct tb_detail *detail = tb_table_find(&manifest->detail_of, command);
    return detail ? detail : &none;
}

struct tb_bytes tb_manifest_args(const struct tb_manifest *manifest, struct tb_bytes command)
{
    const struct tb_detail *detail = tb_manifest_detail(manifest, command);
    return detail->audit.n > 0 ? detail->audit : manifest->audit_args;
}

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
