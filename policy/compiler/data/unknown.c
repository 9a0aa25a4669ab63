#include "policy/compiler/data/unknown.h"

/* A key that stands in one kind of map and is meant for another. Tauri's own fs:default denied
 * nothing for two years by the first of these. */
static const struct {
    const char *what;
    const char *key;
    bool misplaced; /* as a table; else it is a key that does not exist anywhere near */
    const char *text;
} traps[] = {
    {TB_WHAT_PERMISSION_FILE, "scope", true,
     "belongs to no permission here, so that it neither allows nor denies anything: write "
     "`[[permission.scope.allow]]` or `[[permission.scope.deny]]`"},
    {TB_WHAT_PERMISSION_FILE, "commands", true,
     "belongs to no permission here: write `[permission.commands]` below its `[[permission]]`"},
    {TB_WHAT_PERMISSION_FILE, "platforms", true,
     "limits no permission here: write it below its `[[permission]]`"},
    {TB_WHAT_PERMISSION_FILE, "identifier", true,
     "names nothing here: write it below `[[permission]]` or `[[set]]`"},
    {TB_WHAT_PERMISSION_FILE, "permissions", true,
     "is no set here: write it below `[default]` or `[[set]]`"},
    {TB_WHAT_PERMISSION, "allow", true, "is ignored here: write `commands.allow` or `scope.allow`"},
    {TB_WHAT_PERMISSION, "deny", true, "is ignored here: write `commands.deny` or `scope.deny`"},
    {TB_WHAT_SET, "scope", true,
     "is ignored: a set holds no scope; put it in a permission and name that in the set"},
    {TB_WHAT_SET, "commands", true,
     "is ignored: a set holds no commands; put them in a permission and name that in the set"},
    {TB_WHAT_ENTRY, "scope", false,
     "is ignored, and the restriction is lost: write `allow` and `deny` beside `identifier`"},
    {TB_WHAT_PATH, "requireLiteralLeadingDot", false,
     "is ignored: Tauri reads it in `plugins.fs` of tauri.conf.json, for all patterns at once"},
};

void tb_unknown_tell(struct tb_report *report, const struct tb_value *value, const char *what,
                     const char *known)
{
    for (size_t i = 0; i < TB_ARRAY_LEN(traps); i++) {
        if (strcmp(traps[i].what, what) != 0 || !tb_bytes_are(value->key, traps[i].key))
            continue;
        if (traps[i].misplaced)
            tb_report_warning(report, "misplaced-table", value->place, "`%s` of %s %s",
                              traps[i].key, what, traps[i].text);
        else
            tb_report_warning(report, "unknown-key", value->place, "`%s` of %s %s", traps[i].key,
                              what, traps[i].text);
        return;
    }
    tb_report_warning(report, "unknown-key", value->place,
                      "%s has no key `%.*s`, which is ignored; it takes %s", what,
                      TB_SHOWN(value->key), known);
}
