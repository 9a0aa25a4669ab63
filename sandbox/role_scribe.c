/* The scribe: appends to one log that was open before it entered its sandbox. */
#include "sandbox/rules.h"

#include <sys/ioctl.h>

static const struct tb_syscall needs[] = {
    ALLOW("read", "records from the broker"),
    ALLOW("recvmsg", "records from the broker"),
    ALLOW("clock_gettime", "time of a record"),
    ALLOW("clock_nanosleep", "gathers records before it writes"),
    ALLOW("restart_syscall", "goes on waiting after the machine slept"),
    ALLOW("write", "appends to the log"),
    ALLOW("ftruncate", "takes a line back that the disk did not take whole"),
    ALLOW("fdatasync", "puts records on disk"),
    ALLOW("close", "gives a link back"),
    ALLOW("brk", "malloc"),
    ALLOW_IF("mmap", "malloc of large blocks", NO_EXEC),
    ALLOW("munmap", "free of large blocks"),
    ALLOW("mremap", "realloc of large blocks"),
    ALLOW("exit_group", "ends"),
};

static const struct tb_syscall refused[] = {
    ANSWER("open", "opens nothing after its start", EACCES),
    ANSWER("openat", "opens nothing after its start", EACCES),
    ANSWER("newfstatat", "looks at no file by name", EACCES),
    ANSWER_IF("ioctl", "has no terminal", ENOTTY, INT(1, TCGETS)),
};

const struct tb_role tb_role_scribe = {
    .name = "scribe",
    .purpose = "writes the audit log",
    .layers = TB_LAYERS_ALL,
    .lists = {LIST(needs), LIST(refused)},
};
