#include "sandbox/role.h"

const struct tb_role *const tb_roles[] = {
    &tb_role_supervisor,
    &tb_role_broker,
    &tb_role_scribe,
    &tb_role_policy,
    &tb_role_plugin,
    &tb_role_plugin_network,
    &tb_role_plugin_exec,
    &tb_role_plugin_network_exec,
    &tb_role_plugin_launcher,
    &tb_role_plugin_network_launcher,
    &tb_role_program,
    &tb_role_program_children,
    &tb_role_program_network,
    &tb_role_program_network_children,
    &tb_role_fs,
    &tb_role_path,
    &tb_role_audit,
    &tb_role_enclave,
    &tb_role_hook,
    &tb_role_graft,
    &tb_role_graft_make,
    NULL,
};
_Static_assert(TB_ARRAY_LEN(tb_roles) - 1 <= TB_ROLES_MAX, "room for each in a report of all");

const struct tb_role *tb_role_find(const char *name)
{
    for (size_t i = 0; tb_roles[i]; i++)
        if (strcmp(tb_roles[i]->name, name) == 0)
            return tb_roles[i];
    return NULL;
}

static bool names(const struct tb_syscall *const *rules, size_t n, const char *syscall)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(rules[i]->name, syscall) == 0)
            return true;
    return false;
}

/* Adds those of the role's entries whose calls the first n do not name; returns the new number. */
static size_t add(const struct tb_role *role, const struct tb_syscall **rules, size_t n)
{
    size_t n_before = n;
    for (size_t l = 0; l < TB_ROLE_LISTS; l++) {
        for (size_t i = 0; i < role->lists[l].n; i++) {
            const struct tb_syscall *rule = &role->lists[l].list[i];
            if (names(rules, n_before, rule->name))
                continue;
            tb_assert(n < TB_RULES_MAX);
            rules[n++] = rule;
        }
    }
    return n;
}

size_t tb_role_rules(const struct tb_role *role, const struct tb_syscall *ret_rules[TB_RULES_MAX])
{
    size_t n = add(role, ret_rules, 0);
    for (size_t i = 0; role->children && role->children[i]; i++)
        n = add(role->children[i], ret_rules, n);
    return n;
}

static bool meets(const struct tb_condition *condition, const uint64_t args[static 6], pid_t self)
{
    uint64_t arg = args[condition->arg];
    switch (condition->when) {
    case TB_WHEN_ALWAYS:
        return true;
    case TB_WHEN_MASKED:
        return (arg & condition->mask) == condition->value;
    case TB_WHEN_NOT:
        return arg != condition->value;
    case TB_WHEN_SELF:
        return arg == (uint64_t)self;
    case TB_WHEN_NOT_SELF:
        return arg != (uint64_t)self;
    }
    return false;
}

static bool applies(const struct tb_syscall *rule, const uint64_t args[static 6], pid_t self)
{
    bool all = true;
    for (size_t i = 0; i < TB_ARRAY_LEN(rule->conditions); i++)
        all = all && meets(&rule->conditions[i], args, self);
    return all;
}

int tb_role_judge(const struct tb_role *role, const char *syscall, const uint64_t args[static 6],
                  pid_t self)
{
    const struct tb_syscall *rules[TB_RULES_MAX];
    size_t n = tb_role_rules(role, rules);
    for (size_t i = 0; i < n; i++)
        if (strcmp(rules[i]->name, syscall) == 0 && applies(rules[i], args, self))
            return rules[i]->error;
    return TB_SYSCALL_KILLED;
}
