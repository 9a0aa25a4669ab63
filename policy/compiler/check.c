/*
 * Everything as Tauri's own build would resolve it, whatever the mode: the mode says what is made
 * of it at run time. A command has one entry for each place that names it and each of its origins.
 */
#include "policy/compiler/check.h"

#include "policy/compiler/data/value_pack.h"
#include "policy/compiler/label.h"
#include "policy/compiler/manifest.h"
#include "policy/compiler/manifests.h"
#include "policy/compiler/views.h"
#include "policy/grant.h"

#include <stdlib.h>

enum { LINES_MAX = 1024 * 1024 };

/* One use of a command, by one entry of one capability. */
struct line {
    const struct tb_compiled_capability *capability;
    const struct tb_compiled_entry *entry;
    const struct tb_use *use;
    size_t order;
};

struct lines {
    struct line *items;
    size_t n;
};

struct work {
    struct tb_policy *policy;
    const struct tb_compiled *compiled;
    const struct tb_check_filter *filter;
    struct tb_packer packer;
};

/* ---- commands ---- */

static bool any_matches(const struct tb_value *globs, struct tb_bytes label)
{
    for (const struct tb_value *glob = globs ? globs->child : NULL; glob; glob = glob->next)
        if (tb_label_glob_matches(glob->string, label))
            return true;
    return false;
}

static bool wanted(const struct work *work, const struct tb_capability *capability)
{
    struct tb_bytes view = work->filter->view;
    return view.n == 0 || any_matches(capability->windows, view) ||
           any_matches(capability->webviews, view);
}

static size_t n_contexts(const struct tb_capability *source)
{
    return (size_t)source->local + (source->urls ? source->urls->n : 0);
}

static size_t n_uses(const struct tb_bundle *bundle, bool deny)
{
    return deny ? bundle->n_deny : bundle->n_allow;
}

static void add_lines(const struct tb_compiled_capability *capability,
                      const struct tb_compiled_entry *entry, bool deny, struct lines *lines)
{
    for (size_t i = 0; i < n_uses(entry->bundle, deny); i++) {
        const struct tb_use *use = deny ? &entry->bundle->deny[i] : &entry->bundle->allow[i];
        lines->items[lines->n] = (struct line){capability, entry, use, lines->n};
        lines->n++;
    }
}

static int compare_lines(const void *a, const void *b)
{
    const struct line *left = a;
    const struct line *right = b;
    int order = tb_bytes_compare(left->use->name, right->use->name);
    return order != 0 ? order : (left->order > right->order) - (left->order < right->order);
}

static bool listed(const struct work *work, const struct tb_compiled_capability *capability)
{
    return n_contexts(capability->source) > 0 && wanted(work, capability->source);
}

static size_t count_lines(const struct work *work, bool deny)
{
    size_t n = 0;
    for (size_t i = 0; i < work->compiled->n_capabilities; i++) {
        const struct tb_compiled_capability *capability = &work->compiled->capabilities[i];
        for (size_t k = 0; listed(work, capability) && k < capability->n_entries; k++)
            n += n_uses(capability->entries[k].bundle, deny);
    }
    return n;
}

/* Counted first: a thousand capabilities with a large default each share it, but their lines do
 * not. */
static struct lines collect_lines(struct work *work, bool deny)
{
    struct lines lines = {0};
    size_t n = count_lines(work, deny);
    if (n > LINES_MAX) {
        work->packer.failed = true;
        return lines;
    }
    lines.items = tb_arena_get(work->policy->arena, n + 1, sizeof *lines.items);
    for (size_t i = 0; i < work->compiled->n_capabilities; i++) {
        const struct tb_compiled_capability *capability = &work->compiled->capabilities[i];
        for (size_t k = 0; listed(work, capability) && k < capability->n_entries; k++)
            add_lines(capability, &capability->entries[k], deny, &lines);
    }
    if (lines.n > 0)
        qsort(lines.items, lines.n, sizeof *lines.items, compare_lines);
    return lines;
}

