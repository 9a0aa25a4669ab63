/* What a capability says of itself: where it holds, and twice. */
#include "policy/compiler/lint/parts.h"

#include "policy/compiler/capability.h"
#include "policy/compiler/label.h"

static bool any(const struct tb_value *list)
{
    return list && list->n > 0;
}

static void no_context(struct tb_lint *lint, const struct tb_capability *capability)
{
    if (capability->local || any(capability->urls))
        return;
    tb_report_warning(lint->report, "no-context", capability->place,
                      "the capability `%.*s` holds for no page: it has `local = false` and no "
                      "`remote.urls`; take `local` out or name the origins%s",
                      TB_SHOWN(capability->identifier),
                      lint->tauri ? ". Its scopes reach other capabilities' commands all the same"
                                  : "");
}

static void platforms_never(struct tb_lint *lint, const struct tb_capability *capability)
{
    const struct tb_value *platforms = tb_lint_field(capability->value, "platforms");
    if (platforms && platforms->type == TB_VALUE_LIST && platforms->n == 0)
        tb_report_warning(lint->report, "platforms-never", platforms->place,
                          "an empty list is no platform, so that the capability `%.*s` never "
                          "holds: leave `platforms` out for all",
                          TB_SHOWN(capability->identifier));
}

static const struct tb_value *find_all(const struct tb_value *globs)
{
    const struct tb_value *glob = globs ? globs->child : NULL;
    while (glob && !tb_bytes_are(glob->string, "*") && !tb_bytes_are(glob->string, "**"))
        glob = glob->next;
    return glob;
}

static void every_window(struct tb_lint *lint, const struct tb_capability *capability)
{
    const struct tb_value *glob = find_all(capability->windows);
    glob = glob ? glob : find_all(capability->webviews);
    if (glob)
        tb_report_warning(
            lint->report, "every-window", glob->place,
            "the capability `%.*s` is for every window, also for those that the app "
            "opens later%s: name the windows that need it",
            TB_SHOWN(capability->identifier),
            capability->urls && capability->urls->n > 0 ? " and that show its remote pages" : "");
}

/* Many read the two as one condition. */
static void either(struct tb_lint *lint, const struct tb_capability *capability)
{
    if (any(capability->windows) && any(capability->webviews))
        tb_report_warning(lint->report, "windows-or-webviews", capability->webviews->place,
                          "one of `windows` and `webviews` is enough: the capability `%.*s` is for "
                          "every webview of its windows, too; name the webviews alone",
                          TB_SHOWN(capability->identifier));
}

static bool names_window(const struct tb_manifest *manifest, struct tb_bytes glob)
{
    for (const struct tb_window *window = manifest->windows; window; window = window->next)
        if (tb_label_glob_matches(glob, window->label))
            return true;
    return false;
}

/* Of an app that says nothing of its windows the host makes them, who knows which. */
static void no_window(struct tb_lint *lint, const struct tb_value *globs)
{
    const struct tb_manifest *manifest = &lint->policy->manifest;
    if (lint->policy->tauri || !manifest->windows || manifest->windows->place.line == 0)
        return;
    for (const struct tb_value *glob = globs ? globs->child : NULL; glob; glob = glob->next)
        if (!names_window(manifest, glob->string))
            tb_report_warning(lint->report, "no-window", glob->place,
                              "no [[window]] of the manifest has the label `%.*s`: correct it, or "
                              "leave it where the host opens such a window itself",
                              TB_SHOWN(glob->string));
}

void tb_lint_capabilities(struct tb_lint *lint)
{
    const struct tb_capability *capability = lint->policy->capabilities;
    for (; capability; capability = capability->next) {
        platforms_never(lint, capability);
        if (!capability->active)
            continue;
        no_context(lint, capability);
        every_window(lint, capability);
        either(lint, capability);
        no_window(lint, capability->windows);
        no_window(lint, capability->webviews);
    }
}

/* Entries with scopes of their own add to each other; those without say the same again. */
static void duplicates_of(struct tb_lint *lint, const struct tb_capability *capability)
{
    struct tb_table seen = {0};
    for (struct tb_value *item = capability->permissions->child; item; item = item->next) {
        struct tb_bytes name = tb_entry_identifier(item);
        const struct tb_value *first = tb_table_find(&seen, name);
        if (tb_lint_field(item, "allow") || tb_lint_field(item, "deny") || name.n == 0)
            continue;
        if (!first)
            tb_table_put(lint->arena, &seen, name, item);
        else
            tb_report_warning(lint->report, "duplicate-permission", item->place,
                              "`%.*s` stands in line %u already: whoever takes one of the two out "
                              "takes nothing away; remove this one",
                              TB_SHOWN(name), first->place.line);
    }
}

void tb_lint_duplicates(struct tb_lint *lint)
{
    const struct tb_capability *capability = lint->policy->capabilities;
    for (; capability; capability = capability->next)
        if (capability->active)
            duplicates_of(lint, capability);
}
