#include "tests/sandbox/try.h"

#include "base/result.h"
#include "sandbox/linux.h"

#include <errno.h>
#include <poll.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>

/* A call that has not returned by then blocks, and so was let through. */
enum { BLOCKED_MS = 3000 };

enum { PHASE_START = 0, PHASE_REFUSED, PHASE_CALLING, PHASE_RETURNED };

struct shared {
    volatile int phase;
    volatile long result;
};

/* Inline, so that a child of vfork returns through nobody's stack. */
static inline __attribute__((always_inline)) long raw_call(const struct try_call *call)
{
    register long r10 __asm__("r10") = (long)call->args[3];
    register long r8 __asm__("r8") = (long)call->args[4];
    register long r9 __asm__("r9") = (long)call->args[5];
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(call->number), "D"(call->args[0]), "S"(call->args[1]),
                       "d"(call->args[2]), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

static inline __attribute__((always_inline)) long raw_call_i386(const struct try_call *call)
{
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(call->number), "b"(0L) : "memory");
    return result;
}

static inline __attribute__((always_inline)) void raw_exit(void)
{
    __asm__ volatile("syscall" : : "a"(SYS_exit_group), "D"(0) : "rcx", "r11", "memory");
}

tb_noreturn static void child(const struct tb_role *role, struct try_call call,
                              struct shared *shared)
{
    struct tb_layers layers;
    struct tb_sandbox_options options = {.root = TB_ROOT_EMPTY};
    if (call.args_self)
        call.args[0] = (uint64_t)getpid();
    if (tb_sandbox_enter(role, &options, &layers) != TB_OK) {
        shared->phase = PHASE_REFUSED;
        _exit(0);
    }
    shared->phase = PHASE_CALLING;
    long result = call.i386 ? raw_call_i386(&call) : raw_call(&call);
    shared->result = result;
    shared->phase = PHASE_RETURNED;
    raw_exit();
    __builtin_trap();
}

static int wait_or_kill(pid_t pid, siginfo_t *ret_info)
{
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    struct pollfd end = {.fd = pidfd, .events = POLLIN};
    if (pidfd < 0 || poll(&end, 1, BLOCKED_MS) == 0)
        kill(pid, SIGKILL);
    close(pidfd);
    return waitid(P_PID, (id_t)pid, ret_info, WEXITED);
}

static struct try_result judge(const struct shared *shared, const siginfo_t *info)
{
    struct try_result result = {TRY_NO_SANDBOX, 0};
    if (shared->phase == PHASE_RETURNED) {
        bool failed = shared->result < 0 && shared->result > -4096;
        result = (struct try_result){TRY_RAN, failed ? (int)-shared->result : 0};
    } else if (shared->phase == PHASE_CALLING) {
        bool by_seccomp = info->si_code != CLD_EXITED && info->si_status == SIGSYS;
        result.kind = by_seccomp ? TRY_KILLED : TRY_NO_RETURN;
    }
    return result;
}

struct try_result try_call(const struct tb_role *role, const struct try_call *call)
{
    struct shared *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    tb_assert(shared != MAP_FAILED);
    fflush(NULL);
    pid_t pid = fork();
    tb_assert(pid >= 0);
    if (pid == 0)
        child(role, *call, shared);
    siginfo_t info = {0};
    tb_assert(wait_or_kill(pid, &info) == 0);
    struct try_result result = judge(shared, &info);
    munmap(shared, sizeof *shared);
    return result;
}

const char *try_name(long number, char ret_name[static 64])
{
    char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, (int)number);
    if (!name)
        return NULL;
    snprintf(ret_name, 64, "%s", name);
    free(name);
    return ret_name;
}

/* The role with all its answers replaced by an errno that no kernel gives: tells a filter's answer
 * from the kernel's own. */
enum { MARK = 3999 };
struct marked {
    struct tb_role role;
    struct tb_syscall list[TB_RULES_MAX];
};

static void mark(const struct tb_role *role, struct marked *ret_marked)
{
    const struct tb_syscall *rules[TB_RULES_MAX];
    size_t n = tb_role_rules(role, rules);
    for (size_t i = 0; i < n; i++) {
        ret_marked->list[i] = *rules[i];
        if (rules[i]->error)
            ret_marked->list[i].error = MARK;
    }
    ret_marked->role = *role;
    ret_marked->role.children = NULL;
    memset(ret_marked->role.lists, 0, sizeof ret_marked->role.lists);
    ret_marked->role.lists[0] = (struct tb_syscalls){ret_marked->list, n};
}

static bool answered_by_filter(const struct tb_role *entered, const struct try_call *call)
{
    static struct marked marked;
    mark(entered, &marked);
    return try_call(&marked.role, call).error == MARK;
}

/*
 * uretprobe and uprobe of Linux 6.11 and 6.18 go round every filter by the kernel's own design: the
 * code that a tracer's probe puts into a process must work in any sandbox. Called by anybody else
 * they do nothing but fail, in this one way each.
 */
enum { SYSCALL_URETPROBE = 335, SYSCALL_UPROBE = 336 };
static bool is_beyond_seccomp(long number, struct try_result got)
{
    return (number == SYSCALL_URETPROBE && got.kind == TRY_NO_RETURN) ||
           (number == SYSCALL_UPROBE && got.kind == TRY_RAN && got.error == ENXIO);
}

static bool agrees(int expected, struct try_result got, const struct tb_role *entered,
                   const struct try_call *call)
{
    if (expected == TB_SYSCALL_KILLED)
        return got.kind == TRY_KILLED;
    if (expected == TB_SYSCALL_ALLOWED)
        return got.kind == TRY_NO_RETURN ||
               (got.kind == TRY_RAN && !(got.error && answered_by_filter(entered, call)));
    return got.kind == TRY_RAN && got.error == expected;
}

static const char *text_of(int verdict, char text[static 64])
{
    if (verdict == TB_SYSCALL_KILLED)
        return "killed";
    if (verdict == TB_SYSCALL_ALLOWED)
        return "allowed";
    snprintf(text, 64, "answered with %s", strerrorname_np(verdict));
    return text;
}

static const char *text_of_result(struct try_result result, char text[static 64])
{
    if (result.kind == TRY_RAN) {
        snprintf(text, 64, "ran (%s)", result.error ? strerrorname_np(result.error) : "0");
        return text;
    }
    return result.kind == TRY_KILLED      ? "killed"
           : result.kind == TRY_NO_RETURN ? "ran, did not return"
                                          : "no sandbox";
}

static bool check(const struct tb_role *entered, const struct tb_role *table, long number,
                  FILE *out)
{
    struct try_call call = {.number = number};
    memset(call.args, 0xff, sizeof call.args);
    char name[64] = "";
    const char *known = try_name(number, name);
    int expected = known ? tb_role_judge(table, known, call.args, -2) : TB_SYSCALL_KILLED;
    struct try_result got = try_call(entered, &call);
    bool ok = agrees(expected, got, entered, &call) || is_beyond_seccomp(number, got);
    char wanted[64];
    char is[64];
    if (!ok && out)
        fprintf(out, "%s: %s (%ld): table says %s, kernel %s\n", table->name, name, number,
                text_of(expected, wanted), text_of_result(got, is));
    return ok;
}

size_t try_all(const struct tb_role *entered, const struct tb_role *table, long last, void *out)
{
    size_t n_differences = 0;
    for (long number = 0; number <= last; number++)
        n_differences += !check(entered, table, number, out);
    return n_differences;
}
