/* Permissions and sets that the developer wrote: of the app, and of plugins that lie in it. */
#include "policy/compiler/lint/parts.h"

#include "policy/compiler/identifier.h"

static void unreachable(struct tb_lint *lint, const char *what, struct tb_bytes name,
                        struct tb_place place)
{
    struct tb_identifier identifier;
    const char *wrong = tb_identifier_parse(name, &identifier);
    if (!tb_lint_is_own(place))
        return;
    if (!wrong && identifier.key.n > 0)
        wrong = "what stands before a `:` names a plugin; in a plugin's own files it is left out";
    if (!wrong && tb_bytes_are(name, "default"))
        wrong = "`default` is the set of `[default]`, whatever else has the name";
    if (wrong)
        tb_report_warning(lint->report, "unreachable", place,
                          "no capability can name the %s `%.*s`: %s", what, TB_SHOWN(name), wrong);
}

static void platforms_never(struct tb_lint *lint, const struct tb_permission *permission)
{
    const struct tb_value *platforms = permission->platforms;
    if (platforms && platforms->n == 0 && tb_lint_is_own(permission->place))
        tb_report_warning(lint->report, "platforms-never", platforms->place,
                          "an empty list is no platform, so that the permission `%.*s` never "
                          "counts: leave `platforms` out for all",
                          TB_SHOWN(permission->identifier));
}

static void same_name(struct tb_lint *lint, const struct tb_acl *acl, const struct tb_set *set)
{
    const struct tb_permission *permission = tb_table_find(&acl->permission_of, set->identifier);
    if (permission && tb_lint_is_own(set->place))
        tb_report_warning(lint->report, "same-name", set->place,
                          "`%.*s` is a permission too (%s:%u): in a capability the name is the "
                          "set's, in another set it is the permission's; rename one",
                          TB_SHOWN(set->identifier), permission->place.file,
                          permission->place.line);
}

static void lint_acl(struct tb_lint *lint, const struct tb_acl *acl)
{
    const struct tb_permission *permission = acl->permissions;
    for (; permission; permission = permission->next) {
        unreachable(lint, "permission", permission->identifier, permission->place);
        platforms_never(lint, permission);
    }
    for (const struct tb_set *set = acl->sets; set; set = set->next) {
        unreachable(lint, "set", set->identifier, set->place);
        same_name(lint, acl, set);
    }
}

void tb_lint_permissions(struct tb_lint *lint)
{
    lint_acl(lint, &lint->policy->app);
    for (size_t i = 0; i < lint->compiled->n_plugins; i++)
        lint_acl(lint, &lint->compiled->plugins[i]->acl);
}
