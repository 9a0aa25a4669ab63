/*
 * The kernel's numbers and structures that Debian 12's headers (Linux 6.1) do not know yet, and raw
 * calls for what its libc has no wrapper for. The names are our own, so that newer headers, which
 * do know them, never clash.
 */
#pragma once

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Landlock, up to ABI 7. */
#define TB_LANDLOCK_CREATE_VERSION  (1U << 0)
#define TB_LANDLOCK_RULE_PATH       1
#define TB_LANDLOCK_FS_EXECUTE      (UINT64_C(1) << 0)
#define TB_LANDLOCK_FS_WRITE_FILE   (UINT64_C(1) << 1)
#define TB_LANDLOCK_FS_READ_FILE    (UINT64_C(1) << 2)
#define TB_LANDLOCK_FS_READ_DIR     (UINT64_C(1) << 3)
#define TB_LANDLOCK_FS_REMOVE_DIR   (UINT64_C(1) << 4)
#define TB_LANDLOCK_FS_REMOVE_FILE  (UINT64_C(1) << 5)
#define TB_LANDLOCK_FS_MAKE_DIR     (UINT64_C(1) << 7)
#define TB_LANDLOCK_FS_MAKE_REG     (UINT64_C(1) << 8)
#define TB_LANDLOCK_FS_ABI_1        ((UINT64_C(1) << 13) - 1)
#define TB_LANDLOCK_FS_REFER        (UINT64_C(1) << 13) /* ABI 2 */
#define TB_LANDLOCK_FS_TRUNCATE     (UINT64_C(1) << 14) /* ABI 3 */
#define TB_LANDLOCK_FS_IOCTL_DEV    (UINT64_C(1) << 15) /* ABI 5 */
#define TB_LANDLOCK_NET_BIND_TCP    (UINT64_C(1) << 0)  /* ABI 4 */
#define TB_LANDLOCK_NET_CONNECT_TCP (UINT64_C(1) << 1)
#define TB_LANDLOCK_SCOPE_ABSTRACT  (UINT64_C(1) << 0) /* ABI 6 */
#define TB_LANDLOCK_SCOPE_SIGNAL    (UINT64_C(1) << 1)

#define TB_MADV_COLLAPSE 25 /* Linux 6.1 */

struct tb_landlock_ruleset {
    uint64_t fs;
    uint64_t net;
    uint64_t scoped;
};

struct tb_landlock_path {
    uint64_t allowed;
    int32_t parent_fd;
} __attribute__((packed));

static inline int tb_landlock_create(const struct tb_landlock_ruleset *ruleset, size_t n,
                                     uint32_t flags)
{
    return (int)syscall(SYS_landlock_create_ruleset, ruleset, n, flags);
}

static inline int tb_landlock_add_path(int ruleset, const struct tb_landlock_path *rule)
{
    return (int)syscall(SYS_landlock_add_rule, ruleset, TB_LANDLOCK_RULE_PATH, rule, 0);
}

static inline int tb_landlock_restrict(int ruleset)
{
    return (int)syscall(SYS_landlock_restrict_self, ruleset, 0);
}

/* prctl */
#define TB_PR_SET_MDWE        65
#define TB_PR_MDWE_REFUSE     (1UL << 0)
#define TB_PR_MDWE_NO_INHERIT (1UL << 1)
#define TB_PR_CAP_AMBIENT     47
#define TB_PR_AMBIENT_CLEAR   4
#define TB_SECBITS_LOCKED_NONE                                                                     \
    0xefUL /* noroot, no setuid fixup, no keepcaps, no ambient: locked                             \
            */

/* Mounts, since Linux 5.2 and 5.12. */
#define TB_OPEN_TREE_CLONE   1U
#define TB_OPEN_TREE_CLOEXEC 02000000U
#define TB_AT_RECURSIVE      0x8000U
#define TB_AT_EMPTY_PATH     0x1000U
#define TB_MOVE_FROM_EMPTY   0x04U
#define TB_MOVE_TO_EMPTY     0x40U
#define TB_MOUNT_RDONLY      UINT64_C(0x1)
#define TB_MOUNT_NOSUID      UINT64_C(0x2)
#define TB_MOUNT_NODEV       UINT64_C(0x4)
#define TB_MOUNT_NOEXEC      UINT64_C(0x8)

struct tb_mount_attr {
    uint64_t set;
    uint64_t clear;
    uint64_t propagation;
    uint64_t userns_fd;
};

static inline int tb_open_tree(int dir, const char *path, uint32_t flags)
{
    return (int)syscall(SYS_open_tree, dir, path, flags);
}

/* Moves a detached mount onto the file that `to` stands for. */
static inline int tb_move_mount(int mount, int to)
{
    return (int)syscall(SYS_move_mount, mount, "", to, "", TB_MOVE_FROM_EMPTY | TB_MOVE_TO_EMPTY);
}

static inline int tb_mount_setattr(int mount, uint32_t flags, struct tb_mount_attr *attr)
{
    return (int)syscall(SYS_mount_setattr, mount, "", flags | TB_AT_EMPTY_PATH, attr, sizeof *attr);
}

static inline int tb_pivot_root(const char *new_root, const char *put_old)
{
    return (int)syscall(SYS_pivot_root, new_root, put_old);
}

/* openat2, since Linux 5.6 */
#define TB_RESOLVE_NO_XDEV       0x01U
#define TB_RESOLVE_NO_MAGICLINKS 0x02U
#define TB_RESOLVE_NO_SYMLINKS   0x04U
#define TB_RESOLVE_BENEATH       0x08U
#define TB_RESOLVE_IN_ROOT       0x10U

struct tb_open_how {
    uint64_t flags;
    uint64_t mode;
    uint64_t resolve;
};

static inline int tb_openat2(int dir, const char *path, const struct tb_open_how *how)
{
    return (int)syscall(SYS_openat2, dir, path, how, sizeof *how);
}

/* Opens a path below `root`, through links that stay below it; EXDEV where one leads out. A rename
 * or mount anywhere, while the kernel follows a `..` of a link, is EAGAIN, which says nothing of
 * this path. */
static inline int tb_open_below(int root, const char *path, uint64_t flags)
{
    const struct tb_open_how how = {.flags = flags,
                                    .resolve = TB_RESOLVE_BENEATH | TB_RESOLVE_NO_MAGICLINKS};
    int fd = -1;
    for (int i = 0; i < 1000; i++) {
        fd = tb_openat2(root, path, &how);
        if (fd >= 0 || errno != EAGAIN)
            break;
    }
    return fd;
}

#define TB_CLOSE_RANGE_CLOEXEC 4U

static inline int tb_close_range(unsigned first, unsigned last, unsigned flags)
{
    return (int)syscall(SYS_close_range, first, last, flags);
}

static inline int tb_execveat(int dir, const char *path, char *const argv[], char *const env[],
                              int flags)
{
    return (int)syscall(SYS_execveat, dir, path, argv, env, flags);
}
