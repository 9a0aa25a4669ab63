#include "sandbox/namespaces.h"

#include "base/fd.h"
#include "sandbox/linux.h"
#include "sandbox/mode.h"
#include "sandbox/root.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static unsigned long flags_of(uint32_t namespaces)
{
    static const struct {
        enum tb_layer layer;
        unsigned long flag;
    } flags[] = {
        {TB_LAYER_USERNS, CLONE_NEWUSER}, {TB_LAYER_MOUNT, CLONE_NEWNS},
        {TB_LAYER_PID, CLONE_NEWPID},     {TB_LAYER_NET, CLONE_NEWNET},
        {TB_LAYER_IPC, CLONE_NEWIPC},
    };
    unsigned long all = 0;
    for (size_t i = 0; i < TB_ARRAY_LEN(flags); i++)
        if (namespaces & TB_LAYER_BIT(flags[i].layer))
            all |= flags[i].flag;
    return all;
}

int tb_namespaces_fork(uint32_t namespaces, pid_t *ret_pid, int *ret_pidfd)
{
    int pidfd = -1;
    unsigned long flags = flags_of(namespaces) | SIGCHLD | CLONE_PIDFD;
    /* Raw, since libc's clone wants a stack of its own for the child. */
    long pid = syscall(SYS_clone, flags, NULL, &pidfd, NULL, NULL);
    if (pid < 0)
        return -errno;
    tb_unused tb_fd unwanted = pid > 0 && !ret_pidfd ? pidfd : -1;
    *ret_pid = (pid_t)pid;
    if (pid > 0 && ret_pidfd)
        *ret_pidfd = pidfd;
    return 0;
}

static int write_file(const char *path, const char *text)
{
    tb_fd fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    return tb_fd_write_all(fd, tb_bytes_of_string(text));
}

int tb_namespaces_map(uid_t uid, gid_t gid)
{
    char uids[32];
    char gids[32];
    snprintf(uids, sizeof uids, "0 %u 1\n", (unsigned)uid);
    snprintf(gids, sizeof gids, "0 %u 1\n", (unsigned)gid);
    /* The files belong to root while the process, like its parent, is not dumpable. */
    if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0)
        return -errno;
    int r = write_file("/proc/self/setgroups", "deny");
    if (r == 0)
        r = write_file("/proc/self/uid_map", uids);
    if (r == 0)
        r = write_file("/proc/self/gid_map", gids);
    return r;
}

int tb_namespaces_leave_network(void)
{
    return unshare(CLONE_NEWNET) < 0 ? -errno : 0;
}

tb_noreturn static void try_all(uint32_t namespaces, uid_t uid, gid_t gid)
{
    int r = prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (r == 0)
        r = tb_namespaces_map(uid, gid);
    if (r == 0 && namespaces & TB_LAYER_BIT(TB_LAYER_MOUNT))
        r = tb_root_empty();
    _exit(r == 0 ? 0 : 1);
}

static bool works(uint32_t namespaces)
{
    uid_t uid = geteuid();
    gid_t gid = getegid();
    pid_t pid;
    if (tb_namespaces_fork(namespaces, &pid, NULL) < 0)
        return false;
    if (pid == 0)
        try_all(namespaces, uid, gid);
    siginfo_t info = {0};
    while (waitid(P_PID, (id_t)pid, &info, WEXITED) < 0)
        if (errno != EINTR)
            return false;
    return info.si_code == CLD_EXITED && info.si_status == 0;
}

uint32_t tb_namespaces_probe(void)
{
    if (!tb_mode.namespaces)
        return 0;
    if (works(TB_LAYERS_NAMESPACES))
        return TB_LAYERS_NAMESPACES;
    uint32_t held = TB_LAYER_BIT(TB_LAYER_USERNS);
    if (!works(held))
        return 0;
    for (unsigned layer = 0; layer < TB_N_LAYERS; layer++)
        if (TB_LAYERS_NAMESPACES & TB_LAYER_BIT(layer) && works(held | TB_LAYER_BIT(layer)))
            held |= TB_LAYER_BIT(layer);
    return held;
}
