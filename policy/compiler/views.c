#include "policy/compiler/views.h"

#include "base/result.h"
#include "base/wire.h"
#include "policy/compiler/data/value_pack.h"
#include "policy/compiler/label.h"
#include "policy/compiler/unresolved.h"
#include "policy/compiler/view_body.h"

/* To match a URL takes so much longer than to match a label. */
enum { STEPS_MAX = 2 * 1024 * 1024, URL_STEPS = 40 };

struct view {
    struct tb_bytes shown; /* a label, or a glob as it is written */
    struct tb_bytes label; /* empty: no label matches the glob */
};

/* Views of which the same is true with the same origin. */
struct group {
    struct tb_bytes pattern; /* remote URL; empty: local */
    struct tb_bytes body;
    const struct view **views;
    size_t n;
};

struct work {
    struct tb_policy *policy;
    const struct tb_compiled *compiled;
    struct tb_packer *packer;
    struct tb_view_policy view_policy;
    struct view *views;
    size_t n_views;
    struct tb_table view_of; /* by what is shown */
    struct tb_bytes *patterns;
    size_t n_patterns;
    struct tb_table pattern_of;
    struct group **groups;
    size_t n_groups;
    struct tb_table group_of;
    size_t n_pairs;
    size_t n_steps;
    size_t n_bytes;
    size_t n_left_out;
};

/* ---- which views there are ---- */

static bool is_glob(struct tb_bytes text)
{
    for (size_t i = 0; i < text.n; i++)
        if (memchr("*?[", text.data[i], 3))
            return true;
    return false;
}

static void add_view(struct work *work, struct tb_bytes shown)
{
    struct tb_arena *arena = work->policy->arena;
    if (tb_table_find(&work->view_of, shown))
        return;
    work->views = tb_arena_grow(arena, work->views, work->n_views, sizeof *work->views);
    work->views[work->n_views++] = (struct view){shown, shown};
    tb_table_put(arena, &work->view_of, shown, work);
}

static void add_pattern(struct work *work, struct tb_bytes pattern)
{
    struct tb_arena *arena = work->policy->arena;
    if (pattern.n == 0 || tb_table_find(&work->pattern_of, pattern))
        return;
    work->patterns = tb_arena_grow(arena, work->patterns, work->n_patterns, sizeof(pattern));
    work->patterns[work->n_patterns++] = pattern;
    tb_table_put(arena, &work->pattern_of, pattern, work);
}

static void add_list(struct work *work, const struct tb_value *list,
                     void (*add)(struct work *, struct tb_bytes))
{
    for (const struct tb_value *item = list ? list->child : NULL; item; item = item->next)
        add(work, item->string);
}

static void add_also(struct work *work, struct tb_bytes text)
{
    struct tb_reader reader = tb_reader_init(text);
    while (reader.left > 0 && !reader.failed) {
        struct tb_bytes item = tb_read_string16(&reader);
        if (item.n < 2)
            continue;
        struct tb_bytes name = tb_bytes_of(item.data + 1, item.n - 1);
        if (item.data[0] == 'v')
            add_view(work, name);
        else
            add_pattern(work, name);
    }
}

bool tb_views_also_valid(struct tb_bytes text)
{
    struct tb_reader reader = tb_reader_init(text);
    while (reader.left > 0 && !reader.failed) {
        struct tb_bytes item = tb_read_string16(&reader);
        if (item.n < 2 || item.n > 4096 || !memchr("vo", item.data[0], 2) || !tb_utf8_valid(item))
            return false;
    }
    return tb_reader_done(&reader);
}

static bool any_matches(const struct work *work, struct tb_bytes label)
{
    for (size_t i = 0; i < work->n_views; i++)
        if (tb_label_glob_matches(work->views[i].shown, label))
            return true;
    return false;
}

/* ---- a label for a glob ---- */

/* A character that `[...]` matches, one that a label may have. 0: none. */
static char member_of(struct tb_bytes class)
{
    static const char label[] =
        "zyxwvutsrqponmlkjihgfedcbaZYXWVUTSRQPONMLKJIHGFEDCBA9876543210-_/:";
    for (const char *c = label; *c; c++)
        if (tb_label_glob_matches(class, tb_bytes_of(c, 1)))
            return *c;
    return 0;
}

