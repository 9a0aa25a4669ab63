/*
 * Sets hold sets, of their own plugin or of others, and `default` of either. The way down from the
 * capability is kept as a chain; a set that is on it already closes a circle.
 */
#include "policy/compiler/expand.h"

#include "policy/compiler/identifier.h"
#include "policy/compiler/plugin.h"
#include "policy/compiler/spelling.h"

enum { EXPANSION_MAX = 16384, CHAIN_MAX = 64 };

struct work {
    struct tb_policy *policy;
    struct tb_expansion result;
    struct tb_place place; /* of the capability's entry */
    size_t n_sets;         /* gone into: sets of nothing but sets would never fill the result */
    bool too_many;
};

static void expand_set(struct work *work, struct tb_acl *acl, const struct tb_set *set,
                       const struct tb_way *up);

static const char *acl_name(struct tb_policy *policy, const struct tb_acl *acl)
{
    return acl->plugin ? tb_arena_string(policy->arena, acl->plugin->name) : "the app";
}

static bool too_many(struct work *work, size_t n)
{
    if (n < EXPANSION_MAX)
        return false;
    tb_report_error(work->policy->report, "too-large", work->place,
                    "this entry stands for more than 16384 permissions: name fewer sets");
    work->too_many = true;
    return true;
}

static void add(struct work *work, struct tb_acl *acl, const struct tb_permission *permission,
                const struct tb_way *up)
{
    struct tb_expansion *result = &work->result;
    if (!permission->active || too_many(work, result->n))
        return;
    result->items =
        tb_arena_grow(work->policy->arena, result->items, result->n, sizeof *result->items);
    result->items[result->n++] = (struct tb_expanded){acl, permission, up};
}

static void expand_default(struct work *work, struct tb_acl *acl, const struct tb_way *up)
{
    if (acl->default_set)
        expand_set(work, acl, acl->default_set, up);
    else
        tb_report_warning(work->policy->report, "no-default", work->place,
                          "%s has no default permissions, so that this grants nothing: name "
                          "those that are needed",
                          acl_name(work->policy, acl));
}

/* Tauri's build makes permissions of the commands that build.rs names, and projects seldom commit
 * them. */
static const char *unbuilt_hint(const struct tb_policy *policy)
{
    bool unbuilt = policy->tauri && policy->manifests.n == 0;
    return unbuilt ? "; if `build.rs` names its command, build the project once" : "";
}

/* A member's own prefix counts only where it names a plugin that is there. */
static void expand_member(struct work *work, struct tb_acl *acl, const struct tb_value *member,
                          const struct tb_way *up)
{
    struct tb_policy *policy = work->policy;
    struct tb_identifier identifier;
    const char *wrong = tb_identifier_parse(member->string, &identifier);
    if (wrong) {
        tb_report_error(policy->report, "identifier", member->place, "`%.*s`: %s",
                        TB_SHOWN(member->string), wrong);
        return;
    }
    struct tb_acl *other = identifier.key.n > 0 ? tb_plugin_acl(policy, identifier.key) : NULL;
    struct tb_bytes name = other ? identifier.base : member->string;
    struct tb_acl *in = other ? other : acl;
    const struct tb_permission *permission = tb_table_find(&in->permission_of, name);
    const struct tb_set *set = tb_table_find(&in->set_of, name);
    if (tb_bytes_are(name, "default"))
        expand_default(work, in, up);
    else if (permission)
        add(work, in, permission, up);
    else if (set)
        expand_set(work, in, set, up);
    else
        tb_report_error(policy->report, "unknown-permission", member->place,
                        "`%.*s` of the set `%.*s` is neither a permission nor a set of %s%s",
                        TB_SHOWN(member->string), TB_SHOWN(up->set->identifier),
                        acl_name(policy, in), unbuilt_hint(policy));
}

static bool closes_circle(struct work *work, const struct tb_set *set, const struct tb_way *up)
{
    for (const struct tb_way *link = up; link; link = link->up) {
        if (link->set != set)
            continue;
        tb_report_error(work->policy->report, "cycle", set->place,
                        "the set `%.*s` holds itself, by way of `%.*s`: take one out of the other",
                        TB_SHOWN(set->identifier), TB_SHOWN(up->set->identifier));
        return true;
    }
    if (up && up->length == CHAIN_MAX)
        tb_report_error(work->policy->report, "too-large", set->place,
                        "more than 64 sets inside each other");
    return up && up->length == CHAIN_MAX;
}

