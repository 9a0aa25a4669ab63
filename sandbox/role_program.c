/*
 * Programs that a plugin starts for a page, and the plugin that does so. A program is what Debian
 * packages, not written for this list: what its libraries try and can do without is answered with
 * an errno, by name, as the filters of all that stand above it would end it for anything else.
 */
#include "sandbox/rules.h"

#include <sched.h>
#include <signal.h>

#define NAMESPACES                                                                                 \
    (CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS |     \
     CLONE_NEWCGROUP)

static const struct tb_syscall tries[] = {
    ALLOW("pause", "waits for signals"),
    ALLOW("rt_sigpending", "waits for signals"),
    ALLOW("rt_sigsuspend", "waits for signals"),
    ALLOW("signalfd4", "waits for signals"),
    ALLOW("tkill", "ends itself by a signal: the pid namespace holds nobody else"),
    ALLOW("timer_create", "time"),
    ALLOW("timer_settime", "time"),
    ALLOW("timer_gettime", "time"),
    ALLOW("timer_delete", "time"),
    ALLOW("splice", "copies between pipes and files"),
    ALLOW("tee", "copies between pipes"),
    ALLOW("readahead", "reads files sooner"),
    ALLOW("sync_file_range", "writes files sooner"),
    ALLOW("mincore", "asks what of its memory is there"),
    ALLOW("sched_get_priority_max", "thread library"),
    ALLOW("sched_get_priority_min", "thread library"),
    ANSWER("sched_setaffinity", "stays where it is put", EPERM),
    ANSWER("sched_setscheduler", "stays as important as it is", EPERM),
    ANSWER("setpriority", "stays as important as it is", EPERM),
    ANSWER("ioprio_set", "stays as important as it is", EPERM),
    ANSWER("ioprio_get", "stays as important as it is", EPERM),
    ANSWER("setrlimit", "its limits are policy's", EPERM),
    ANSWER("inotify_init", "Landlock does not watch it", ENOSYS),
    ANSWER("inotify_add_watch", "Landlock does not watch it", ENOSYS),
    ANSWER("inotify_rm_watch", "Landlock does not watch it", ENOSYS),
    ANSWER("setuid", "has one user", EPERM),
    ANSWER("setgid", "has one user", EPERM),
    ANSWER("setreuid", "has one user", EPERM),
    ANSWER("setregid", "has one user", EPERM),
    ANSWER("setresuid", "has one user", EPERM),
    ANSWER("setresgid", "has one user", EPERM),
    ANSWER("setgroups", "has one user", EPERM),
    ANSWER("setfsuid", "has one user", EPERM),
    ANSWER("setfsgid", "has one user", EPERM),
    ANSWER("ptrace", "looks into nobody", EPERM),
    ANSWER("process_vm_readv", "looks into nobody", EPERM),
    ANSWER("process_vm_writev", "looks into nobody", EPERM),
    ANSWER("kcmp", "looks into nobody", EPERM),
    ANSWER("perf_event_open", "measures nobody", EPERM),
    ANSWER("bpf", "puts nothing into the kernel", EPERM),
    ANSWER("userfaultfd", "holds nobody up", EPERM),
    ANSWER("add_key", "keyrings are not its own", ENOSYS),
    ANSWER("keyctl", "keyrings are not its own", ENOSYS),
    ANSWER("request_key", "keyrings are not its own", ENOSYS),
    ANSWER("shmget", "shares memory with nobody", ENOSYS),
    ANSWER("semget", "shares memory with nobody", ENOSYS),
    ANSWER("msgget", "shares memory with nobody", ENOSYS),
    ANSWER("mq_open", "shares memory with nobody", ENOSYS),
    ANSWER("get_mempolicy", "memory allocators", ENOSYS),
    ANSWER("set_mempolicy", "memory allocators", ENOSYS),
    ANSWER("mbind", "memory allocators", ENOSYS),
    ANSWER("io_setup", "event loops fall back to epoll", ENOSYS),
    ANSWER("mknod", "makes no devices", EPERM),
    ANSWER("mknodat", "makes no devices", EPERM),
    ANSWER("chroot", "stays in its root", EPERM),
    ANSWER("mount", "mounts nothing", EPERM),
    ANSWER("umount2", "mounts nothing", EPERM),
    ANSWER("pidfd_getfd", "takes nothing from others", EPERM),
    ANSWER("personality", "stays what it is", EPERM),
    ANSWER("sethostname", "has no machine", EPERM),
    ANSWER("syslog", "not its log", EPERM),
    ANSWER("vhangup", "has no terminal", EPERM),
};

/* ---- a program without `children`: itself, and threads ---- */

