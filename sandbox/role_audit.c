/* The audit plugin once it has started: it reads the log that it holds, and waits for more. */
#include "sandbox/rules.h"

#include "sandbox/watch.h"

#include <sys/ioctl.h>

static const struct tb_syscall needs[] = {
    ALLOW("recvmsg", "calls from the broker"),
    ALLOW("sendmsg", "replies to the broker"),
    ALLOW("pread64", "the log"),
    ALLOW("lseek", "how long the log is"),
    ALLOW_IF("fanotify_init", "waits for more", INT(0, TB_WATCH_GROUP)),
    ALLOW_IF("fanotify_mark", "waits for more: what it has opened, for changes alone",
             TB_WATCH_MARK),
    ALLOW("read", "that there is more"),
    ALLOW("write", "stderr"),
    ALLOW("poll", "waits for the next call"),
    ALLOW("restart_syscall", "goes on waiting after the machine slept"),
    ALLOW("clock_gettime", "time"),
    ALLOW("getrandom", "ids of what is followed"),
    ALLOW("close", "waits no more"),
    ALLOW("brk", "malloc"),
    ALLOW_IF("mmap", "malloc of large blocks", NO_EXEC),
    ALLOW("munmap", "free of large blocks"),
    ALLOW("mremap", "realloc of large blocks"),
    ALLOW("madvise", "malloc giving memory back"),
    ALLOW("exit_group", "ends"),
};

static const struct tb_syscall refused[] = {
    ANSWER("open", "opens nothing", EACCES),
    ANSWER("openat", "opens nothing", EACCES),
    ANSWER("newfstatat", "looks at no file by name", EACCES),
    ANSWER_IF("ioctl", "has no terminal", ENOTTY, INT(1, TCGETS)),
};

const struct tb_role tb_role_audit = {
    .name = "audit",
    .purpose = "the audit plugin, once it has started",
    .layers = TB_LAYERS_ALL,
    .lists = {LIST(needs), LIST(refused)},
};
