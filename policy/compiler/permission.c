#include "policy/compiler/permission.h"

#include "policy/compiler/data/unknown.h"
#include "policy/compiler/identifier.h"
#include "policy/compiler/platform.h"

static bool check_version(struct tb_report *report, const struct tb_value *version)
{
    if (!version || version->integer > 0)
        return true;
    tb_report_error(report, "value", version->place, "`version` must be 1 or more: leave it out");
    return false;
}

/* Tauri takes any string, though a name of other characters can hardly be that of a function. */
static bool check_commands(struct tb_report *report, const struct tb_value *list)
{
    if (!tb_value_strings(report, list, "`commands`"))
        return false;
    for (const struct tb_value *item = list ? list->child : NULL; item; item = item->next)
        if (!tb_command_name_valid(item->string))
            tb_report_warning(report, "command-name", item->place,
                              "`%.*s` cannot be called: names of commands are letters, digits, "
                              "`_`, `-` and `.`, without the plugin's name",
                              TB_SHOWN(item->string));
    return true;
}

static bool read_commands(struct tb_report *report, const struct tb_value *commands,
                          struct tb_permission *permission)
{
    const struct tb_want wants[] = {
        {"allow", TB_VALUE_LIST, &permission->allow, false},
        {"deny", TB_VALUE_LIST, &permission->deny, false},
    };
    if (!commands)
        return true;
    bool ok = tb_value_fields(report, commands, "`commands`", wants, TB_ARRAY_LEN(wants),
                              TB_UNKNOWN_WARN);
    ok = check_commands(report, permission->allow) && ok;
    return check_commands(report, permission->deny) && ok;
}

static bool read_scope(struct tb_report *report, const struct tb_value *scope,
                       struct tb_permission *permission)
{
    const struct tb_want wants[] = {
        {"allow", TB_VALUE_LIST | TB_VALUE_NULL, &permission->scope_allow, false},
        {"deny", TB_VALUE_LIST | TB_VALUE_NULL, &permission->scope_deny, false},
    };
    return !scope ||
           tb_value_fields(report, scope, "`scope`", wants, TB_ARRAY_LEN(wants), TB_UNKNOWN_WARN);
}

static void warn_twice(struct tb_report *report, const char *what, struct tb_bytes identifier,
                       struct tb_place place, struct tb_place earlier)
{
    tb_report_warning(report, "duplicate", place,
                      "the %s `%.*s` is defined again and replaces the one of %s:%u", what,
                      TB_SHOWN(identifier), earlier.file, earlier.line);
}

static struct tb_bytes name_of(struct tb_arena *arena, const struct tb_acl *acl,
                               struct tb_bytes identifier)
{
    if (!acl->plugin)
        return identifier;
    return tb_bytes_of_string(tb_arena_format(arena, "%.*s:%.*s", (int)acl->plugin->name.n,
                                              (const char *)acl->plugin->name.data,
                                              (int)identifier.n, (const char *)identifier.data));
}

/* The later of two with one identifier replaces the earlier, with a warning. */
static void add_permission(struct tb_policy *policy, const struct tb_permission *read,
                           struct tb_acl *acl)
{
    const struct tb_permission *other = tb_table_find(&acl->permission_of, read->identifier);
    struct tb_permission *permission = TB_NEW(policy->arena, struct tb_permission);
    if (other)
        warn_twice(policy->report, "permission", read->identifier, read->place, other->place);
    *permission = *read;
    permission->name = name_of(policy->arena, acl, read->identifier);
    permission->next = acl->permissions;
    acl->permissions = permission;
    tb_table_put(policy->arena, &acl->permission_of, permission->identifier, permission);
}

static void add_set(struct tb_policy *policy, const struct tb_set *read, struct tb_acl *acl)
{
    const struct tb_set *other = tb_table_find(&acl->set_of, read->identifier);
    struct tb_set *set = TB_NEW(policy->arena, struct tb_set);
    if (other)
        warn_twice(policy->report, "set", read->identifier, read->place, other->place);
    *set = *read;
    set->next = acl->sets;
    acl->sets = set;
    tb_table_put(policy->arena, &acl->set_of, set->identifier, set);
}

