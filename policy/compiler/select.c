/*
 * Without a list in the configuration all capabilities of the files are active. With one only those
 * are that it names, each once, or holds; of two with one identifier the later one counts.
 */
#include "policy/compiler/select.h"

#include "policy/compiler/capability.h"
#include "policy/compiler/data/table.h"

#include <stdlib.h>

struct selection {
    struct tb_policy *policy;
    struct tb_capability *files; /* by identifier */
    struct tb_table by_name;     /* those of the files that no entry has taken */
    struct tb_table chosen;      /* by identifier */
    struct tb_capability **items;
    size_t n;
};

static void choose(struct selection *selection, struct tb_capability *capability)
{
    struct tb_arena *arena = selection->policy->arena;
    struct tb_capability **place = tb_table_find(&selection->chosen, capability->identifier);
    if (!place)
        place = &selection->items[selection->n++];
    *place = capability;
    tb_table_put(arena, &selection->chosen, capability->identifier, place);
}

/* "default, mobile": what there is instead. */
static const char *names(const struct selection *selection)
{
    const char *text = "";
    size_t n = 0;
    for (const struct tb_capability *one = selection->files; one && n < 20; one = one->next, n++)
        text = tb_arena_format(selection->policy->arena, "%s%s%.*s", text, n > 0 ? ", " : "",
                               TB_SHOWN(one->identifier));
    return n > 0 ? text : "none";
}

static void choose_named(struct selection *selection, const struct tb_value *item)
{
    struct tb_capability *capability = tb_table_find(&selection->by_name, item->string);
    struct tb_capability **chosen = tb_table_find(&selection->chosen, item->string);
    if (!capability)
        tb_report_error(selection->policy->report, "unknown-capability", item->place,
                        "there is no capability `%.*s`; the files have %s", TB_SHOWN(item->string),
                        names(selection));
    else if (chosen && *chosen == capability)
        tb_report_error(selection->policy->report, "unknown-capability", item->place,
                        "the capability `%.*s` is named twice: Tauri does not find it the second "
                        "time",
                        TB_SHOWN(item->string));
    else
        choose(selection, capability);
}

/* What a file may be, an entry may not. */
static bool is_list_of_them(const struct tb_value *item)
{
    const struct tb_value *child = item->child;
    while (child && !tb_bytes_are(child->key, "capabilities"))
        child = child->next;
    return child != NULL;
}

static void choose_held(struct selection *selection, const struct tb_value *item)
{
    if (is_list_of_them(item)) {
        tb_report_error(selection->policy->report, "type", item->place,
                        "an entry of `capabilities` holds one capability: write each of them as an "
                        "entry of its own");
        return;
    }
    struct tb_document document = {.root = item};
    struct tb_capability *capability = tb_capability_read(selection->policy, &document);
    if (capability)
        choose(selection, capability);
}

static void choose_all(struct selection *selection, const struct tb_value *list)
{
    for (const struct tb_value *item = list->child; item; item = item->next) {
        if (item->type == TB_VALUE_STRING)
            choose_named(selection, item);
        else if (item->type == TB_VALUE_MAP)
            choose_held(selection, item);
        else
            tb_report_error(selection->policy->report, "type", item->place,
                            "each of `capabilities` must be an identifier or a capability, not %s",
                            tb_value_type_name(item->type));
    }
}

static void tell_inactive(const struct selection *selection, const struct tb_tauri_conf *conf)
{
    for (const struct tb_capability *one = selection->files; one; one = one->next) {
        struct tb_capability **chosen = tb_table_find(&selection->chosen, one->identifier);
        if (!chosen || *chosen != one)
            tb_report_warning(selection->policy->report, "inactive-capability", one->place,
                              "the capability `%.*s` is not in `app.security.capabilities` of %s, "
                              "so that it grants nothing: name it there or remove it",
                              TB_SHOWN(one->identifier), conf->file);
    }
}

static int compare(const void *a, const void *b)
{
    const struct tb_capability *left = *(const struct tb_capability *const *)a;
    const struct tb_capability *right = *(const struct tb_capability *const *)b;
    return tb_bytes_compare(left->identifier, right->identifier);
}

static struct tb_capability *link_all(struct selection *selection)
{
    if (selection->n == 0)
        return NULL;
    qsort(selection->items, selection->n, sizeof(struct tb_capability *), compare);
    for (size_t i = 0; i < selection->n; i++)
        selection->items[i]->next = i + 1 < selection->n ? selection->items[i + 1] : NULL;
    return selection->items[0];
}

struct tb_capability *tb_capability_select(struct tb_policy *policy,
                                           const struct tb_tauri_conf *conf,
                                           const struct tb_document *documents)
{
    struct tb_capability *files = tb_capability_read(policy, documents);
    const struct tb_value *list = conf->capabilities;
    struct selection selection = {.policy = policy, .files = files};
    if (!list || list->n == 0)
        return files;
    for (struct tb_capability *one = files; one; one = one->next)
        tb_table_put(policy->arena, &selection.by_name, one->identifier, one);
    selection.items = tb_arena_get(policy->arena, list->n, sizeof(struct tb_capability *));
    choose_all(&selection, list);
    tell_inactive(&selection, conf);
    return link_all(&selection);
}
