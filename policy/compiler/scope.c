#include "policy/compiler/scope.h"

#include "policy/compiler/data/unknown.h"
#include "policy/compiler/programs.h"
#include "policy/compiler/scope_entry.h"
#include "proto/limits.h"
#include "proto/pack.h"

#include <stdlib.h>

enum { ENTRY_KEY_MAX = 256 };

/* ---- opaque values ---- */

static int compare_keys(const void *a, const void *b)
{
    const struct tb_value *const *left = a;
    const struct tb_value *const *right = b;
    return tb_bytes_compare((*left)->key, (*right)->key);
}

static void pack_value(struct tb_policy *policy, struct tb_packer *packer,
                       const struct tb_value *value, unsigned depth);

/* Keys sorted; the reader of the file has refused those that come twice. */
static void pack_map(struct tb_policy *policy, struct tb_packer *packer, const struct tb_value *map,
                     unsigned depth)
{
    const struct tb_value **sorted = tb_arena_get(policy->arena, map->n + 1, sizeof *sorted);
    size_t n = 0;
    for (const struct tb_value *child = map->child; child; child = child->next)
        sorted[n++] = child;
    qsort(sorted, n, sizeof *sorted, compare_keys);
    tb_pack_map(packer, n);
    for (size_t i = 0; i < n; i++) {
        if (sorted[i]->key.n > ENTRY_KEY_MAX)
            tb_report_error(policy->report, "too-large", sorted[i]->place,
                            "a key longer than 256 bytes in a scope entry");
        tb_pack_str(packer, sorted[i]->key);
        pack_value(policy, packer, sorted[i], depth + 1);
    }
}

static void pack_list(struct tb_policy *policy, struct tb_packer *packer,
                      const struct tb_value *list, unsigned depth)
{
    tb_pack_array(packer, list->n);
    for (const struct tb_value *child = list->child; child; child = child->next)
        pack_value(policy, packer, child, depth + 1);
}

static void pack_value(struct tb_policy *policy, struct tb_packer *packer,
                       const struct tb_value *value, unsigned depth)
{
    if (depth > TB_SCOPE_DEPTH) {
        tb_report_error(policy->report, "too-large", value->place,
                        "a scope entry with more than 20 values inside each other");
        tb_pack_nil(packer);
        return;
    }
    switch (value->type) {
    case TB_VALUE_NULL:
        tb_pack_nil(packer);
        break;
    case TB_VALUE_BOOL:
        tb_pack_bool(packer, value->boolean);
        break;
    case TB_VALUE_INT:
        tb_pack_int(packer, value->integer);
        break;
    case TB_VALUE_REAL:
        tb_pack_double(packer, value->real);
        break;
    case TB_VALUE_STRING:
        tb_pack_str(packer, value->string);
        break;
    case TB_VALUE_LIST:
        pack_list(policy, packer, value, depth);
        break;
    case TB_VALUE_MAP:
        pack_map(policy, packer, value, depth);
        break;
    }
}

/* ---- path patterns ---- */

/* What is wrong in a scope. Tauri finds out at the first call, and then answers none of those that
 * the scope is for; so in its mode the scope is kept, and allows nothing. */
void tb_scope_tell_wrong(struct tb_policy *policy, struct tb_place place, const char *message)
{
    if (policy->manifest.mode == TB_TAURI)
        tb_report_warning(policy->report, "pattern", place,
                          "%s; the scope that this stands in allows nothing", message);
    else
        tb_report_error(policy->report, "pattern", place, "%s", message);
}

static const struct tb_value *path_of(struct tb_policy *policy, const struct tb_value *entry)
{
    const struct tb_value *path = NULL;
    const struct tb_want wants[] = {{"path", TB_VALUE_ANY, &path, false}};
    if (entry->type == TB_VALUE_STRING)
        return entry;
    if (entry->type == TB_VALUE_MAP)
        tb_value_fields(policy->report, entry, TB_WHAT_PATH, wants, TB_ARRAY_LEN(wants),
                        TB_UNKNOWN_WARN);
    if (path && path->type == TB_VALUE_STRING)
        return path;
    tb_scope_tell_wrong(policy, entry->place,
                        "a path entry must be a string, or a table with the string `path`");
    return NULL;
}