static void expand_set(struct work *work, struct tb_acl *acl, const struct tb_set *set,
                       const struct tb_way *up)
{
    if (closes_circle(work, set, up) || too_many(work, work->n_sets++))
        return;
    struct tb_way *way = TB_NEW(work->policy->arena, struct tb_way);
    *way = (struct tb_way){up, acl, set, up ? up->length + 1 : 1};
    for (const struct tb_value *member = set->members->child; member && !work->too_many;
         member = member->next)
        expand_member(work, acl, member, way);
}

/* A project that has not been built since it was checked out says nothing of what its build makes:
 * the app's own permissions, where no file has any, and those of plugins, for which ours stand in.
 */
static bool is_unbuilt(const struct tb_policy *policy, const struct tb_acl *acl)
{
    bool silent = policy->tauri && policy->manifests.n == 0 && !policy->whole;
    return silent && (acl->plugin || (!acl->permissions && !acl->sets && !acl->default_set));
}

/* Among the first so many, and for errors that are told. */
static const char *nearest_text(struct work *work, const struct tb_acl *acl, struct tb_bytes name)
{
    enum { OFFERS_MAX = 1000 };
    struct tb_nearest nearest = {.wanted = name};
    size_t n = work->policy->report->n_errors < TB_ERRORS_MAX ? OFFERS_MAX : 0;
    for (const struct tb_set *set = acl->sets; set && n > 0; set = set->next, n--)
        tb_nearest_offer(&nearest, set->identifier);
    for (const struct tb_permission *other = acl->permissions; other && n > 0;
         other = other->next, n--)
        tb_nearest_offer(&nearest, other->identifier);
    return tb_nearest_text(work->policy->arena, &nearest, "");
}

static void unknown_permission(struct work *work, const struct tb_acl *acl, struct tb_bytes name)
{
    if (is_unbuilt(work->policy, acl)) {
        tb_plugin_tell_unbuilt(work->policy, acl, name, work->place);
        return;
    }
    const char *near = nearest_text(work, acl, name);
    const char *some = "";
    size_t n = 0;
    for (const struct tb_permission *other = acl->permissions; other && n < 20; other = other->next)
        some = tb_arena_format(work->policy->arena, "%s%s%.*s", some, n++ ? ", " : "",
                               TB_SHOWN(other->identifier));
    tb_report_error(work->policy->report, "unknown-permission", work->place,
                    "%s has no permission or set `%.*s`%s%s; it has %s%s%s",
                    acl_name(work->policy, acl), TB_SHOWN(name), *near ? ": write " : "", near,
                    n > 0 ? some : "none", n == 20 ? ", ..." : "", unbuilt_hint(work->policy));
}

/* At the top a set hides a permission of the same name; inside a set it is the other way round. */
static void expand_top(struct work *work, struct tb_acl *acl, struct tb_bytes name)
{
    const struct tb_set *set = tb_table_find(&acl->set_of, name);
    const struct tb_permission *permission = tb_table_find(&acl->permission_of, name);
    if (tb_bytes_are(name, "default"))
        expand_default(work, acl, NULL);
    else if (set)
        expand_set(work, acl, set, NULL);
    else if (permission)
        add(work, acl, permission, NULL);
    else
        unknown_permission(work, acl, name);
}

struct tb_expansion tb_expand(struct tb_policy *policy, struct tb_bytes text, struct tb_place place)
{
    struct work work = {.policy = policy, .place = place};
    struct tb_identifier identifier;
    const char *wrong = tb_identifier_parse(text, &identifier);
    if (wrong) {
        tb_report_error(policy->report, "identifier", place, "`%.*s`: %s", TB_SHOWN(text), wrong);
        return work.result;
    }
    struct tb_acl *acl = tb_plugin_acl(policy, identifier.key);
    if (acl)
        expand_top(&work, acl, identifier.base);
    else
        tb_plugin_tell_missing(policy, identifier.key, place);
    return work.result;
}
