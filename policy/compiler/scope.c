#include "policy/compiler/scope.h"

#include "policy/compiler/pattern.h"
#include "proto/limits.h"
#include "proto/pack.h"

#include <sodium.h>
#include <stdlib.h>

enum { ENTRY_DEPTH = 20, ENTRY_KEY_MAX = 256 };

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
    if (depth > ENTRY_DEPTH) {
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

static const struct tb_value *path_of(struct tb_policy *policy, const struct tb_value *entry)
{
    const struct tb_value *path = NULL;
    const struct tb_want wants[] = {{"path", TB_VALUE_STRING, &path, true}};
    if (entry->type == TB_VALUE_STRING)
        return entry;
    if (entry->type == TB_VALUE_MAP)
        return tb_value_fields(policy->report, entry, "a path entry", wants, TB_ARRAY_LEN(wants),
                               TB_UNKNOWN_WARN)
                   ? path
                   : NULL;
    tb_report_error(policy->report, "type", entry->place,
                    "a path entry must be a string or a table with `path`, not %s",
                    tb_value_type_name(entry->type));
    return NULL;
}

/* An allowed path that is nowhere allows nothing; a denied one would be a denial that is lost. */
static void tell_unset(struct tb_policy *policy, const struct tb_value *path, bool deny)
{
    if (deny)
        tb_report_error(policy->report, "variable", path->place,
                        "`%.*s` is denied, but its variable resolves to nothing here, so the "
                        "denial would be lost: write an absolute path, or set what it stands for",
                        TB_SHOWN(path->string));
    else
        tb_report_warning(policy->report, "variable", path->place,
                          "`%.*s` is left out: its variable resolves to nothing here",
                          TB_SHOWN(path->string));
}

static bool expand(struct tb_policy *policy, const struct tb_value *path, bool deny,
                   struct tb_bytes *ret_pattern)
{
    const char *wrong;
    enum tb_pattern_result result =
        tb_pattern_expand(policy->arena, &policy->vars, path->string, ret_pattern, &wrong);
    if (result == TB_PATTERN_WRONG)
        tb_report_error(policy->report, "pattern", path->place, "`%.*s`: %s",
                        TB_SHOWN(path->string), wrong);
    else if (result == TB_PATTERN_UNSET)
        tell_unset(policy, path, deny);
    return result == TB_PATTERN_OK;
}

/* ---- lists ---- */

struct list {
    struct tb_buffer bytes;
    struct tb_packer packer;
    size_t n;
};

static void add_entry(struct tb_policy *policy, enum tb_scope_kind kind, bool deny,
                      const struct tb_value *entry, struct list *list)
{
    if (kind == TB_SCOPE_PATH) {
        struct tb_bytes pattern;
        const struct tb_value *path = path_of(policy, entry);
        if (!path || !expand(policy, path, deny, &pattern))
            return;
        tb_pack_str(&list->packer, pattern);
    } else {
        pack_value(policy, &list->packer, entry, 0);
    }
    list->n++;
}

static void deinit_list(struct list *list)
{
    tb_buffer_deinit(&list->bytes);
}

static struct tb_bytes pack_lists(struct tb_policy *policy, enum tb_scope_kind kind, bool deny,
                                  const struct tb_value *const lists[2])
{
    /* Two buffers, as the number of entries, which comes first, is known last. */
    tb_cleanup(deinit_list) struct list entries = {.n = 0};
    tb_cleanup(deinit_list) struct list whole = {.n = 0};
    tb_buffer_init(&entries.bytes, TB_GRANT_MAX);
    tb_buffer_init(&whole.bytes, TB_GRANT_MAX);
    tb_packer_init(&entries.packer, &entries.bytes);
    tb_packer_init(&whole.packer, &whole.bytes);
    for (size_t i = 0; i < 2; i++)
        for (const struct tb_value *entry = lists[i] ? lists[i]->child : NULL; entry;
             entry = entry->next)
            add_entry(policy, kind, deny, entry, &entries);
    tb_pack_array(&whole.packer, entries.n);
    bool ok = tb_buffer_append(&whole.bytes, tb_buffer_bytes(&entries.bytes));
    if (!ok || entries.packer.failed || whole.packer.failed)
        tb_report_error(policy->report, "too-large", (struct tb_place){NULL, 0},
                        "a scope of more than 16 MiB");
    return tb_arena_copy(policy->arena, tb_buffer_bytes(&whole.bytes));
}

static uint64_t hash_of(const struct tb_scope *scope)
{
    static const uint8_t key[crypto_shorthash_KEYBYTES];
    uint8_t hashes[2][crypto_shorthash_BYTES];
    crypto_shorthash(hashes[0], scope->allow.data, scope->allow.n, key);
    crypto_shorthash(hashes[1], scope->deny.data, scope->deny.n, key);
    uint64_t halves[2];
    memcpy(halves, hashes, sizeof halves);
    return halves[0] * 31 + halves[1];
}

uint32_t tb_scope_add(struct tb_policy *policy, struct tb_scopes *scopes, enum tb_scope_kind kind,
                      const struct tb_scope_lists *lists)
{
    struct tb_scope scope = {
        .allow = pack_lists(policy, kind, false, lists->allow),
        .deny = pack_lists(policy, kind, true, lists->deny),
    };
    scope.hash = hash_of(&scope);
    for (size_t i = 0; i < scopes->n; i++) {
        const struct tb_scope *other = &scopes->items[i];
        if (other->hash == scope.hash && tb_bytes_equal(other->allow, scope.allow) &&
            tb_bytes_equal(other->deny, scope.deny))
            return (uint32_t)i;
    }
    scopes->items = tb_arena_grow(policy->arena, scopes->items, scopes->n, sizeof *scopes->items);
    scopes->items[scopes->n] = scope;
    return (uint32_t)scopes->n++;
}

struct tb_bytes *tb_scope_paths(struct tb_policy *policy, const struct tb_value *list,
                                size_t *ret_n)
{
    struct tb_bytes *paths = NULL;
    size_t n = 0;
    for (const struct tb_value *item = list ? list->child : NULL; item; item = item->next) {
        struct tb_bytes pattern;
        struct tb_root root;
        if (!expand(policy, item, false, &pattern))
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
