#include "policy/compiler/manifests.h"

#include "policy/compiler/permission.h"

static void rename_members(struct tb_value *map)
{
    for (struct tb_value *member = map->child; member; member = member->next)
        for (struct tb_value *child = member->child; child; child = child->next)
            if (member->type == TB_VALUE_MAP && child->type == TB_VALUE_STRING &&
                tb_bytes_are(child->key, "identifier"))
                child->string = member->key;
}

/* Tauri goes by a permission's key and not by what it calls itself, which is the same in all that a
 * build writes. By the other name more would be granted, or less denied. */
static void name_by_keys(struct tb_value *manifest)
{
    for (struct tb_value *part = manifest->child; part; part = part->next)
        if (part->type == TB_VALUE_MAP &&
            (tb_bytes_are(part->key, "permissions") || tb_bytes_are(part->key, "permission_sets")))
            rename_members(part);
}

const struct tb_value *tb_manifests_of(struct tb_policy *policy, struct tb_value *root)
{
    if (root->type != TB_VALUE_MAP) {
        tb_report_error(policy->report, "type", root->place,
                        "the manifests must be a table by plugin, not %s",
                        tb_value_type_name(root->type));
        return NULL;
    }
    tb_value_settle_duplicates(policy->report, root, TB_DUPLICATES_TYPED);
    for (struct tb_value *child = root->child; child; child = child->next) {
        name_by_keys(child);
        tb_table_put(policy->arena, &policy->manifests, child->key, child);
    }
    return root;
}

const struct tb_value *tb_manifests_read(struct tb_policy *policy)
{
    struct tb_bytes text;
    int app = policy->inputs->app;
    if (!tb_source_exists(app, TB_MANIFESTS_FILE) ||
        !tb_source_read_below(policy->report, app, TB_MANIFESTS_FILE, &text))
        return NULL;
    struct tb_value *root = tb_value_read(policy->report, TB_FORMAT_JSON, TB_MANIFESTS_FILE, text);
    return root ? tb_manifests_of(policy, root) : NULL;
}

bool tb_manifests_has(const struct tb_policy *policy, struct tb_bytes key)
{
    return tb_table_find(&policy->manifests, key) != NULL;
}

static struct tb_value *copy_of(struct tb_arena *arena, const struct tb_value *value)
{
    struct tb_value *copy = TB_NEW(arena, struct tb_value);
    *copy = *value;
    copy->next = NULL;
    return copy;
}

static void append(struct tb_value *parent, struct tb_value *child, const char *key)
{
    child->key = tb_bytes_of_string(key);
    *(parent->last ? &parent->last->next : &parent->child) = child;
    parent->last = child;
    parent->n++;
}

/* Maps by identifier are lists in a permission file: each member says its identifier itself. */
static void add_list(struct tb_policy *policy, struct tb_value *file, const struct tb_value *map,
                     const char *key)
{
    if (!map)
        return;
    struct tb_value *list = copy_of(policy->arena, map);
    list->type = TB_VALUE_LIST;
    append(file, list, key);
}

/* In a manifest the default set is one like the others. */
static bool is_set(struct tb_report *report, const struct tb_value *value)
{
    const struct tb_value *identifier, *description, *permissions;
    const struct tb_want wants[] = {
        {"identifier", TB_VALUE_STRING, &identifier, true},
        {"description", TB_VALUE_STRING, &description, true},
        {"permissions", TB_VALUE_LIST, &permissions, true},
    };
    return tb_value_fields(report, value, "`default_permission`", wants, TB_ARRAY_LEN(wants),
                           TB_UNKNOWN_WARN);
}

/* In a permission file it has no identifier. */
static void add_default(struct tb_policy *policy, struct tb_value *file,
                        const struct tb_value *value)
{
    if (!value || !is_set(policy->report, value))
        return;
    struct tb_value *set = copy_of(policy->arena, value);
    set->child = NULL;
    set->last = NULL;
    set->n = 0;
    for (const struct tb_value *child = value->child; child; child = child->next)
        if (!tb_bytes_are(child->key, "identifier"))
            append(set, copy_of(policy->arena, child), tb_arena_string(policy->arena, child->key));
    append(file, set, "default");
}

static struct tb_document *document_of(struct tb_policy *policy, const struct tb_value *manifest)
{
    const struct tb_value *default_set, *permissions, *sets, *schema;
    const struct tb_want wants[] = {
        {"default_permission", TB_VALUE_MAP | TB_VALUE_NULL, &default_set, false},
        {"permissions", TB_VALUE_MAP, &permissions, true},
        {"permission_sets", TB_VALUE_MAP, &sets, true},
        {"global_scope_schema", TB_VALUE_ANY, &schema, false},
    };
    if (manifest->type != TB_VALUE_MAP) {
        tb_report_error(policy->report, "type", manifest->place,
                        "the manifest of `%.*s` must be a table, not %s", TB_SHOWN(manifest->key),
                        tb_value_type_name(manifest->type));
        return NULL;
    }
    if (!tb_value_fields(policy->report, manifest, "a plugin's manifest", wants,
                         TB_ARRAY_LEN(wants), TB_UNKNOWN_WARN))
        return NULL;
    struct tb_value *file = TB_NEW(policy->arena, struct tb_value);
    file->type = TB_VALUE_MAP;
    file->place = manifest->place;
    add_default(policy, file, default_set);
    add_list(policy, file, sets, "set");
    add_list(policy, file, permissions, "permission");
    struct tb_document *document = TB_NEW(policy->arena, struct tb_document);
    document->root = file;
    return document;
}

struct tb_document *tb_manifests_document(struct tb_policy *policy, struct tb_bytes key)
{
    const struct tb_value *manifest = tb_table_find(&policy->manifests, key);
    return manifest ? document_of(policy, manifest) : NULL;
}

bool tb_manifests_find(struct tb_policy *policy, struct tb_bytes key,
                       const struct tb_document **ret_documents)
{
    const struct tb_value *manifest = tb_table_find(&policy->manifests, key);
    const struct tb_inlined *inlined = tb_table_find(&policy->inlined_of, key);
    /* The manifest, which a build wrote, holds what is in the folder. */
    if (manifest)
        *ret_documents = document_of(policy, manifest);
    else if (inlined)
        *ret_documents = inlined->documents;
    return manifest || inlined;
}