static size_t class_end(struct tb_bytes glob, size_t at)
{
    size_t close = at + 2 + (at + 1 < glob.n && glob.data[at + 1] == '!');
    while (close < glob.n && glob.data[close] != ']')
        close++;
    return close < glob.n ? close + 1 : glob.n;
}

/* The glob with something in place of its wildcards, if that is a label. */
static struct tb_bytes fill(struct tb_arena *arena, struct tb_bytes glob, const char *filler)
{
    size_t n_filler = strlen(filler);
    uint8_t *text = tb_arena_get(arena, glob.n * n_filler + 1, 1);
    size_t n = 0;
    for (size_t at = 0; at < glob.n;) {
        uint8_t c = glob.data[at];
        size_t end = c == '[' ? class_end(glob, at) : at + 1;
        while (c == '*' && end < glob.n && glob.data[end] == '*')
            end++;
        if (c == '*') {
            memcpy(text + n, filler, n_filler);
            n += n_filler;
        } else {
            char member = c == '[' ? member_of(tb_bytes_of(glob.data + at, end - at)) : 'z';
            text[n++] = c == '[' || c == '?' ? (uint8_t)member : c;
        }
        at = end;
    }
    struct tb_bytes label = tb_bytes_of(text, n);
    return tb_label_valid(label) && tb_label_glob_matches(glob, label) ? label
                                                                       : (struct tb_bytes){0};
}

/* Not one that has a name of its own, for which more may be true. */
static struct tb_bytes label_for(const struct work *work, struct tb_bytes glob)
{
    static const char *const fillers[] = {"any", "any-other", "zq", "q", "z0", "0"};
    struct tb_bytes label = {0};
    for (size_t i = 0; i < TB_ARRAY_LEN(fillers); i++) {
        label = fill(work->policy->arena, glob, fillers[i]);
        if (label.n > 0 && !tb_table_find(&work->view_of, label))
            return label;
    }
    return label;
}

/* ---- all that are spoken of ---- */

/* A view that a rule names is bound by more than the others that a capability's glob matches. */
static void add_rule_views(struct work *work)
{
    const struct tb_manifest *manifest = &work->policy->manifest;
    for (size_t i = 0; i < manifest->n_rules; i++) {
        struct tb_bytes view = tb_value_text(manifest->rules[i].view);
        struct tb_bytes label = fill(work->policy->arena, view, "any");
        if (label.n > 0 && any_matches(work, label))
            add_view(work, view);
    }
}

static void collect(struct work *work, const struct tb_check_filter *filter)
{
    const struct tb_bytes main_view = tb_bytes_of_string("main");
    for (size_t i = 0; i < work->compiled->n_capabilities; i++) {
        const struct tb_capability *source = work->compiled->capabilities[i].source;
        add_list(work, source->urls, add_pattern);
        if (filter->view.n > 0)
            continue;
        add_list(work, source->windows, add_view);
        add_list(work, source->webviews, add_view);
    }
    if (filter->view.n == 0)
        add_rule_views(work);
    add_also(work, filter->also);
    if (filter->view.n > 0)
        add_view(work, filter->view);
    else if (any_matches(work, main_view))
        add_view(work, main_view);
}

/* ---- what is true of them ---- */

static struct group *group_of(struct work *work, struct tb_bytes pattern, struct tb_bytes body)
{
    struct tb_arena *arena = work->policy->arena;
    uint8_t *memory = tb_arena_get(arena, body.n + pattern.n + 1, 1);
    memcpy(memory, body.data, body.n);
    if (pattern.n > 0)
        memcpy(memory + body.n, pattern.data, pattern.n);
    struct tb_bytes key = tb_bytes_of(memory, body.n + pattern.n);
    struct group *group = tb_table_find(&work->group_of, key);
    if (group)
        return group;
    group = TB_NEW(arena, struct group);
    *group = (struct group){.pattern = pattern, .body = tb_bytes_of(memory, body.n)};
    tb_table_put(arena, &work->group_of, key, group);
    work->groups = tb_arena_grow(arena, work->groups, work->n_groups, sizeof(void *));
    work->groups[work->n_groups++] = group;
    work->n_bytes += body.n;
    return group;
}

