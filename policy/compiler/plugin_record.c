/* `record`: which arguments of a plugin whose arguments are secrets the log may have. */
#include "policy/compiler/data/value.h"
#include "policy/compiler/plugin_parts.h"
#include "policy/settings.h"

static bool name_valid(struct tb_bytes name)
{
    return name.n > 0 && name.n <= TB_RECORD_NAME_MAX;
}

static bool is_twice(const struct tb_value *list, const struct tb_value *item)
{
    for (const struct tb_value *at = list->child; at != item; at = at->next)
        if (tb_bytes_equal(at->string, item->string))
            return true;
    return false;
}

/* Each is compared with every argument of a call, so that there are few. */
void tb_plugin_check_record(struct tb_policy *policy, struct tb_plugin *plugin)
{
    const struct tb_value *record = plugin->record;
    if (!record || !tb_value_strings(policy->report, record, "`record`"))
        return;
    if (record->n > TB_RECORD_NAMES_MAX) {
        tb_report_error(policy->report, "value", record->place,
                        "`record` names more than %d arguments: name those that say what a call "
                        "was about",
                        TB_RECORD_NAMES_MAX);
        return;
    }
    for (const struct tb_value *item = record->child; item; item = item->next)
        if (!name_valid(item->string))
            tb_report_error(policy->report, "value", item->place,
                            "a name in `record` has 1 to %d bytes: it is that of an argument",
                            TB_RECORD_NAME_MAX);
        else if (is_twice(record, item))
            tb_report_error(policy->report, "value", item->place,
                            "`%.*s` is in `record` twice: remove one", TB_SHOWN(item->string));
}
