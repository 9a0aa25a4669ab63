#include "sandbox/filter.h"

#include "sandbox/mode.h"

#include <errno.h>
#include <seccomp.h>
#include <unistd.h>

static void release(scmp_filter_ctx *filter)
{
    if (*filter)
        seccomp_release(*filter);
}

static struct scmp_arg_cmp compare(const struct tb_condition *condition, pid_t self)
{
    switch (condition->when) {
    case TB_WHEN_MASKED:
        return SCMP_CMP(condition->arg, SCMP_CMP_MASKED_EQ, condition->mask, condition->value);
    case TB_WHEN_NOT:
        return SCMP_CMP(condition->arg, SCMP_CMP_NE, condition->value);
    case TB_WHEN_SELF:
        return SCMP_CMP(condition->arg, SCMP_CMP_EQ, (scmp_datum_t)self);
    case TB_WHEN_NOT_SELF:
        return SCMP_CMP(condition->arg, SCMP_CMP_NE, (scmp_datum_t)self);
    case TB_WHEN_ALWAYS:
        break;
    }
    return (struct scmp_arg_cmp){0};
}

static int add_rule(scmp_filter_ctx filter, const struct tb_syscall *rule)
{
    int number = seccomp_syscall_resolve_name(rule->name);
    if (number < 0)
        return 0; /* this machine's architecture has no such call */
    struct scmp_arg_cmp compares[TB_ARRAY_LEN(rule->conditions)];
    unsigned n = 0;
    for (size_t i = 0; i < TB_ARRAY_LEN(rule->conditions); i++)
        if (rule->conditions[i].when != TB_WHEN_ALWAYS)
            compares[n++] = compare(&rule->conditions[i], getpid());
    uint32_t action = rule->error ? SCMP_ACT_ERRNO((uint16_t)rule->error) : SCMP_ACT_ALLOW;
    return seccomp_rule_add_exact_array(filter, action, number, n, compares);
}

static int add_rules(scmp_filter_ctx filter, const struct tb_role *role)
{
    const struct tb_syscall *rules[TB_RULES_MAX];
    size_t n = tb_role_rules(role, rules);
    for (size_t i = 0; i < n; i++) {
        int r = add_rule(filter, rules[i]);
        if (r < 0)
            return r;
    }
    return 0;
}

/* Calls of another architecture (i386, x32) have other numbers: the list does not hold for them. */
static int set_attributes(scmp_filter_ctx filter)
{
    int r = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    if (r == 0)
        r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
    if (r == 0)
        r = seccomp_attr_set(filter, SCMP_FLTATR_API_SYSRAWRC, 1);
    return r;
}

int tb_filter_load(const struct tb_role *role)
{
    tb_cleanup(release) scmp_filter_ctx filter = seccomp_init(tb_mode.unlisted);
    if (!filter)
        return -ENOMEM;
    int r = set_attributes(filter);
    if (r == 0)
        r = add_rules(filter, role);
    if (r == 0)
        r = seccomp_load(filter);
    return r;
}
