/* Capabilities that allow the command, but not here; and what denies it. */
#include "policy/compiler/bundle.h"
#include "policy/compiler/explain/work.h"
#include "policy/compiler/tauri_conf.h"

static struct tb_arena *arena_of(struct tb_explain *explain)
{
    return explain->policy->arena;
}

/* `"main"`, `"settings-*"`: of windows, or where there are none of webviews. */
static const char *globs_text(struct tb_arena *arena, const struct tb_value *globs)
{
    const char *text = "";
    size_t n = 0;
    for (const struct tb_value *item = globs ? globs->child : NULL; item && n < 8;
         item = item->next)
        text =
            tb_arena_format(arena, "%s%s`%.*s`", text, n++ > 0 ? ", " : "", TB_SHOWN(item->string));
    return n < 8 ? text : tb_arena_format(arena, "%s, ...", text);
}

static const char *views_text(struct tb_explain *explain, const struct tb_capability *capability)
{
    struct tb_arena *arena = arena_of(explain);
    bool windows = capability->windows && capability->windows->n > 0;
    bool webviews = capability->webviews && capability->webviews->n > 0;
    if (!windows && !webviews)
        return "for no window and no webview";
    return tb_arena_format(arena, "only for %s%s%s%s%s", windows ? "the windows " : "",
                           windows ? globs_text(arena, capability->windows) : "",
                           windows && webviews ? " and " : "", webviews ? "the webviews " : "",
                           webviews ? globs_text(arena, capability->webviews) : "");
}

/* ---- denials ---- */

static void add_denial(struct tb_explain *explain, size_t i, const struct tb_compiled_entry *entry,
                       const struct tb_use *use)
{
    const struct tb_capability *source = explain->compiled->capabilities[i].source;
    struct tb_arena *arena = arena_of(explain);
    bool here = explain->resolved.holds[i];
    const struct tb_miss miss = {
        .rank = TB_MISS_DENIED,
        .kind = "denied",
        .capability = source->identifier,
        .permission = use->permission->name,
        .place = {source->place.file, entry->line},
        .message = tb_report_text(
            arena, "the capability `%.*s` denies it by `%.*s`, and a denial wins%s",
            TB_SHOWN(source->identifier), TB_SHOWN(use->permission->name),
            here
                ? ""
                : ": in mode tauri for every view and origin, though the capability is for others"),
        .change = tb_report_text(arena, "take `%.*s` out of `permissions` in %s%s",
                                 TB_SHOWN(entry->identifier), source->place.file,
                                 here ? ""
                                      : ", or use mode narrow, where a denial holds only "
                                        "where its capability does"),
    };
    tb_explain_add(explain, &miss);
}

void tb_explain_denials(struct tb_explain *explain)
{
    const struct tb_compiled *compiled = explain->compiled;
    for (size_t i = 0; i < compiled->n_capabilities; i++)
        for (size_t k = 0; explain->resolved.denies[i] && k < compiled->capabilities[i].n_entries;
             k++) {
            const struct tb_compiled_entry *entry = &compiled->capabilities[i].entries[k];
            const struct tb_use *use = explain->first_uses[entry->bundle->index].deny;
            if (use)
                add_denial(explain, i, entry, use);
        }
}

/* ---- capabilities that do not hold here ---- */

/* What keeps a capability from holding here. */
struct gap {
    bool view;
    bool origin;
    const char *why;
    const char *change;
};

static struct gap gap_of(struct tb_explain *explain, size_t i)
{
    const struct tb_snap_capability *snap = &explain->snapshot->capabilities[i];
    const struct tb_capability *source = explain->compiled->capabilities[i].source;
    const struct tb_request *request = &explain->question->request;
    struct tb_arena *arena = arena_of(explain);
    struct gap gap = {
        .view = !tb_capability_has_view(snap, request),
        .origin = !tb_capability_has_origin(snap, &explain->origin),
    };
    const char *both = gap.view && gap.origin ? "; and " : "";
    const char *why = "";
    const char *change = "";
    if (gap.origin)
        tb_explain_origin(explain, source, &why, &change);
    gap.why =
        tb_arena_format(arena, "%s%s%s", gap.view ? views_text(explain, source) : "", both, why);
    gap.change = !gap.view
                     ? change
                     : tb_arena_format(arena, "add `\"%.*s\"` to `windows` of %s%s%s",
                                       TB_SHOWN(request->view), source->place.file, both, change);
    return gap;
}

