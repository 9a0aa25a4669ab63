/* The path plugin once it has started: it answers calls out of its memory, and opens nothing. */
#include "sandbox/rules.h"

#include <sys/ioctl.h>

static const struct tb_syscall needs[] = {
    ALLOW("recvmsg", "calls from the broker"),
    ALLOW("sendmsg", "replies to the broker"),
    ALLOW("write", "stderr"),
    ALLOW("poll", "waits for the next call"),
    ALLOW("restart_syscall", "goes on waiting after the machine slept"),
    ALLOW("clock_gettime", "time"),
    ALLOW("close", "gives its link back"),
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
    ANSWER("newfstatat", "looks at no file", EACCES),
    ANSWER_IF("ioctl", "has no terminal", ENOTTY, INT(1, TCGETS)),
};

const struct tb_role tb_role_path = {
    .name = "path",
    .purpose = "the path plugin, once it has started",
    .layers = TB_LAYERS_ALL,
    .lists = {LIST(needs), LIST(refused)},
};
