#include "sandbox/landlock.h"

#include "base/fd.h"
#include "sandbox/linux.h"

#include <errno.h>
#include <sys/stat.h>

#define RIGHTS_OF_FILES                                                                            \
    (TB_LANDLOCK_FS_EXECUTE | TB_LANDLOCK_FS_WRITE_FILE | TB_LANDLOCK_FS_READ_FILE |               \
     TB_LANDLOCK_FS_TRUNCATE | TB_LANDLOCK_FS_IOCTL_DEV)

int tb_landlock_abi(void)
{
    int abi = tb_landlock_create(NULL, 0, TB_LANDLOCK_CREATE_VERSION);
    return abi < 0 ? -errno : abi;
}

static struct tb_landlock_ruleset handled_by(int abi, bool connect)
{
    struct tb_landlock_ruleset handled = {.fs = TB_LANDLOCK_FS_ABI_1};
    if (abi >= 2)
        handled.fs |= TB_LANDLOCK_FS_REFER;
    if (abi >= 3)
        handled.fs |= TB_LANDLOCK_FS_TRUNCATE;
    if (abi >= 4)
        handled.net = TB_LANDLOCK_NET_BIND_TCP | (connect ? 0 : TB_LANDLOCK_NET_CONNECT_TCP);
    if (abi >= 5)
        handled.fs |= TB_LANDLOCK_FS_IOCTL_DEV;
    if (abi >= 6)
        handled.scoped = TB_LANDLOCK_SCOPE_ABSTRACT | TB_LANDLOCK_SCOPE_SIGNAL;
    return handled;
}

static uint64_t rights(uint32_t access)
{
    uint64_t all = 0;
    if (access & TB_PATH_READ)
        all |= TB_LANDLOCK_FS_READ_FILE | TB_LANDLOCK_FS_READ_DIR;
    if (access & TB_PATH_WRITE)
        all |= TB_LANDLOCK_FS_WRITE_FILE | TB_LANDLOCK_FS_TRUNCATE | TB_LANDLOCK_FS_MAKE_REG |
               TB_LANDLOCK_FS_MAKE_DIR | TB_LANDLOCK_FS_REMOVE_FILE | TB_LANDLOCK_FS_REMOVE_DIR |
               TB_LANDLOCK_FS_REFER;
    if (access & TB_PATH_EXEC)
        all |= TB_LANDLOCK_FS_EXECUTE | TB_LANDLOCK_FS_READ_FILE;
    if (access & TB_PATH_DEVICE)
        all |= TB_LANDLOCK_FS_IOCTL_DEV;
    return all;
}

static int add_rule(int ruleset, const struct tb_landlock_rule *rule, uint64_t handled)
{
    struct stat status;
    if (fstat(rule->fd, &status) < 0)
        return -errno;
    struct tb_landlock_path path = {.allowed = rights(rule->access) & handled,
                                    .parent_fd = rule->fd};
    if (!S_ISDIR(status.st_mode))
        path.allowed &= RIGHTS_OF_FILES;
    return path.allowed && tb_landlock_add_path(ruleset, &path) < 0 ? -errno : 0;
}

int tb_landlock_enter(const struct tb_landlock_rule *rules, size_t n, bool connect)
{
    int abi = tb_landlock_abi();
    if (abi < 0)
        return abi;
    struct tb_landlock_ruleset handled = handled_by(abi, connect);
    tb_fd ruleset = tb_landlock_create(&handled, sizeof handled, 0);
    if (ruleset < 0)
        return -errno;
    for (size_t i = 0; i < n; i++) {
        int r = add_rule(ruleset, &rules[i], handled.fs);
        if (r < 0)
            return r;
    }
    return tb_landlock_restrict(ruleset) < 0 ? -errno : 0;
}
