#include "policy/compiler/data/value.h"

#include <stdlib.h>

/* A map's member and its place in the map. */
struct member {
    struct tb_value *value;
    size_t order;
};

static int by_key(const void *a, const void *b)
{
    const struct member *left = a;
    const struct member *right = b;
    int order = tb_bytes_compare(left->value->key, right->value->key);
    return order != 0 ? order : (left->order > right->order) - (left->order < right->order);
}

static int by_order(const void *a, const void *b)
{
    const struct member *left = a;
    const struct member *right = b;
    return (left->order > right->order) - (left->order < right->order);
}

/* The keys that Tauri's own types have in capability, permission and manifest files; of others it
 * takes no notice, however often they come. */
static bool is_typed(struct tb_bytes key)
{
    static const char *const keys[] = {
        "identifier",
        "description",
        "local",
        "remote",
        "urls",
        "windows",
        "webviews",
        "permission",
        "permissions",
        "default",
        "set",
        "scope",
        "commands",
        "platforms",
        "version",
        "allow",
        "deny",
        "default_permission",
        "permission_sets",
        "global_scope_schema",
    };
    return tb_bytes_among(key, keys, TB_ARRAY_LEN(keys));
}

static void tell(struct tb_report *report, const struct tb_value *before,
                 const struct tb_value *after, unsigned strict_depth)
{
    bool error = after->depth <= strict_depth &&
                 (strict_depth != TB_DUPLICATES_TYPED || is_typed(after->key));
    if (error)
        tb_report_error(report, "duplicate-key", after->place,
                        "duplicate field `%.*s`, first in line %u: remove one",
                        TB_SHOWN(after->key), before->place.line);
    else
        tb_report_warning(report, "duplicate-key", after->place,
                          "the key `%.*s` is here twice, and this one counts, not the one of line "
                          "%u: remove one",
                          TB_SHOWN(after->key), before->place.line);
}

static void relink(struct tb_value *map, struct member *members, size_t n)
{
    qsort(members, n, sizeof *members, by_order);
    for (size_t i = 0; i < n; i++)
        members[i].value->next = i + 1 < n ? members[i + 1].value : NULL;
    map->child = members[0].value;
    map->last = members[n - 1].value;
    map->n = n;
}

static void settle_map(struct tb_report *report, struct tb_value *map, unsigned strict_depth)
{
    struct member *members = tb_arena_get(report->arena, map->n, sizeof *members);
    size_t n = 0;
    size_t n_kept = 0;
    for (struct tb_value *child = map->child; child; child = child->next, n++)
        members[n] = (struct member){child, n};
    qsort(members, n, sizeof *members, by_key);
    for (size_t i = 0; i < n; i++) {
        bool again =
            n_kept > 0 && tb_bytes_equal(members[n_kept - 1].value->key, members[i].value->key);
        if (again)
            tell(report, members[n_kept - 1].value, members[i].value, strict_depth);
        members[again ? n_kept - 1 : n_kept++] = members[i];
    }
    if (n_kept < n)
        relink(map, members, n_kept);
}

void tb_value_settle_duplicates(struct tb_report *report, struct tb_value *value,
                                unsigned strict_depth)
{
    if (value->type == TB_VALUE_MAP && value->n > 1)
        settle_map(report, value, strict_depth);
    for (struct tb_value *child = value->child; child; child = child->next)
        if (child->type >= TB_VALUE_LIST)
            tb_value_settle_duplicates(report, child, strict_depth);
}
