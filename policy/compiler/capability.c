#include "policy/compiler/capability.h"

#include "policy/compiler/data/unknown.h"
#include "policy/compiler/label.h"
#include "policy/compiler/platform.h"
#include "policy/compiler/url/remote.h"

#include <stdlib.h>

struct found {
    struct tb_policy *policy;
    struct tb_report *report;
    struct tb_capability **items;
    size_t n;
};

static void check_globs(struct tb_report *report, const struct tb_value *list, const char *what)
{
    if (!tb_value_strings(report, list, what))
        return;
    for (const struct tb_value *item = list ? list->child : NULL; item; item = item->next) {
        const char *wrong = tb_label_glob_check(item->string);
        if (wrong)
            tb_report_error(report, "pattern", item->place, "`%.*s` in %s: %s",
                            TB_SHOWN(item->string), what, wrong);
    }
}

static void check_url(struct tb_report *report, const struct tb_value *url)
{
    tb_cleanup(tb_arena_deinit) struct tb_arena scratch = {0};
    struct tb_url_pattern *pattern;
    const char *wrong = tb_remote_pattern_parse(&scratch, url->string, &pattern);
    if (wrong)
        tb_report_error(report, "url-pattern", url->place, "`%.*s` in `urls`: %s",
                        TB_SHOWN(url->string), wrong);
}

static const struct tb_value *read_remote(struct tb_report *report, const struct tb_value *remote)
{
    const struct tb_value *urls = NULL;
    const struct tb_want wants[] = {{"urls", TB_VALUE_LIST, &urls, true}};
    if (!remote ||
        !tb_value_fields(report, remote, "`remote`", wants, TB_ARRAY_LEN(wants), TB_UNKNOWN_WARN))
        return NULL;
    if (!tb_value_strings(report, urls, "`urls`"))
        return NULL;
    for (const struct tb_value *url = urls->child; url; url = url->next)
        check_url(report, url);
    return urls;
}

static void add(struct found *found, const struct tb_capability *read)
{
    struct tb_capability *capability = TB_NEW(found->report->arena, struct tb_capability);
    *capability = *read;
    found->items = tb_arena_grow(found->report->arena, found->items, found->n, sizeof(void *));
    found->items[found->n++] = capability;
}

static void read_one(struct found *found, const struct tb_value *map)
{
    struct tb_report *report = found->report;
    struct tb_capability capability = {.place = map->place, .value = map};
    const struct tb_value *identifier;
    const struct tb_value *description;
    const struct tb_value *local;
    const struct tb_value *remote;
    const struct tb_value *platforms;
    const struct tb_want wants[] = {
        {"identifier", TB_VALUE_STRING, &identifier, true},
        {"description", TB_VALUE_STRING, &description, false},
        {"local", TB_VALUE_BOOL, &local, false},
        {"remote", TB_VALUE_MAP | TB_VALUE_NULL, &remote, false},
        {"windows", TB_VALUE_LIST, &capability.windows, false},
        {"webviews", TB_VALUE_LIST, &capability.webviews, false},
        {"permissions", TB_VALUE_LIST, &capability.permissions, true},
        {"platforms", TB_VALUE_LIST | TB_VALUE_NULL, &platforms, false},
    };
    bool ok =
        tb_value_fields(report, map, "a capability", wants, TB_ARRAY_LEN(wants), TB_UNKNOWN_WARN);
    check_globs(report, capability.windows, "`windows`");
    check_globs(report, capability.webviews, "`webviews`");
    capability.urls = read_remote(report, remote);
    capability.active = tb_platform_active(report, platforms, found->policy->inputs->target);
    capability.local = !local || local->boolean;
    capability.identifier = tb_value_text(identifier);
    if (ok)
        add(found, &capability);
}

static void read_list(struct found *found, const struct tb_value *list)
{
    for (const struct tb_value *item = list->child; item; item = item->next) {
        if (item->type == TB_VALUE_MAP)
            read_one(found, item);
        else
            tb_report_error(found->report, "type", item->place,
                            "each capability must be a table, not %s",
                            tb_value_type_name(item->type));
    }
}