/* `url` NULL: local. */
static void pack_line(struct tb_packer *packer, const struct line *line, const struct tb_value *url)
{
    const struct tb_capability *source = line->capability->source;
    const struct tb_use *use = line->use;
    tb_pack_map(packer, use->number > 0 ? 8 : 7);
    tb_pack_key(packer, "context");
    if (url)
        tb_pack_map(packer, 1);
    if (url)
        tb_pack_key(packer, "remote");
    tb_pack_str(packer, url ? url->string : tb_bytes_of_string("local"));
    tb_value_pack_list(packer, "windows", source->windows);
    tb_value_pack_list(packer, "webviews", source->webviews);
    if (use->number > 0) {
        tb_pack_key_uint(packer, "scope", line->entry->first_number + use->number - 1);
    }
    tb_pack_key_str(packer, "capability", source->identifier);
    tb_pack_key_str(packer, "permission", use->permission->name);
    tb_pack_key_text(packer, "file", source->place.file);
    tb_pack_key_uint(packer, "line", line->entry->line);
}

static void pack_contexts(struct tb_packer *packer, const struct line *line)
{
    const struct tb_capability *source = line->capability->source;
    if (source->local)
        pack_line(packer, line, NULL);
    for (const struct tb_value *url = source->urls ? source->urls->child : NULL; url;
         url = url->next)
        pack_line(packer, line, url);
}

/* How many lines from `at` on are of the same command. */
static size_t run_of(const struct lines *lines, size_t at)
{
    size_t n = 1;
    while (at + n < lines->n &&
           tb_bytes_equal(lines->items[at].use->name, lines->items[at + n].use->name))
        n++;
    return n;
}

static void pack_commands(struct work *work, const char *key, bool deny)
{
    struct tb_packer *packer = &work->packer;
    struct lines lines = collect_lines(work, deny);
    size_t n_names = 0;
    for (size_t i = 0; i < lines.n; i += run_of(&lines, i))
        n_names++;
    tb_pack_key(packer, key);
    tb_pack_map(packer, n_names);
    for (size_t i = 0, n; i < lines.n && !packer->failed; i += n) {
        size_t n_entries = 0;
        n = run_of(&lines, i);
        for (size_t k = i; k < i + n; k++)
            n_entries += n_contexts(lines.items[k].capability->source);
        tb_pack_str(packer, lines.items[i].use->name);
        tb_pack_array(packer, n_entries);
        for (size_t k = i; k < i + n; k++)
            pack_contexts(packer, &lines.items[k]);
    }
}

/* ---- scopes ---- */

static void pack_merged(struct tb_packer *packer, uint32_t number,
                        const struct tb_scope_lists *lists)
{
    char name[16];
    (void)snprintf(name, sizeof name, "%u", number);
    tb_pack_key(packer, name);
    tb_pack_map(packer, 2);
    tb_value_pack_lists(packer, "allow", lists->allow);
    tb_value_pack_lists(packer, "deny", lists->deny);
}

static void pack_entry_scopes(struct tb_packer *packer, const struct tb_compiled_entry *entry)
{
    for (size_t i = 0; i < entry->bundle->n_merged && !packer->failed; i++)
        pack_merged(packer, entry->first_number + (uint32_t)i, &entry->bundle->merged[i]);
}

static void pack_scopes(struct work *work)
{
    const struct tb_compiled *compiled = work->compiled;
    size_t n = 0;
    for (size_t pass = 0; pass < 2; pass++) {
        if (pass == 1) {
            tb_pack_key(&work->packer, "scopes");
            tb_pack_map(&work->packer, n);
        }
        for (size_t i = 0; i < compiled->n_capabilities; i++) {
            const struct tb_compiled_capability *capability = &compiled->capabilities[i];
            for (size_t k = 0; wanted(work, capability->source) && k < capability->n_entries; k++) {
                n += capability->entries[k].bundle->n_merged;
                if (pass == 1)
                    pack_entry_scopes(&work->packer, &capability->entries[k]);
            }
        }
    }
}

/* The scopes of one plugin that belong to all of its commands. */
struct global {
    struct tb_bytes key;
    const struct tb_shared **items;
    size_t n;
};

static struct global *global_of(struct work *work, struct tb_table *globals, struct global ***list,
                                size_t *n, const struct tb_acl *acl)
{
    struct tb_bytes key = acl->plugin ? acl->plugin->name : tb_bytes_of_string(TB_MANIFESTS_APP);
    struct global *global = tb_table_find(globals, key);
    if (global)
        return global;
    global = TB_NEW(work->policy->arena, struct global);
    global->key = key;
    tb_table_put(work->policy->arena, globals, key, global);
    *list = tb_arena_grow(work->policy->arena, *list, *n, sizeof **list);
    (*list)[(*n)++] = global;
    return global;
}