static bool resolve(struct work *work, struct tb_arena *scratch, const struct view *view,
                    struct tb_bytes pattern)
{
    const struct tb_request request = {
        view->label, view->label, pattern.n > 0 ? pattern : tb_bytes_of_string("local"), pattern};
    tb_cleanup(tb_buffer_deinit) struct tb_buffer body;
    struct tb_packer packer;
    bool empty = false;
    tb_buffer_init(&body, TB_VIEWS_BYTES);
    tb_packer_init(&packer, &body);
    if (tb_view_body_write(scratch, &work->view_policy, &request, &packer, &empty) != TB_OK ||
        work->n_bytes + tb_buffer_n(&body) > TB_VIEWS_BYTES)
        return false;
    if (empty && pattern.n > 0)
        return true;
    struct group *group = group_of(work, pattern, tb_buffer_bytes(&body));
    group->views = tb_arena_grow(work->policy->arena, group->views, group->n, sizeof(void *));
    group->views[group->n++] = view;
    return true;
}

static void resolve_pair(struct work *work, const struct view *view, struct tb_bytes pattern)
{
    tb_cleanup(tb_arena_deinit) struct tb_arena scratch = {0};
    size_t n_capabilities = work->compiled->n_capabilities;
    work->n_steps += pattern.n > 0 ? URL_STEPS * n_capabilities : n_capabilities;
    if (++work->n_pairs > TB_VIEWS_PAIRS || work->n_steps > STEPS_MAX ||
        !resolve(work, &scratch, view, pattern))
        work->n_left_out++;
}

static void resolve_all(struct work *work)
{
    for (size_t i = 0; i < work->n_views; i++) {
        struct view *view = &work->views[i];
        if (is_glob(view->shown))
            view->label = label_for(work, view->shown);
        if (view->label.n > 0)
            resolve_pair(work, view, (struct tb_bytes){0});
    }
    for (size_t i = 0; i < work->n_views * work->n_patterns; i++)
        if (work->views[i % work->n_views].label.n > 0)
            resolve_pair(work, &work->views[i % work->n_views], work->patterns[i / work->n_views]);
}

static void pack_group(struct work *work, const struct group *group)
{
    struct tb_packer *packer = work->packer;
    tb_pack_map(packer, 2 + TB_VIEW_BODY_KEYS);
    tb_pack_key(packer, "views");
    tb_pack_array(packer, group->n);
    for (size_t i = 0; i < group->n; i++)
        tb_pack_str(packer, group->views[i]->shown);
    tb_pack_key(packer, "context");
    if (group->pattern.n > 0) {
        tb_pack_map(packer, 1);
        tb_pack_key(packer, "remote");
    }
    tb_pack_str(packer, group->pattern.n > 0 ? group->pattern : tb_bytes_of_string("local"));
    packer->failed = packer->failed || !tb_buffer_append(packer->out, group->body);
}

/* Without a snapshot there are errors, and nothing to say. */
static void resolve_snapshot(struct work *work, const struct tb_check_filter *filter)
{
    tb_cleanup(tb_unpacker_deinit) struct tb_unpacker unpacker = {0};
    struct tb_snapshot snapshot;
    if (filter->snapshot.n == 0 || tb_unpacker_init(&unpacker, &tb_scan_snapshot) != 0 ||
        tb_snapshot_read(work->policy->arena, &unpacker, filter->snapshot, &snapshot) != TB_OK)
        return;
    work->view_policy = tb_view_policy_of(work->policy, work->compiled, &snapshot);
    collect(work, filter);
    resolve_all(work);
}

/* ---- plugins ---- */

static struct tb_bytes program_of(const struct tb_manifest *manifest,
                                  const struct tb_plugin *plugin)
{
    for (const struct tb_override *item = manifest->overrides; item; item = item->next)
        if (item->program && tb_bytes_equal(item->name, plugin->name))
            return item->program->string;
    return (struct tb_bytes){0};
}