static const char *path_text(struct tb_policy *policy, const struct tb_value *path,
                             const char *what)
{
    return tb_arena_format(policy->arena, "`%.*s`: %s", TB_SHOWN(path->string), what);
}

static void tell_unset(struct tb_policy *policy, const struct tb_value *path, bool deny)
{
    tb_report_warning(policy->report, "variable", path->place,
                      "`%.*s` is left out: its variable resolves to nothing here%s",
                      TB_SHOWN(path->string),
                      deny ? ", so that nothing is denied by it: set what it stands for, or write "
                             "an absolute path"
                           : "");
}

/* TB_PATTERN_OK, or what is not has been told. */
enum tb_pattern_result tb_scope_path_expand(struct tb_policy *policy, const struct tb_value *path,
                                            bool deny, struct tb_bytes *ret_pattern)
{
    const char *wrong;
    enum tb_pattern_result result =
        tb_pattern_expand(policy->arena, &policy->vars, path->string, ret_pattern, &wrong);
    if (result == TB_PATTERN_WRONG)
        tb_scope_tell_wrong(policy, path->place, path_text(policy, path, wrong));
    else if (result == TB_PATTERN_UNSET)
        tell_unset(policy, path, deny);
    return result;
}

/* ---- lists ---- */

struct list {
    struct tb_buffer bytes;
    struct tb_packer packer;
    size_t n;
};

struct work {
    struct tb_policy *policy;
    const struct tb_scope_whose *whose;
    bool closed; /* an entry is wrong */
};

static enum tb_pattern_result pack_path(struct work *work, bool deny, const struct tb_value *entry,
                                        struct list *list)
{
    struct tb_bytes pattern;
    const struct tb_value *path = path_of(work->policy, entry);
    enum tb_pattern_result result =
        path ? tb_scope_path_expand(work->policy, path, deny, &pattern) : TB_PATTERN_WRONG;
    if (result == TB_PATTERN_OK)
        tb_pack_str(&list->packer, pattern);
    return result;
}

static enum tb_pattern_result pack_opaque(struct work *work, bool deny,
                                          const struct tb_value *entry, struct list *list)
{
    enum tb_pattern_result result =
        tb_scope_entry_read(work->policy, work->whose->plugin, deny, entry, &entry);
    if (result == TB_PATTERN_OK)
        pack_value(work->policy, &list->packer, entry, 0);
    return result;
}

static enum tb_pattern_result pack_entry(struct work *work, bool deny, const struct tb_value *entry,
                                         struct list *list)
{
    if (work->whose->kind == TB_SCOPE_PATH)
        return pack_path(work, deny, entry, list);
    if (work->whose->kind != TB_SCOPE_PROGRAM)
        return pack_opaque(work, deny, entry, list);
    return tb_program_entry_pack(work->policy, &list->packer, deny, entry) ? TB_PATTERN_OK
                                                                           : TB_PATTERN_UNSET;
}

static void add_entry(struct work *work, bool deny, const struct tb_value *entry, struct list *list)
{
    enum tb_pattern_result result = pack_entry(work, deny, entry, list);
    work->closed = work->closed || result == TB_PATTERN_WRONG;
    list->n += result == TB_PATTERN_OK;
}

static void deinit_list(struct list *list)
{
    tb_buffer_deinit(&list->bytes);
}

static void init_list(struct list *list)
{
    tb_buffer_init(&list->bytes, TB_GRANT_MAX);
    tb_packer_init(&list->packer, &list->bytes);
}

/* Two buffers, as the number of entries, which comes first, is known last. */
static struct tb_bytes pack_lists(struct work *work, bool deny,
                                  const struct tb_value *const lists[2])
{
    tb_cleanup(deinit_list) struct list entries = {.n = 0};
    tb_cleanup(deinit_list) struct list whole = {.n = 0};
    init_list(&entries);
    init_list(&whole);
    for (size_t i = 0; i < 2; i++)
        for (const struct tb_value *entry = lists[i] ? lists[i]->child : NULL; entry;
             entry = entry->next)
            add_entry(work, deny, entry, &entries);
    tb_pack_array(&whole.packer, entries.n);
    bool ok = tb_buffer_append(&whole.bytes, tb_buffer_bytes(&entries.bytes));
    if (!ok || entries.packer.failed || whole.packer.failed)
        tb_report_error(work->policy->report, "too-large", (struct tb_place){NULL, 0},
                        "a scope of more than 16 MiB");
    return tb_arena_copy(work->policy->arena, tb_buffer_bytes(&whole.bytes));
}