static void add_elsewhere(struct tb_explain *explain, size_t i,
                          const struct tb_compiled_entry *entry, const struct tb_use *use)
{
    const struct tb_capability *source = explain->compiled->capabilities[i].source;
    const struct gap gap = gap_of(explain, i);
    const struct tb_miss miss = {
        .rank = gap.view && gap.origin ? TB_MISS_FAR : TB_MISS_ONE,
        .kind = gap.view ? "window" : "origin",
        .capability = source->identifier,
        .permission = use->permission->name,
        .place = {source->place.file, entry->line},
        .message = tb_report_text(arena_of(explain), "the capability `%.*s` allows it, but %s",
                                  TB_SHOWN(source->identifier), gap.why),
        .change = gap.change,
    };
    tb_explain_add(explain, &miss);
}

static void look_elsewhere(struct tb_explain *explain, size_t i)
{
    const struct tb_compiled_capability *capability = &explain->compiled->capabilities[i];
    for (size_t k = 0; k < capability->n_entries; k++) {
        const struct tb_compiled_entry *entry = &capability->entries[k];
        const struct tb_use *use = explain->first_uses[entry->bundle->index].allow;
        if (!use)
            continue;
        add_elsewhere(explain, i, entry, use);
        return;
    }
}

void tb_explain_elsewhere(struct tb_explain *explain)
{
    for (size_t i = 0; i < explain->compiled->n_capabilities; i++)
        if (!explain->resolved.holds[i])
            look_elsewhere(explain, i);
}

/* ---- capabilities that are not in use ---- */

/* The entry of a capability that was not compiled, and its use of the command. */
static const struct tb_use *find_use(struct tb_explain *explain,
                                     const struct tb_capability *capability,
                                     struct tb_entry *ret_entry)
{
    for (const struct tb_value *item = capability->permissions->child; item; item = item->next) {
        if (!tb_entry_read(&explain->scratch_report, item, ret_entry))
            continue;
        const struct tb_bundle *bundle =
            tb_bundle_of(&explain->scratch, &explain->scratch_compiled, ret_entry);
        const struct tb_use *use =
            tb_explain_use(bundle->allow, bundle->n_allow, explain->question->command);
        if (use)
            return use;
    }
    return NULL;
}

static void add_inactive(struct tb_explain *explain, const struct tb_capability *capability,
                         const char *kind, const char *why, const char *change)
{
    struct tb_entry entry;
    const struct tb_use *use = find_use(explain, capability, &entry);
    if (!use)
        return;
    const struct tb_miss miss = {
        .rank = TB_MISS_INACTIVE,
        .kind = kind,
        .capability = capability->identifier,
        .permission = use->permission->name,
        .place = {capability->place.file, entry.place.line},
        .message = tb_report_text(arena_of(explain), "the capability `%.*s` allows it, but %s",
                                  TB_SHOWN(capability->identifier), why),
        .change = change,
    };
    tb_explain_add(explain, &miss);
}

static void look_at_platforms(struct tb_explain *explain)
{
    const char *name = tb_platform_name(explain->policy->inputs->target);
    struct tb_arena *arena = arena_of(explain);
    const struct tb_capability *one = explain->policy->capabilities;
    for (; one; one = one->next)
        if (!one->active)
            add_inactive(explain, one, "platform",
                         tb_arena_format(arena, "not on %s: its `platforms` do not have it", name),
                         tb_report_text(arena,
                                        "add `\"%s\"` to `platforms` of %s, or leave "
                                        "`platforms` out",
                                        name, one->place.file));
}

/* Of a Tauri project: what its files hold, and its configuration does not name. */
static void look_at_unlisted(struct tb_explain *explain)
{
    const struct tb_tauri_conf *conf = explain->policy->tauri;
    struct tb_arena *arena = arena_of(explain);
    struct tb_table active = {0};
    if (!conf || !conf->capabilities || conf->capabilities->n == 0)
        return;
    for (struct tb_capability *one = explain->policy->capabilities; one; one = one->next)
        tb_table_put(arena, &active, one->identifier, one);
    const struct tb_capability *one = tb_capability_read(&explain->scratch, conf->capability_files);
    for (; one; one = one->next)
        if (!tb_table_find(&active, one->identifier))
            add_inactive(explain, one, "unlisted",
                         tb_arena_format(arena,
                                         "it is not in `app.security.capabilities` of %s, so that "
                                         "it grants nothing",
                                         conf->file),
                         tb_report_text(arena,
                                        "add `\"%.*s\"` to `app.security.capabilities` "
                                        "of %s",
                                        TB_SHOWN(one->identifier), conf->file));
}

void tb_explain_inactive(struct tb_explain *explain)
{
    look_at_platforms(explain);
    look_at_unlisted(explain);
}
