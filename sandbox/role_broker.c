/*
 * The broker: one epoll loop over descriptors that others made. At most 16 system calls.
 */
#include "sandbox/rules.h"

#include <sys/ioctl.h>

static const struct tb_syscall needs[] = {
    ALLOW("epoll_wait", "waits for all links at once"),
    ALLOW("epoll_ctl", "adds and removes links"),
    ALLOW("recvmsg", "reads frames; takes a view's link or a grant from host and supervisor"),
    ALLOW("sendmsg", "writes frames without SIGPIPE"),
    ALLOW("write", "says on stderr why an assert failed"),
    ALLOW("pread64", "reads a view's grant, and bodies, from their memory files"),
    ALLOW("pwrite64", "copies bodies to the memory that it shares with a plugin"),
    ALLOW("close", "gives a link back"),
    ALLOW("getrandom", "handles, session keys"),
    ALLOW("clock_gettime", "deadlines, where the machine has no clock in the vDSO"),
    ALLOW("brk", "malloc"),
    ALLOW_IF("mmap", "malloc of large blocks", NO_EXEC),
    ALLOW("munmap", "free of large blocks"),
    ALLOW("mremap", "realloc of large blocks"),
    ALLOW("exit_group", "ends"),
};

/* Not needed, but tried by libraries on their way to report a bug: an errno keeps the report
 * readable where a kill would make every assert look like an attack. */
static const struct tb_syscall refused[] = {
    ANSWER("open", "opens nothing", EACCES),
    ANSWER("openat", "opens nothing", EACCES),
    ANSWER("stat", "looks at no file", EACCES),
    ANSWER("lstat", "looks at no file", EACCES),
    ANSWER("fstat", "looks at no file", EACCES),
    ANSWER("newfstatat", "looks at no file", EACCES),
    ANSWER("statx", "looks at no file", EACCES),
    ANSWER("access", "looks at no file", EACCES),
    ANSWER("readlink", "looks at no file", EACCES),
    ANSWER_IF("ioctl", "has no terminal", ENOTTY, INT(1, TCGETS)),
};

const struct tb_role tb_role_broker = {
    .name = "broker",
    .purpose = "opens, checks and passes on every message",
    .layers = TB_LAYERS_ALL,
    .lists = {LIST(needs), LIST(refused)},
};