static const struct tb_syscall single[] = {
    ALLOW("execveat", "becomes the program; Landlock says which"),
    ALLOW("execve", "becomes itself anew; Landlock says that it is"),
    ALLOW_IF("clone", "threads, not processes",
             MASKED(0, NAMESPACES | CLONE_THREAD | CLONE_VM, CLONE_THREAD | CLONE_VM)),
    ANSWER_IF("clone", "has no processes of its own", EPERM, MASKED(0, CLONE_THREAD, 0)),
    ANSWER("fork", "has no processes of its own", EPERM),
    ANSWER("vfork", "has no processes of its own", EPERM),
    ALLOW("kill", "its pid namespace holds nobody else"),
    ALLOW("tgkill", "its pid namespace holds nobody else"),
    ANSWER("wait4", "has no processes of its own", ECHILD),
    ANSWER("waitid", "has no processes of its own", ECHILD),
    ALLOW("setpgid", "process groups"),
    ALLOW("getpgid", "process groups"),
    ALLOW("setsid", "process groups"),
    ANSWER("pidfd_open", "libraries fall back to wait", ENOSYS),
};

/* ---- what starts them ---- */

static const struct tb_syscall launches[] = {
    ALLOW_IF("clone", "a program in a pid namespace of its own, which ends with it",
             MASKED(0, NAMESPACES, CLONE_NEWUSER | CLONE_NEWPID)),
    ALLOW("pidfd_send_signal", "ends a program with all that it has started"),
};

#define PROGRAM_LAYERS                                                                             \
    (TB_LAYER_BIT(TB_LAYER_SECCOMP) | TB_LAYER_BIT(TB_LAYER_LANDLOCK) |                            \
     TB_LAYER_BIT(TB_LAYER_NNP) | TB_LAYER_BIT(TB_LAYER_RLIMITS) | TB_LAYER_BIT(TB_LAYER_USERNS) | \
     TB_LAYER_BIT(TB_LAYER_PID))

const struct tb_role tb_role_program = {
    .name = "program",
    .purpose = "a program that a page may start",
    .layers = PROGRAM_LAYERS,
    .execs = true,
    .lists = {LIST(tb_plugin_needs), LIST(tb_plugin_offline), LIST(single), LIST(tries)},
};

const struct tb_role tb_role_program_children = {
    .name = "program-children",
    .purpose = "such a program with `children`",
    .layers = PROGRAM_LAYERS,
    .execs = true,
    .lists = {LIST(tb_plugin_needs), LIST(tb_plugin_offline), LIST(tb_plugin_programs),
              LIST(tries)},
};

const struct tb_role tb_role_program_network = {
    .name = "program-network",
    .purpose = "such a program with `network`",
    .layers = PROGRAM_LAYERS,
    .execs = true,
    .lists = {LIST(tb_plugin_needs), LIST(tb_plugin_online), LIST(single), LIST(tries)},
};

const struct tb_role tb_role_program_network_children = {
    .name = "program-network-children",
    .purpose = "such a program with `network` and `children`",
    .layers = PROGRAM_LAYERS,
    .execs = true,
    .lists = {LIST(tb_plugin_needs), LIST(tb_plugin_online), LIST(tb_plugin_programs), LIST(tries)},
};

static const struct tb_role *const offline[] = {&tb_role_program_children, &tb_role_program, NULL};
static const struct tb_role *const online[] = {&tb_role_program_network_children,
                                               &tb_role_program_network, &tb_role_program_children,
                                               &tb_role_program, NULL};

const struct tb_role tb_role_plugin_launcher = {
    .name = "plugin-launcher",
    .purpose = "a plugin that starts programs, each in a sandbox of its own",
    .layers = TB_LAYERS_ALL,
    .execs = true,
    .lists = {LIST(tb_plugin_needs), LIST(tb_plugin_offline), LIST(tb_plugin_programs),
              LIST(launches)},
    .children = offline,
};

const struct tb_role tb_role_plugin_network_launcher = {
    .name = "plugin-network-launcher",
    .purpose = "such a plugin, of whose programs some have `network`",
    .layers = TB_LAYERS_ALL & ~TB_LAYER_BIT(TB_LAYER_NET),
    .execs = true,
    .lists = {LIST(tb_plugin_needs), LIST(tb_plugin_online), LIST(tb_plugin_programs),
              LIST(launches)},
    .children = online,
};

const struct tb_role *tb_role_of_program(bool network, bool children)
{
    if (network)
        return children ? &tb_role_program_network_children : &tb_role_program_network;
    return children ? &tb_role_program_children : &tb_role_program;
}
