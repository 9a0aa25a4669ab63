/* Tripwires that the page is granted. */
#include "policy/compiler/lint/parts.h"

#include "policy/grant.h"

/* Often what a plugin's default set brings along: then the page's own code has to keep from it, as
 * all others have to. */
void tb_lint_tripwires(struct tb_lint *lint)
{
    const struct tb_detail *detail = lint->policy->manifest.details;
    for (; detail; detail = detail->next) {
        uint32_t at =
            detail->tripwire ? tb_compiled_find(lint->compiled, detail->command) : TB_NO_INDEX;
        if (at == TB_NO_INDEX || lint->commands[at].denied || !lint->commands[at].bundle)
            continue;
        struct tb_place place = tb_lint_place(lint, lint->commands[at].bundle);
        tb_report_warning(lint->report, "tripwire-granted", detail->place,
                          "`%.*s` is a tripwire that %s:%u grants: a call of it by the app's own "
                          "code locks the session",
                          TB_SHOWN(detail->command), place.file, place.line);
    }
}

/* The plugin that says of this granted command that its arguments are secrets; NULL: none does. */
static const struct tb_plugin *private_plugin(const struct tb_lint *lint, struct tb_bytes command)
{
    uint32_t at = tb_compiled_find(lint->compiled, command);
    const struct tb_plugin *plugin = at == TB_NO_INDEX ? NULL : lint->compiled->commands[at].plugin;
    return plugin && plugin->record ? plugin : NULL;
}

/* What the log would have of them, and what people would see, they do not get all the same: the
 * plugin's word counts. */
void tb_lint_privates(struct tb_lint *lint)
{
    const struct tb_detail *detail = lint->policy->manifest.details;
    for (; detail; detail = detail->next) {
        if (!private_plugin(lint, detail->command))
            continue;
        if (tb_bytes_are(detail->audit, "full"))
            tb_report_warning(lint->report, "private-audit", detail->place,
                              "the arguments of `%.*s` are secrets, of which the log has what the "
                              "plugin names in `record` and no more: leave `audit = \"full\"` out",
                              TB_SHOWN(detail->command));
        if (detail->ask)
            tb_report_warning(lint->report, "private-ask", detail->place,
                              "the arguments of `%.*s` are secrets: a person is shown those that "
                              "the plugin names in `record`, and has to answer without the others",
                              TB_SHOWN(detail->command));
    }
}