static void tell_siblings(struct found *found, const struct tb_value *root)
{
    for (const struct tb_value *child = root->child; child; child = child->next)
        if (!tb_bytes_are(child->key, "capabilities") && !tb_bytes_are(child->key, "$schema"))
            tb_report_warning(found->report, "unknown-key", child->place,
                              "`%.*s` is ignored, since beside `capabilities` nothing is read: "
                              "move it into one of them",
                              TB_SHOWN(child->key));
}

/* One capability, a list of them, or a map whose key `capabilities` is such a list. */
static void read_file(struct found *found, const struct tb_value *root)
{
    const struct tb_value *named = NULL;
    for (const struct tb_value *child = root->child; child; child = child->next)
        if (root->type == TB_VALUE_MAP && tb_bytes_are(child->key, "capabilities"))
            named = child;
    const struct tb_value *list = named ? named : root;
    if (named)
        tell_siblings(found, root);
    if (list->type == TB_VALUE_LIST)
        read_list(found, list);
    else if (!named && root->type == TB_VALUE_MAP)
        read_one(found, root);
    else
        tb_report_error(found->report, "type", list->place,
                        "a capability file must be a table or a list, not %s",
                        tb_value_type_name(list->type));
}

/* By identifier; the same ones by place, so that it is the later that is told of the earlier. */
static int compare(const void *a, const void *b)
{
    const struct tb_capability *left = *(const struct tb_capability *const *)a;
    const struct tb_capability *right = *(const struct tb_capability *const *)b;
    int order = tb_bytes_compare(left->identifier, right->identifier);
    if (order == 0)
        order = strcmp(left->place.file, right->place.file);
    return order != 0
               ? order
               : (left->place.line > right->place.line) - (left->place.line < right->place.line);
}

static void refuse_twins(struct tb_report *report, const struct tb_capability *first)
{
    for (const struct tb_capability *next = first->next; next; first = next, next = next->next)
        if (tb_bytes_equal(first->identifier, next->identifier))
            tb_report_error(report, "duplicate", next->place,
                            "there is a capability `%.*s` already, in %s:%u: give one of them "
                            "another identifier",
                            TB_SHOWN(next->identifier), first->place.file, first->place.line);
}

struct tb_capability *tb_capability_read(struct tb_policy *policy,
                                         const struct tb_document *documents)
{
    struct found found = {.policy = policy, .report = policy->report};
    for (; documents; documents = documents->next)
        read_file(&found, documents->root);
    if (found.n == 0)
        return NULL;
    qsort(found.items, found.n, sizeof *found.items, compare);
    for (size_t i = 0; i + 1 < found.n; i++)
        found.items[i]->next = found.items[i + 1];
    refuse_twins(policy->report, found.items[0]);
    return found.items[0];
}

struct tb_bytes tb_entry_identifier(const struct tb_value *value)
{
    const struct tb_value *child = value->type == TB_VALUE_MAP ? value->child : NULL;
    while (child && !tb_bytes_are(child->key, "identifier"))
        child = child->next;
    return value->type == TB_VALUE_STRING ? value->string : tb_value_text(child);
}

bool tb_entry_read(struct tb_report *report, const struct tb_value *value,
                   struct tb_entry *ret_entry)
{
    struct tb_entry entry = {.place = value->place};
    const struct tb_value *identifier = NULL;
    const struct tb_want wants[] = {
        {"identifier", TB_VALUE_STRING, &identifier, true},
        {"allow", TB_VALUE_LIST | TB_VALUE_NULL, &entry.allow, false},
        {"deny", TB_VALUE_LIST | TB_VALUE_NULL, &entry.deny, false},
    };
    if (value->type == TB_VALUE_MAP) {
        if (!tb_value_fields(report, value, TB_WHAT_ENTRY, wants, TB_ARRAY_LEN(wants),
                             TB_UNKNOWN_WARN))
            return false;
        entry.identifier = identifier->string;
    } else if (value->type == TB_VALUE_STRING) {
        entry.identifier = value->string;
    } else {
        tb_report_error(report, "type", value->place,
                        "each entry of `permissions` must be a string or a table, not %s",
                        tb_value_type_name(value->type));
        return false;
    }
    *ret_entry = entry;
    return true;
}