static void pack_plugin(struct work *work, const struct tb_plugin *plugin)
{
    static const char *const scopes[] = {[TB_SCOPE_NONE] = "none",
                                         [TB_SCOPE_OPAQUE] = "opaque",
                                         [TB_SCOPE_PATH] = "path",
                                         [TB_SCOPE_PROGRAM] = "program"};
    struct tb_packer *packer = work->packer;
    tb_pack_map(packer, 15);
    tb_pack_key_str(packer, "name", plugin->name);
    tb_pack_key_str(packer, "program", program_of(&work->policy->manifest, plugin));
    tb_pack_key_text(packer, "scope", scopes[plugin->scope]);
    tb_value_pack_list(packer, "read", plugin->sandbox.read);
    tb_value_pack_list(packer, "write", plugin->sandbox.write);
    tb_value_pack_list(packer, "exec", plugin->sandbox.exec);
    tb_pack_key_bool(packer, "network", plugin->sandbox.network);
    tb_pack_key_bool(packer, "jit", plugin->sandbox.jit);
    tb_pack_key_bool(packer, "audit", plugin->sandbox.audit);
    tb_pack_key_bool(packer, "state", plugin->sandbox.state);
    tb_pack_key_bool(packer, "secrets", plugin->secrets);
    tb_pack_key_bool(packer, "picks", plugin->sandbox.picks);
    tb_pack_key_uint(packer, "memory_mib", plugin->sandbox.memory_mib);
    tb_pack_key_uint(packer, "cpu_s", plugin->sandbox.cpu_s);
    tb_pack_key_str(packer, "types", plugin->types);
}

/* ---- filters ---- */

static void pack_values(struct tb_packer *packer, const char *key, const struct tb_bytes *values,
                        size_t n)
{
    tb_pack_key(packer, key);
    tb_pack_array(packer, n);
    for (size_t i = 0; i < n; i++)
        packer->failed = packer->failed || !tb_buffer_append(packer->out, values[i]);
}

/* All of them: one that is granted to nobody is one too. */
static void pack_tripwires(const struct tb_policy *policy, struct tb_packer *packer)
{
    size_t n = 0;
    for (size_t pass = 0; pass < 2; pass++) {
        if (pass == 1) {
            tb_pack_key(packer, "tripwires");
            tb_pack_array(packer, n);
        }
        const struct tb_detail *detail = policy->manifest.details;
        for (; detail; detail = detail->next) {
            n += detail->tripwire;
            if (pass == 1 && detail->tripwire)
                tb_pack_str(packer, detail->command);
        }
    }
}

void tb_views_write(struct tb_policy *policy, const struct tb_compiled *compiled,
                    const struct tb_check_filter *filter, struct tb_packer *packer)
{
    struct work work = {.policy = policy, .compiled = compiled, .packer = packer};
    const struct tb_acl *app = &policy->app;
    resolve_snapshot(&work, filter);
    tb_pack_key(packer, "views");
    tb_pack_array(packer, work.n_groups);
    for (size_t i = 0; i < work.n_groups && !packer->failed; i++)
        pack_group(&work, work.groups[i]);
    tb_pack_key_uint(packer, "views_left_out", work.n_left_out);
    pack_values(packer, "filters", work.view_policy.filters.items,
                work.view_policy.filters.n_items);
    pack_values(packer, "limits", work.view_policy.filters.limits,
                work.view_policy.filters.n_limits);
    pack_tripwires(policy, packer);
    tb_pack_key(packer, "plugins");
    tb_pack_array(packer, compiled->n_plugins);
    for (size_t i = 0; i < compiled->n_plugins && !packer->failed; i++)
        pack_plugin(&work, compiled->plugins[i]);
    tb_pack_key_bool(packer, "app_acl", app->permissions || app->sets || app->default_set);
    tb_pack_key_bool(packer, "tauri_project", policy->tauri != NULL);
    tb_pack_key_str(packer, "types", policy->types);
    tb_pack_key_str(packer, "app", policy->manifest.app);
    tb_unresolved_write(policy, compiled, packer);
}
