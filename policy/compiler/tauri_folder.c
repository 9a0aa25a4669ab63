#include "policy/compiler/tauri_folder.h"

#include "policy/compiler/capability.h"
#include "policy/compiler/identifier.h"
#include "policy/compiler/manifest.h"
#include "policy/compiler/manifests.h"
#include "policy/compiler/permission.h"
#include "policy/compiler/plugin.h"
#include "policy/compiler/select.h"

static struct tb_document *walk(struct tb_policy *policy, const char *folder,
                                enum tb_source_kind kind)
{
    return tb_source_walk_below(policy->report, policy->inputs->app, folder, kind);
}

/* ---- permissions ---- */

/* The NAME of permissions/NAME/...; empty: the file lies in `permissions` itself. */
static struct tb_bytes folder_of(const struct tb_document *document)
{
    const char *name = document->root->place.file + strlen("permissions/");
    const char *slash = strchr(name, '/');
    return slash ? tb_bytes_of(name, (size_t)(slash - name)) : (struct tb_bytes){0};
}

struct split {
    struct tb_policy *policy;
    struct tb_table named; /* the plugins that capabilities name */
    struct tb_document *own;
    struct tb_document **own_end;
};

static void note_names(struct split *split)
{
    struct tb_policy *policy = split->policy;
    const struct tb_capability *one = policy->capabilities;
    for (; one; one = one->next)
        for (struct tb_value *item = one->permissions->child; item; item = item->next) {
            struct tb_identifier identifier;
            if (tb_identifier_parse(tb_entry_identifier(item), &identifier) == NULL)
                tb_table_put(policy->arena, &split->named, identifier.key, item);
        }
}

/* A plugin that is part of the project: its manifest says so or, where there is none, that a
 * capability names it. */
static bool is_inlined(const struct split *split, struct tb_bytes key)
{
    const struct tb_policy *policy = split->policy;
    if (key.n == 0)
        return false;
    return tb_manifests_has(policy, key) ||
           (tb_table_find(&split->named, key) && !tb_plugin_installed(policy, key));
}

static struct tb_inlined *inlined_of(const struct split *split, struct tb_bytes key)
{
    struct tb_policy *policy = split->policy;
    struct tb_inlined *inlined = tb_table_find(&policy->inlined_of, key);
    if (inlined || !is_inlined(split, key))
        return inlined;
    inlined = TB_NEW(policy->arena, struct tb_inlined);
    *inlined = (struct tb_inlined){.key = key, .next = policy->inlined};
    inlined->end = &inlined->documents;
    policy->inlined = inlined;
    tb_table_put(policy->arena, &policy->inlined_of, key, inlined);
    return inlined;
}

/* Gives each file of `permissions` to the app, or to the plugin whose folder it lies in. */
static void read_permissions(struct tb_policy *policy, struct tb_tauri_conf *conf,
                             struct tb_document *document)
{
    struct split split = {.policy = policy, .own_end = &split.own};
    note_names(&split);
    for (struct tb_document *next; document; document = next) {
        struct tb_inlined *inlined = inlined_of(&split, folder_of(document));
        struct tb_document ***end = inlined ? &inlined->end : &split.own_end;
        next = document->next;
        document->next = NULL;
        **end = document;
        *end = &document->next;
    }
    conf->permission_files = split.own;
    if (!split.own)
        split.own = tb_manifests_document(policy, tb_bytes_of_string(TB_MANIFESTS_APP));
    tb_permission_read(policy, split.own, &policy->app);
}

/* ---- the manifest ---- */

static struct tb_value *new_child(struct tb_arena *arena, struct tb_value *parent, const char *key,
                                  enum tb_value_type type, struct tb_place place)
{
    struct tb_value *child = TB_NEW(arena, struct tb_value);
    *child = (struct tb_value){.type = type, .key = tb_bytes_of_string(key), .place = place};
    parent->child = child;
    parent->last = child;
    parent->n = 1;
    return child;
}

/* The defaults, with the app's id. Its files mean what they mean to Tauri unless somebody asks for
 * another mode. */
static struct tb_manifest manifest_of(struct tb_policy *policy, const struct tb_tauri_conf *conf)
{
    struct tb_value root = {.type = TB_VALUE_MAP, .place = {conf->file, 0}};
    struct tb_place place = conf->identifier->place;
    struct tb_value *app = new_child(policy->arena, &root, "app", TB_VALUE_MAP, place);
    struct tb_value *id = new_child(policy->arena, app, "id", TB_VALUE_STRING, place);
    id->string = conf->identifier->string;
    struct tb_manifest manifest =
        tb_manifest_read(policy->report, &root, policy->inputs->forced_mode);
    if (!policy->inputs->forced_mode)
        manifest.mode = TB_TAURI;
    return manifest;
}

void tb_tauri_use(struct tb_policy *policy, struct tb_tauri_conf *conf,
                  const struct tb_document *capabilities, struct tb_document *permissions)
{
    const struct tb_inputs *inputs = policy->inputs;
    policy->tauri = conf;
    policy->manifest = manifest_of(policy, conf);
    policy->report->strict = policy->manifest.mode == TB_STRICT;
    policy->vars = tb_vars_of(policy->arena, &inputs->user, inputs->user_dirs, policy->manifest.app,
                              inputs->resource);
    conf->capability_files = capabilities;
    policy->capabilities = tb_capability_select(policy, conf, capabilities);
    read_permissions(policy, conf, permissions);
}

void tb_tauri_read(struct tb_policy *policy)
{
    struct tb_tauri_conf *conf = TB_NEW(policy->arena, struct tb_tauri_conf);
    const struct tb_inputs *inputs = policy->inputs;
    if (!tb_tauri_conf_read(policy->report, inputs->app, inputs->target, conf))
        return;
    conf->manifests = tb_manifests_read(policy);
    struct tb_document *capabilities = walk(policy, "capabilities", TB_SOURCE_CAPABILITIES);
    tb_tauri_use(policy, conf, capabilities, walk(policy, "permissions", TB_SOURCE_PERMISSIONS));
}