static void pack_texts(struct tb_packer *packer, const struct tb_value *const lists[2])
{
    for (size_t i = 0; i < 2; i++)
        for (const struct tb_value *entry = lists[i] ? lists[i]->child : NULL; entry;
             entry = entry->next) {
            const struct tb_value *path = entry->type == TB_VALUE_MAP ? entry->child : entry;
            while (path && path != entry && !tb_bytes_are(path->key, "path"))
                path = path->next;
            tb_pack_str(packer, path ? path->string : (struct tb_bytes){0});
        }
    tb_pack_nil(packer);
}

/* What tells two scopes apart: their content (an array says by itself where it ends), and of paths
 * the text too, so that who asks what a view may do is told what the files say. */
static struct tb_bytes content_of(struct tb_policy *policy, enum tb_scope_kind kind,
                                  const struct tb_scope *scope)
{
    tb_cleanup(deinit_list) struct list content = {.n = 0};
    init_list(&content);
    content.bytes.max = 4 * (size_t)TB_GRANT_MAX;
    bool ok = tb_buffer_append(&content.bytes, scope->allow) &&
              tb_buffer_append(&content.bytes, scope->deny);
    if (kind == TB_SCOPE_PATH) {
        pack_texts(&content.packer, scope->lists.allow);
        pack_texts(&content.packer, scope->lists.deny);
    }
    if (!ok || content.packer.failed)
        tb_report_error(policy->report, "too-large", (struct tb_place){NULL, 0},
                        "a scope of more than 64 MiB");
    return tb_arena_copy(policy->arena, tb_buffer_bytes(&content.bytes));
}

uint32_t tb_scope_add(struct tb_policy *policy, struct tb_scopes *scopes,
                      const struct tb_scope_whose *whose, const struct tb_scope_lists *lists)
{
    static const struct tb_value *const nothing[2] = {NULL, NULL};
    struct work work = {policy, whose, false};
    struct tb_scope scope = {.deny = pack_lists(&work, true, lists->deny), .lists = *lists};
    scope.allow = pack_lists(&work, false, lists->allow);
    if (work.closed)
        scope.allow = pack_lists(&work, false, nothing);
    struct tb_bytes content = content_of(policy, whose->kind, &scope);
    struct tb_scope *kept = tb_table_find(&scopes->by_content, content);
    if (kept)
        return kept->index;
    kept = TB_NEW(policy->arena, struct tb_scope);
    *kept = scope;
    kept->index = (uint32_t)scopes->n;
    scopes->items = tb_arena_grow(policy->arena, scopes->items, scopes->n, sizeof(void *));
    scopes->items[scopes->n++] = kept;
    tb_table_put(policy->arena, &scopes->by_content, content, kept);
    return kept->index;
}

struct tb_bytes *tb_scope_paths(struct tb_policy *policy, const struct tb_value *list,
                                size_t *ret_n)
{
    struct tb_bytes *paths = NULL;
    size_t n = 0;
    for (const struct tb_value *item = list ? list->child : NULL; item; item = item->next) {
        struct tb_bytes pattern;
        struct tb_root root;
        if (tb_scope_path_expand(policy, item, false, &pattern) != TB_PATTERN_OK)
            continue;
        if (!tb_pattern_root(policy->arena, pattern, &root) || !root.whole) {
            tb_report_error(policy->report, "pattern", item->place,
                            "`%.*s` must be a path without wildcards: name its folder",
                            TB_SHOWN(item->string));
            continue;
        }
        paths = tb_arena_grow(policy->arena, paths, n, sizeof *paths);
        paths[n++] = root.path;
    }
    *ret_n = n;
    return paths;
}