static int compare_globals(const void *a, const void *b)
{
    return tb_bytes_compare((*(const struct global *const *)a)->key,
                            (*(const struct global *const *)b)->key);
}

static struct global **collect_globals(struct work *work, size_t *ret_n)
{
    const struct tb_compiled *compiled = work->compiled;
    struct tb_table globals = {0};
    struct global **list = NULL;
    size_t n = 0;
    for (size_t i = 0; i < compiled->n_capabilities; i++)
        for (size_t k = 0; k < compiled->capabilities[i].n_entries; k++) {
            const struct tb_bundle *bundle = compiled->capabilities[i].entries[k].bundle;
            for (size_t s = 0; s < bundle->n_shared; s++) {
                struct global *global = global_of(work, &globals, &list, &n, bundle->shared[s].acl);
                global->items =
                    tb_arena_grow(work->policy->arena, global->items, global->n, sizeof(void *));
                global->items[global->n++] = &bundle->shared[s];
            }
        }
    if (n > 0)
        qsort(list, n, sizeof *list, compare_globals);
    *ret_n = n;
    return list;
}

static void pack_global_side(struct tb_packer *packer, const char *key, const struct global *global,
                             bool deny)
{
    size_t n = 0;
    for (size_t pass = 0; pass < 2; pass++) {
        if (pass == 1) {
            tb_pack_key(packer, key);
            tb_pack_array(packer, n);
        }
        for (size_t i = 0; i < global->n && !packer->failed; i++)
            for (size_t k = 0; k < 2; k++) {
                const struct tb_scope_lists *lists = &global->items[i]->lists;
                const struct tb_value *list = deny ? lists->deny[k] : lists->allow[k];
                n += pass == 0 && list ? list->n : 0;
                if (pass == 1 && list)
                    for (const struct tb_value *item = list->child; item; item = item->next)
                        tb_value_pack(packer, item);
            }
    }
}

static void pack_globals(struct work *work)
{
    size_t n;
    struct global **globals = collect_globals(work, &n);
    tb_pack_key(&work->packer, "global_scope");
    tb_pack_map(&work->packer, n);
    for (size_t i = 0; i < n; i++) {
        tb_pack_str(&work->packer, globals[i]->key);
        tb_pack_map(&work->packer, 2);
        pack_global_side(&work->packer, "allow", globals[i], false);
        pack_global_side(&work->packer, "deny", globals[i], true);
    }
}

/* ---- findings ---- */

static void pack_finding(struct tb_packer *packer, const struct tb_finding *finding)
{
    tb_pack_map(packer, 4);
    tb_pack_key_text(packer, "code", finding->code);
    tb_pack_key_text(packer, "file", finding->place.file ? finding->place.file : "");
    tb_pack_key_uint(packer, "line", finding->place.line);
    tb_pack_key_text(packer, "message", finding->message);
}

void tb_check_write_findings(const struct tb_report *report, bool errors, struct tb_packer *packer)
{
    size_t n = 0;
    for (size_t i = 0; i < report->n_findings; i++)
        n += report->findings[i].error == errors;
    tb_pack_key(packer, errors ? "errors" : "warnings");
    tb_pack_array(packer, n);
    for (size_t i = 0; i < report->n_findings; i++)
        if (report->findings[i].error == errors)
            pack_finding(packer, &report->findings[i]);
}

bool tb_check_write(struct tb_policy *policy, const struct tb_compiled *compiled,
                    const struct tb_check_filter *filter, const char *digest, struct tb_buffer *out)
{
    struct work work = {policy, compiled, filter, {0}};
    struct tb_packer *packer = &work.packer;
    tb_packer_init(packer, out);
    tb_pack_map(packer, 9u + (filter->views ? TB_VIEWS_KEYS : 0));
    tb_pack_key_text(packer, "mode", tb_semantics_name(policy->manifest.mode));
    tb_pack_key_text(packer, "target", tb_platform_name(policy->inputs->target));
    tb_pack_key_text(packer, "digest", digest);
    pack_commands(&work, "allowed", false);
    pack_commands(&work, "denied", true);
    pack_scopes(&work);
    pack_globals(&work);
    tb_check_write_findings(policy->report, false, packer);
    tb_check_write_findings(policy->report, true, packer);
    if (filter->views)
        tb_views_write(policy, compiled, filter, packer);
    return !packer->failed;
}
