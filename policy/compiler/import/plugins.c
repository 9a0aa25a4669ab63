/*
 * The new folder has to say itself what the project's plugins permit: a folder plugins/KEY with
 * the permissions that the project goes by, and of an installed plugin the description, so that it
 * goes on working. Of what nobody knows each permission that a capability names becomes an empty
 * set: it grants nothing, as before, and stands where somebody will look for it.
 */
#include "policy/compiler/capability.h"
#include "policy/compiler/identifier.h"
#include "policy/compiler/import/parts.h"
#include "policy/compiler/plugin.h"

static struct tb_value *new_value(struct tb_import *import, struct tb_value *parent,
                                  const char *key, enum tb_value_type type)
{
    struct tb_value *value = TB_NEW(import->policy->arena, struct tb_value);
    value->type = type;
    value->key = key ? tb_bytes_of_string(key) : (struct tb_bytes){0};
    if (!parent)
        return value;
    *(parent->last ? &parent->last->next : &parent->child) = value;
    parent->last = value;
    parent->n++;
    return value;
}

static const char *path_in(struct tb_import *import, struct tb_bytes key, const char *rest)
{
    return tb_arena_format(import->policy->arena, "plugins/%.*s/%s", (int)key.n,
                           (const char *)key.data, rest);
}

static void add_description(struct tb_import *import, struct tb_bytes key)
{
    struct tb_bytes text;
    if (!tb_plugin_description(import->policy, key, &text))
        text = tb_bytes_of_string(tb_arena_format(import->policy->arena, "name = \"%.*s\"\n",
                                                  (int)key.n, (const char *)key.data));
    tb_import_add(import, &(struct tb_import_file){.path = path_in(import, key, "plugin.toml"),
                                                   .text = text});
    import->plugins = tb_arena_grow(import->policy->arena, import->plugins, import->n_plugins,
                                    sizeof *import->plugins);
    import->plugins[import->n_plugins++] = key;
}

static void add_json(struct tb_import *import, struct tb_bytes key, const struct tb_value *json)
{
    const char *path = path_in(import, key, "permissions/imported.json");
    tb_import_add(import, &(struct tb_import_file){.path = path, .json = json});
}

/* ---- what the project says ---- */

static void add_known(struct tb_import *import, struct tb_bytes key)
{
    const struct tb_document *manifest = tb_manifests_document(import->policy, key);
    if (!manifest || !tb_plugin_name_valid(key))
        return;
    add_description(import, key);
    add_json(import, key, manifest->root);
}

static void add_inlined(struct tb_import *import, const struct tb_inlined *inlined)
{
    size_t n_folder = strlen("permissions/") + inlined->key.n + 1;
    if (tb_manifests_has(import->policy, inlined->key))
        return;
    add_description(import, inlined->key);
    for (const struct tb_document *file = inlined->documents; file; file = file->next) {
        const char *rest = tb_arena_format(import->policy->arena, "permissions/%s",
                                           file->root->place.file + n_folder);
        tb_import_add(import, &(struct tb_import_file){.path = path_in(import, inlined->key, rest),
                                                       .copy = file->root->place.file});
    }
}

/* ---- what only capabilities name ---- */

/* Plugins of which nothing is known, each with its list of sets. */
struct unknown {
    struct tb_import *import;
    struct tb_table lists; /* by key */
    struct tb_table seen;  /* by whole identifier */
};

static struct tb_value *list_of(struct unknown *unknown, struct tb_bytes key, struct tb_place place)
{
    struct tb_import *import = unknown->import;
    struct tb_value *list = tb_table_find(&unknown->lists, key);
    if (list)
        return list;
    struct tb_value *root = new_value(import, NULL, NULL, TB_VALUE_MAP);
    list = new_value(import, root, "set", TB_VALUE_LIST);
    tb_table_put(import->policy->arena, &unknown->lists, key, list);
    add_description(import, key);
    add_json(import, key, root);
    tb_import_note(import, place,
                   "plugin `%.*s`: what it permits is not known, so that it grants nothing; build "
                   "the project, which writes " TB_MANIFESTS_FILE ", and import it again, or put "
                   "its permission files into plugins/%.*s/permissions",
                   TB_SHOWN(key), TB_SHOWN(key));
    return list;
}

static void note_entry(struct unknown *unknown, const struct tb_value *item)
{
    struct tb_import *import = unknown->import;
    struct tb_bytes text = tb_entry_identifier(item);
    struct tb_identifier identifier;
    if (tb_identifier_parse(text, &identifier) != NULL || !tb_plugin_name_valid(identifier.key) ||
        tb_plugin_acl(import->policy, identifier.key) || tb_table_find(&unknown->seen, text))
        return;
    tb_table_put(import->policy->arena, &unknown->seen, text, import);
    struct tb_value *list = list_of(unknown, identifier.key, item->place);
    if (tb_bytes_are(identifier.base, "default"))
        return;
    struct tb_value *set = new_value(import, list, NULL, TB_VALUE_MAP);
    new_value(import, set, "identifier", TB_VALUE_STRING)->string = identifier.base;
    new_value(import, set, "description", TB_VALUE_STRING)->string =
        tb_bytes_of_string("Not known when the project was imported: grants nothing.");
    new_value(import, set, "permissions", TB_VALUE_LIST);
}

void tb_import_plugins(struct tb_import *import)
{
    struct tb_policy *policy = import->policy;
    struct unknown unknown = {.import = import};
    const struct tb_value *manifest =
        import->conf->manifests ? import->conf->manifests->child : NULL;
    for (; manifest; manifest = manifest->next)
        add_known(import, manifest->key);
    for (const struct tb_inlined *inlined = policy->inlined; inlined; inlined = inlined->next)
        add_inlined(import, inlined);
    for (const struct tb_capability *one = policy->capabilities; one; one = one->next)
        for (const struct tb_value *item = one->permissions->child; item; item = item->next)
            note_entry(&unknown, item);
}
