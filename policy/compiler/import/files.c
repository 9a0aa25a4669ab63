/*
 * Capability files are taken as they are where all that they hold is active. Of others, and of what
 * stands in the configuration itself, each active capability becomes a file.
 */
#include "policy/compiler/data/source.h"
#include "policy/compiler/import/parts.h"

static bool is_active(const struct tb_table *active, const struct tb_value *value)
{
    return tb_table_find_of(active, value, (struct tb_bytes){0}) != NULL;
}

static void add_value(struct tb_import *import, const struct tb_value *value, size_t *n)
{
    const char *path;
    do
        path = tb_arena_format(import->policy->arena, "capabilities/imported-%zu.json", ++*n);
    while (tb_source_exists(import->policy->inputs->app, path)); /* it may be copied */
    tb_import_add(import, &(struct tb_import_file){.path = path, .json = value});
}

/* The capabilities of one file: the list that it is or has, or itself. */
static const struct tb_value *list_of(const struct tb_value *root)
{
    const struct tb_value *named = root->type == TB_VALUE_LIST ? root : NULL;
    for (const struct tb_value *child = root->type == TB_VALUE_MAP ? root->child : NULL; child;
         child = child->next)
        if (tb_bytes_are(child->key, "capabilities"))
            named = child;
    return named;
}

static void add_capability_file(struct tb_import *import, const struct tb_value *root,
                                struct tb_table *active, size_t *n)
{
    const struct tb_value *list = list_of(root);
    size_t n_all = list ? list->n : 1;
    size_t n_active = list ? 0 : is_active(active, root);
    for (const struct tb_value *item = list ? list->child : NULL; item; item = item->next)
        n_active += is_active(active, item);
    if (n_active == n_all)
        tb_import_add(import,
                      &(struct tb_import_file){.path = root->place.file, .copy = root->place.file});
    for (const struct tb_value *item = list ? list->child : NULL; item && n_active < n_all;
         item = item->next)
        if (is_active(active, item))
            add_value(import, item, n);
}

static void add_capabilities(struct tb_import *import)
{
    struct tb_policy *policy = import->policy;
    struct tb_table active = {0};
    size_t n = 0;
    for (struct tb_capability *one = policy->capabilities; one; one = one->next)
        tb_table_put_of(policy->arena, &active, one->value, (struct tb_bytes){0}, one);
    for (const struct tb_document *file = import->conf->capability_files; file; file = file->next)
        add_capability_file(import, file->root, &active, &n);
    const struct tb_value *held = import->conf->capabilities;
    for (const struct tb_value *item = held ? held->child : NULL; item; item = item->next)
        if (is_active(&active, item))
            add_value(import, item, &n);
}

void tb_import_policy_files(struct tb_import *import)
{
    struct tb_policy *policy = import->policy;
    add_capabilities(import);
    const struct tb_document *own = import->conf->permission_files;
    for (const struct tb_document *file = own; file; file = file->next)
        tb_import_add(import, &(struct tb_import_file){.path = file->root->place.file,
                                                       .copy = file->root->place.file});
    const struct tb_document *manifest =
        own ? NULL : tb_manifests_document(policy, tb_bytes_of_string(TB_MANIFESTS_APP));
    if (manifest)
        tb_import_add(import, &(struct tb_import_file){.path = "permissions/imported.json",
                                                       .json = manifest->root});
}
