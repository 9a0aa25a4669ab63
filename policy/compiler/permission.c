#include "policy/compiler/permission.h"

#include "policy/compiler/identifier.h"
#include "policy/compiler/platform.h"

static bool check_version(struct tb_report *report, const struct tb_value *version)
{
    if (!version || version->integer > 0)
        return true;
    tb_report_error(report, "value", version->place, "`version` must be 1 or more: leave it out");
    return false;
}

static bool check_commands(struct tb_report *report, const struct tb_value *list)
{
    bool ok = tb_value_strings(report, list, "`commands`");
    for (const struct tb_value *item = ok && list ? list->child : NULL; item; item = item->next) {
        if (tb_command_name_valid(item->string))
            continue;
        tb_report_error(report, "value", item->place,
                        "`%.*s` cannot be a command: names are letters, digits, `_`, `-` and `.`, "
                        "without the plugin's name",
                        TB_SHOWN(item->string));
        ok = false;
    }
    return ok;
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

static void add_permission(struct tb_report *report, const struct tb_permission *read,
                           struct tb_acl *acl)
{
    for (const struct tb_permission *other = acl->permissions; other; other = other->next) {
        if (!tb_bytes_equal(other->identifier, read->identifier))
            continue;
        warn_twice(report, "permission", read->identifier, read->place, other->place);
        break;
    }
    struct tb_permission *permission = TB_NEW(report->arena, struct tb_permission);
    *permission = *read;
    permission->next = acl->permissions;
    acl->permissions = permission;
}

static void read_permission(struct tb_report *report, const struct tb_value *map,
                            struct tb_acl *acl)
{
    struct tb_permission permission = {.place = map->place};
    const struct tb_value *identifier;
    const struct tb_value *version;
    const struct tb_value *description;
    const struct tb_value *commands;
    const struct tb_value *scope;
    const struct tb_value *platforms;
    const struct tb_want wants[] = {
        {"identifier", TB_VALUE_STRING, &identifier, true},
        {"version", TB_VALUE_INT | TB_VALUE_NULL, &version, false},
        {"description", TB_VALUE_STRING | TB_VALUE_NULL, &description, false},
        {"commands", TB_VALUE_MAP, &commands, false},
        {"scope", TB_VALUE_MAP, &scope, false},
        {"platforms", TB_VALUE_LIST | TB_VALUE_NULL, &platforms, false},
    };
    bool ok =
        tb_value_fields(report, map, "a permission", wants, TB_ARRAY_LEN(wants), TB_UNKNOWN_WARN);
    ok = check_version(report, version) && ok;
    ok = read_commands(report, commands, &permission) && ok;
    ok = read_scope(report, scope, &permission) && ok;
    permission.active = tb_platform_active(report, platforms);
    permission.identifier = tb_value_text(identifier);
    if (ok)
        add_permission(report, &permission, acl);
}

/* `[[set]]`, or `[default]`, whose identifier is not in the file. */
static void read_set(struct tb_report *report, const struct tb_value *map, bool is_default,
                     struct tb_acl *acl)
{
    const struct tb_value *identifier;
    const struct tb_value *version;
    const struct tb_value *description;
    const struct tb_value *members;
    const struct tb_want wants[] = {
        {"permissions", TB_VALUE_LIST, &members, true},
        {"description", TB_VALUE_STRING | (is_default ? (unsigned)TB_VALUE_NULL : 0), &description,
         !is_default},
        is_default ? (struct tb_want){"version", TB_VALUE_INT | TB_VALUE_NULL, &version, false}
                   : (struct tb_want){"identifier", TB_VALUE_STRING, &identifier, true},
    };
    bool ok = tb_value_fields(report, map, is_default ? "[default]" : "a set", wants,
                              TB_ARRAY_LEN(wants), TB_UNKNOWN_WARN);
    ok = tb_value_strings(report, members, "`permissions`") && ok;
    ok = (!is_default || check_version(report, version)) && ok;
    if (!ok)
        return;
    struct tb_set *set = TB_NEW(report->arena, struct tb_set);
    *set = (struct tb_set){
        .identifier = is_default ? tb_bytes_of_string("default") : identifier->string,
        .place = map->place,
        .members = members,
    };
    if (is_default) {
        if (acl->default_set)
            warn_twice(report, "set", set->identifier, set->place, acl->default_set->place);
        acl->default_set = set;
        return;
    }
    for (const struct tb_set *other = acl->sets; other; other = other->next) {
        if (!tb_bytes_equal(other->identifier, set->identifier))
            continue;
        warn_twice(report, "set", set->identifier, set->place, other->place);
        break;
    }
    set->next = acl->sets;
    acl->sets = set;
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

static void read_file(struct tb_report *report, const struct tb_value *root, struct tb_acl *acl)
{
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
    tb_value_fields(report, root, "a permission file", wants, TB_ARRAY_LEN(wants), TB_UNKNOWN_WARN);
    if (default_set)
        read_set(report, default_set, true, acl);
    const struct tb_value *item = sets ? sets->child : NULL;
    while ((item = next_map(report, item, "set"))) {
        read_set(report, item, false, acl);
        item = item->next;
    }
    item = permissions ? permissions->child : NULL;
    while ((item = next_map(report, item, "permission"))) {
        read_permission(report, item, acl);
        item = item->next;
    }
}

void tb_permission_read(struct tb_report *report, const struct tb_document *documents,
                        struct tb_acl *acl)
{
    for (; documents; documents = documents->next)
        read_file(report, documents->root, acl);
}