static void read_permission(struct tb_policy *policy, const struct tb_value *map,
                            struct tb_acl *acl)
{
    struct tb_report *report = policy->report;
    struct tb_permission permission = {.place = map->place};
    const struct tb_value *identifier;
    const struct tb_value *version;
    const struct tb_value *description;
    const struct tb_value *commands;
    const struct tb_value *scope;
    const struct tb_want wants[] = {
        {"identifier", TB_VALUE_STRING, &identifier, true},
        {"version", TB_VALUE_INT | TB_VALUE_NULL, &version, false},
        {"description", TB_VALUE_STRING | TB_VALUE_NULL, &description, false},
        {"commands", TB_VALUE_MAP, &commands, false},
        {"scope", TB_VALUE_MAP, &scope, false},
        {"platforms", TB_VALUE_LIST | TB_VALUE_NULL, &permission.platforms, false},
    };
    bool ok = tb_value_fields(report, map, TB_WHAT_PERMISSION, wants, TB_ARRAY_LEN(wants),
                              TB_UNKNOWN_WARN);
    ok = check_version(report, version) && ok;
    ok = read_commands(report, commands, &permission) && ok;
    ok = read_scope(report, scope, &permission) && ok;
    permission.active = tb_platform_active(report, permission.platforms, policy->inputs->target);
    permission.identifier = tb_value_text(identifier);
    if (ok)
        add_permission(policy, &permission, acl);
}

static void read_set(struct tb_policy *policy, const struct tb_value *map, struct tb_acl *acl)
{
    struct tb_report *report = policy->report;
    const struct tb_value *identifier;
    const struct tb_value *description;
    const struct tb_value *members;
    const struct tb_want wants[] = {
        {"identifier", TB_VALUE_STRING, &identifier, true},
        {"description", TB_VALUE_STRING, &description, true},
        {"permissions", TB_VALUE_LIST, &members, true},
    };
    bool ok =
        tb_value_fields(report, map, TB_WHAT_SET, wants, TB_ARRAY_LEN(wants), TB_UNKNOWN_WARN);
    if (tb_value_strings(report, members, "`permissions`") && ok)
        add_set(policy, &(struct tb_set){identifier->string, map->place, members, NULL}, acl);
}

/* `[default]`: the set whose identifier is not in the file. Of several the last one counts. */
static void read_default(struct tb_policy *policy, const struct tb_value *map, struct tb_acl *acl)
{
    struct tb_report *report = policy->report;
    const struct tb_value *version;
    const struct tb_value *description;
    const struct tb_value *members;
    const struct tb_want wants[] = {
        {"version", TB_VALUE_INT | TB_VALUE_NULL, &version, false},
        {"description", TB_VALUE_STRING | TB_VALUE_NULL, &description, false},
        {"permissions", TB_VALUE_LIST, &members, true},
    };
    bool ok =
        tb_value_fields(report, map, "[default]", wants, TB_ARRAY_LEN(wants), TB_UNKNOWN_WARN);
    ok = tb_value_strings(report, members, "`permissions`") && ok;
    if (!check_version(report, version) || !ok)
        return;
    struct tb_set *set = TB_NEW(report->arena, struct tb_set);
    *set = (struct tb_set){tb_bytes_of_string("default"), map->place, members, NULL};
    if (acl->default_set)
        warn_twice(report, "set", set->identifier, set->place, acl->default_set->place);
    acl->default_set = set;
}

/* The maps of a list; whatever else is in it is an error. */
static const struct tb_value *next_map(struct tb_report *report, const struct tb_value *item,
                                       const char *what)
{
    for (; item && item->type != TB_VALUE_MAP; item = item->next)
        tb_report_error(report, "type", item->place, "each `%s` must be a table, not %s", what,
                        tb_value_type_name(item->type));
    return item;
}

static void read_file(struct tb_policy *policy, const struct tb_value *root, struct tb_acl *acl)
{
    struct tb_report *report = policy->report;
    const struct tb_value *default_set;
    const struct tb_value *sets;
    const struct tb_value *permissions;
    const struct tb_want wants[] = {
        {"default", TB_VALUE_MAP | TB_VALUE_NULL, &default_set, false},
        {"set", TB_VALUE_LIST, &sets, false},
        {"permission", TB_VALUE_LIST, &permissions, false},
    };
    if (root->type != TB_VALUE_MAP) {
        tb_report_error(report, "type", root->place, "a permission file must be a table, not %s",
                        tb_value_type_name(root->type));
        return;
    }
    tb_value_fields(report, root, TB_WHAT_PERMISSION_FILE, wants, TB_ARRAY_LEN(wants),
                    TB_UNKNOWN_WARN);
    if (default_set)
        read_default(policy, default_set, acl);
    const struct tb_value *item = sets ? sets->child : NULL;
    while ((item = next_map(report, item, "set"))) {
        read_set(policy, item, acl);
        item = item->next;
    }
    item = permissions ? permissions->child : NULL;
    while ((item = next_map(report, item, "permission"))) {
        read_permission(policy, item, acl);
        item = item->next;
    }
}

void tb_permission_read(struct tb_policy *policy, const struct tb_document *documents,
                        struct tb_acl *acl)
{
    for (; documents; documents = documents->next)
        read_file(policy, documents->root, acl);
}
