/*
 * graft: makes a mount of what a person has picked, and moves it into the namespaces of a plugin.
 * Runs for milliseconds, and reads nothing that a peer wrote once this list holds. It has no
 * Landlock: no process under one may move a mount.
 */
#include "sandbox/rules.h"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>

static const struct tb_syscall needs[] = {
    ALLOW_IF("clone", "one process, in a user and mount namespace that goes with it",
             INT(0, CLONE_NEWUSER | CLONE_NEWNS | CLONE_PIDFD | SIGCHLD)),
    ALLOW("wait4", "what that process says"),
    ALLOW("socketpair", "its mount comes from it"),
    ALLOW("sendmsg", "passes the mount on"),
    ALLOW("recvmsg", "takes the mount"),
    ALLOW_IF("prctl", "writes the map of its user namespace", INT(0, PR_SET_DUMPABLE)),
    ALLOW_IF("prctl", "ends with its parent", INT(0, PR_SET_PDEATHSIG)),
    ALLOW("geteuid", "the map of its user namespace"),
    ALLOW("getegid", "the map of its user namespace"),
    ALLOW("openat", "the map of its user namespace, the picked path"),
    ALLOW("openat2", "what is to be covered, the place for the mount"),
    ALLOW("write", "the map of its user namespace"),
    ALLOW("close", "descriptors"),
    ALLOW("fstat", "whether it is what was picked"),
    ALLOW("newfstatat", "whether it is what was picked"),
    ALLOW("stat", "whether it is the root"),
    ALLOW("readlink", "where it is that was picked"),
    ALLOW("mount", "what covers, in its own namespace"),
    ALLOW("mkdirat", "what covers, in its own namespace"),
    ALLOW("mknodat", "what covers, in its own namespace"),
    ALLOW("open_tree", "the mount"),
    ALLOW("mount_setattr", "what may be done in it"),
    ALLOW("move_mount", "puts it into its place"),
    ALLOW_IF("setns", "the plugin's user and mount namespace, where the place is",
             INT(1, CLONE_NEWUSER | CLONE_NEWNS)),
    ALLOW("brk", "malloc"),
    ALLOW("munmap", "free of large blocks"),
    ALLOW("exit_group", "ends"),
};

const struct tb_role tb_role_graft = {
    .name = "graft",
    .purpose = "places what a person has picked before a plugin that runs",
    .layers = TB_LAYER_BIT(TB_LAYER_SECCOMP) | TB_LAYER_BIT(TB_LAYER_NNP) |
              TB_LAYER_BIT(TB_LAYER_NODUMP) | TB_LAYER_BIT(TB_LAYER_RLIMITS) |
              TB_LAYER_BIT(TB_LAYER_CAPS) | TB_LAYER_BIT(TB_LAYER_MDWE),
    .capabilities = UINT64_C(1) << 31, /* CAP_SETFCAP: root's child maps root into its namespace */
    .lists = {LIST(needs)},
};
