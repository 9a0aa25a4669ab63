/*
 * graft: makes a mount of what a person has picked, and moves it into the namespaces of a plugin;
 * in two processes that run for milliseconds. The first reads nothing that a peer wrote once its
 * list holds, the second what the first says. They have no Landlock: no process under one may move
 * a mount.
 */
#include "sandbox/rules.h"

#include <sched.h>

static const struct tb_syscall ends[] = {
    ALLOW("brk", "malloc"),
    ALLOW("munmap", "free of large blocks"),
    ALLOW("close", "descriptors"),
    ALLOW("exit_group", "ends"),
};

static const struct tb_syscall makes[] = {
    ALLOW("sendmsg", "passes the mount on"),
    ALLOW("openat", "the picked path"),
    ALLOW("openat2", "what is to be covered"),
    ALLOW("fstat", "whether it is what was picked"),
    ALLOW("newfstatat", "whether it is what was picked"),
    ALLOW("stat", "whether it is the root"),
    ALLOW("readlink", "where it is that was picked"),
    ALLOW("mount", "what covers, in its own namespace"),
    ALLOW("mkdirat", "what covers, in its own namespace"),
    ALLOW("mknodat", "what covers, in its own namespace"),
    ALLOW("open_tree", "the mount"),
    ALLOW("mount_setattr", "what may be done in it"),
    ALLOW("move_mount", "puts what covers into its place"),
};

static const struct tb_syscall places[] = {
    ALLOW("recvmsg", "takes the mount"),
    ALLOW_IF("setns", "the plugin's user and mount namespace, where the place is",
             INT(1, CLONE_NEWUSER | CLONE_NEWNS)),
    ALLOW("openat2", "the place for the mount"),
    ALLOW("move_mount", "puts it there"),
};

#define LAYERS                                                                                     \
    (TB_LAYER_BIT(TB_LAYER_SECCOMP) | TB_LAYER_BIT(TB_LAYER_NNP) | TB_LAYER_BIT(TB_LAYER_NODUMP) | \
     TB_LAYER_BIT(TB_LAYER_RLIMITS) | TB_LAYER_BIT(TB_LAYER_CAPS) | TB_LAYER_BIT(TB_LAYER_MDWE))

const struct tb_role tb_role_graft_make = {
    .name = "graft-make",
    .purpose = "makes a mount of what a person has picked",
    .layers = LAYERS | TB_LAYER_BIT(TB_LAYER_USERNS) | TB_LAYER_BIT(TB_LAYER_MOUNT),
    .capabilities = UINT64_C(1) << 21, /* CAP_SYS_ADMIN over its own namespaces: it mounts there */
    .lists = {LIST(makes), LIST(ends)},
};

const struct tb_role tb_role_graft = {
    .name = "graft",
    .purpose = "places what a person has picked before a plugin that runs",
    .layers = LAYERS,
    .lists = {LIST(places), LIST(ends)},
};
