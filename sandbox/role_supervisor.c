/*
 * The supervisor: starts everything and waits. Filters are inherited and stack, so this one has to
 * let through what any process of the tree does, on its way into its own sandbox too; it is still a
 * list, and what nobody of us needs stays out of the whole tree.
 */
#include "sandbox/rules.h"

#include <sched.h>

static const struct tb_syscall needs[] = {
    /* its own work */
    ALLOW("clone", "starts processes, in namespaces of their own"),
    ALLOW("execve", "starts programs"),
    ALLOW("execveat", "starts programs"),
    ALLOW("wait4", "how a process ended"),
    ALLOW("waitid", "how a process ended"),
    ALLOW("pidfd_open", "waits for processes beside its links"),
    ALLOW("pidfd_send_signal", "ends processes"),
    ALLOW("kill", "ends processes"),
    ALLOW("tgkill", "abort"),
    ALLOW("socketpair", "makes every link of the tree"),
    ALLOW("setsockopt", "plugins without `network` set what they like on their link"),
    ALLOW("memfd_create", "grants and settings; the pool of a plugin"),
    ALLOW("fchmod", "the pool of a plugin is no program"),
    ALLOW("fallocate", "plugins make room in files"),
    ALLOW("inotify_init1", "hears at once that a remembered answer was revoked"),
    ALLOW("inotify_add_watch", "hears at once that a remembered answer was revoked"),
    ALLOW("pipe2", "hears of a failed exec"),
    ALLOW("setsid", "keeps the tree off the terminal"),
    ALLOW("setpgid", "process groups"),
    /* what its children do between exec and their own, narrower list */
    ALLOW("prctl", "layers of its children"),
    ALLOW("prlimit64", "limits of its children"),
    ALLOW("fcntl", "descriptors of its children"),
    ALLOW("mmap", "loads programs"),
    ALLOW("mprotect", "loads programs"),
    ALLOW("openat", "loads programs"),
    ALLOW("newfstatat", "loads programs"),
    ALLOW("open", "loads programs"),
    ALLOW("fstat", "loads programs"),
    ALLOW("stat", "loads programs"),
    ALLOW("lstat", "loads programs"),
    ALLOW("statx", "loads programs"),
    ALLOW("access", "loads programs"),
    ALLOW("readlink", "finds its own installation"),
    ALLOW_IF("unshare", "the launcher of a plugin without `network` leaves it",
             INT(0, CLONE_NEWNET)),
    ALLOW("mount", "an empty root"),
    ALLOW("umount2", "an empty root"),
    ALLOW("pivot_root", "an empty root"),
    ALLOW("open_tree", "folders of a plugin's hull"),
    ALLOW("move_mount", "folders of a plugin's hull"),
    ALLOW("mount_setattr", "folders of a plugin's hull, read only"),
    ALLOW("symlink", "the root of a plugin"),
    ALLOW("symlinkat", "the root of a plugin"),
    ALLOW("mknodat", "the root of a plugin"),
    ALLOW("sched_setscheduler", "the scribe lets others go first"),
    ALLOW("setpriority", "the scribe lets others go first"),
    ALLOW("chmod", "modes of folders that it makes"),
    ALLOW("fchmodat", "modes of folders that it makes"),
    ALLOW("utimensat", "times of files"),
};

/* The most generous first: a call is looked up in the first list that names it. */
static const struct tb_role *const children[] = {&tb_role_plugin_network_launcher,
                                                 &tb_role_plugin,
                                                 &tb_role_policy,
                                                 &tb_role_scribe,
                                                 &tb_role_fs,
                                                 &tb_role_enclave,
                                                 &tb_role_broker,
                                                 &tb_role_hook,
                                                 &tb_role_graft,
                                                 &tb_role_graft_make,
                                                 &tb_role_program_network_children,
                                                 NULL};

const struct tb_role tb_role_supervisor = {
    .name = "supervisor",
    .purpose = "starts, watches and ends the other processes",
    .layers = TB_LAYER_BIT(TB_LAYER_SECCOMP) | TB_LAYER_BIT(TB_LAYER_NNP) |
              TB_LAYER_BIT(TB_LAYER_NODUMP) | TB_LAYER_BIT(TB_LAYER_RLIMITS) |
              TB_LAYER_BIT(TB_LAYER_CAPS),
    .capabilities = UINT64_C(1) << 31, /* CAP_SETFCAP: root's child maps root into its namespace */
    .detached = true,
    .lists = {LIST(needs)},
    .children = children,
};
