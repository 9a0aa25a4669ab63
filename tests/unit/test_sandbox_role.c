#include "sandbox/role.h"

#include "tests/unit/test.h"

#include <seccomp.h>

static void every_rule_has_a_reason(void)
{
    for (size_t r = 0; tb_roles[r]; r++) {
        const struct tb_syscall *rules[TB_RULES_MAX];
        size_t n = tb_role_rules(tb_roles[r], rules);
        CHECK(n > 0 && tb_role_find(tb_roles[r]->name) == tb_roles[r]);
        for (size_t i = 0; i < n; i++)
            CHECK(rules[i]->name && strlen(rules[i]->reason) > 3 && rules[i]->error >= 0);
    }
    CHECK(!tb_role_find("nobody"));
}

/* A misspelt name would silently be a call that is missing. Those few that this libseccomp is too
 * old for are named here. */
static void every_name_is_a_call(void)
{
    static const char *const newer[] = {"fchmodat2"};
    for (size_t r = 0; tb_roles[r]; r++) {
        const struct tb_syscall *rules[TB_RULES_MAX];
        size_t n = tb_role_rules(tb_roles[r], rules);
        for (size_t i = 0; i < n; i++) {
            bool known = seccomp_syscall_resolve_name(rules[i]->name) != __NR_SCMP_ERROR;
            for (size_t j = 0; j < TB_ARRAY_LEN(newer); j++)
                known |= strcmp(newer[j], rules[i]->name) == 0;
            if (!known)
                fprintf(stderr, "%s: %s\n", tb_roles[r]->name, rules[i]->name);
            CHECK(known);
        }
    }
}

/* What no role of ours may ever do, the launchers included: it is answered with an error to
 * programs that were not written for us, and ends all others. */
static void never(void)
{
    static const char *const calls[] = {
        "ptrace",
        "process_vm_readv",
        "process_vm_writev",
        "io_uring_enter",
        "unshare",
        "setns",
        "bpf",
        "perf_event_open",
        "keyctl",
        "add_key",
        "request_key",
        "kexec_load",
        "kexec_file_load",
        "init_module",
        "finit_module",
        "userfaultfd",
        "open_by_handle_at",
        "name_to_handle_at",
        "acct",
        "swapon",
        "reboot",
        "settimeofday",
        "clock_settime",
        "iopl",
        "ioperm",
        "setuid",
        "setresuid",
        "chroot",
        "personality",
        "pidfd_getfd",
        "process_madvise",
        "kcmp",
        "syslog",
        "quotactl",
        "sethostname",
    };
    const uint64_t args[6] = {0};
    for (size_t r = 0; tb_roles[r]; r++)
        for (size_t i = 0; i < TB_ARRAY_LEN(calls); i++)
            CHECK(tb_role_judge(tb_roles[r], calls[i], args, 1) != TB_SYSCALL_ALLOWED);
}

static bool sample(const struct tb_syscall *rule, pid_t self, uint64_t ret_args[static 6])
{
    memset(ret_args, 0, 6 * sizeof ret_args[0]);
    for (size_t i = 0; i < TB_ARRAY_LEN(rule->conditions); i++) {
        const struct tb_condition *condition = &rule->conditions[i];
        if (condition->when == TB_WHEN_MASKED)
            ret_args[condition->arg] = condition->value;
        else if (condition->when == TB_WHEN_NOT)
            ret_args[condition->arg] = condition->value + 1;
        else if (condition->when == TB_WHEN_SELF)
            ret_args[condition->arg] = (uint64_t)self;
        else if (condition->when == TB_WHEN_NOT_SELF)
            ret_args[condition->arg] = (uint64_t)self + 1;
    }
    return rule->error == 0;
}

/* Filters stack, and the most severe answer wins: what a child may do, or is only answered for, the
 * supervisor's filter must not kill. */
static size_t n_stopped_by(const struct tb_role *parent, const struct tb_role *child, FILE *out)
{
    enum { PARENT = 100, CHILD = 200 };
    const struct tb_syscall *rules[TB_RULES_MAX];
    size_t n = tb_role_rules(child, rules);
    size_t n_stopped = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t args[6];
        bool allowed = sample(rules[i], CHILD, args);
        int verdict = tb_role_judge(parent, rules[i]->name, args, PARENT);
        bool stopped = allowed ? verdict != TB_SYSCALL_ALLOWED : verdict == TB_SYSCALL_KILLED;
        n_stopped += stopped;
        if (stopped && out)
            fprintf(out, "%s's %s is stopped by %s\n", child->name, rules[i]->name, parent->name);
    }
    return n_stopped;
}

static void supervisor_lets_its_children_work(void)
{
    for (size_t r = 0; tb_roles[r]; r++)
        CHECK_INT(n_stopped_by(&tb_role_supervisor, tb_roles[r], stderr), 0);
    CHECK_INT(n_stopped_by(&tb_role_plugin, &tb_role_fs, stderr), 0);
    CHECK_INT(n_stopped_by(&tb_role_plugin, &tb_role_path, stderr), 0);
    CHECK_INT(n_stopped_by(&tb_role_plugin, &tb_role_audit, stderr), 0);
    CHECK_INT(n_stopped_by(&tb_role_plugin, &tb_role_enclave, stderr), 0);
}

/* The check above finds a parent that is too narrow. */
static void a_narrow_parent_is_found(void)
{
    struct tb_role narrow = tb_role_supervisor;
    narrow.children = NULL;
    CHECK(n_stopped_by(&narrow, &tb_role_fs, NULL) > 0);
}

static void conditions(void)
{
    static const struct tb_syscall list[] = {
        {.name = "a", .conditions = {{TB_WHEN_MASKED, 1, 0xff, 0x12}, {TB_WHEN_NOT, 0, 0, 5}}},
        {.name = "a", .error = 7, .conditions = {{TB_WHEN_SELF, 0, 0, 0}}},
        {.name = "b", .error = 9, .conditions = {{TB_WHEN_NOT_SELF, 0, 0, 0}}},
    };
    const struct tb_role role = {.name = "x", .lists = {{list, TB_ARRAY_LEN(list)}}};
    CHECK_INT(tb_role_judge(&role, "a", (uint64_t[6]){0, 0xf12}, 5), TB_SYSCALL_ALLOWED);
    CHECK_INT(tb_role_judge(&role, "a", (uint64_t[6]){0, 0x13}, 5), TB_SYSCALL_KILLED);
    CHECK_INT(tb_role_judge(&role, "a", (uint64_t[6]){5, 0x12}, 5), 7);
    CHECK_INT(tb_role_judge(&role, "b", (uint64_t[6]){4}, 5), 9);
    CHECK_INT(tb_role_judge(&role, "b", (uint64_t[6]){5}, 5), TB_SYSCALL_KILLED);
    CHECK_INT(tb_role_judge(&role, "c", (uint64_t[6]){0}, 5), TB_SYSCALL_KILLED);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(every_rule_has_a_reason),           TEST(every_name_is_a_call),     TEST(never),
        TEST(supervisor_lets_its_children_work), TEST(a_narrow_parent_is_found), TEST(conditions),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
