/* The policy compiler: reads the app's files, writes one result, ends. Runs for milliseconds. */
#include "sandbox/rules.h"

#include <fcntl.h>
#include <sys/ioctl.h>

static const struct tb_syscall needs[] = {
    ALLOW("openat", "the app's policy files; Landlock says which"),
    ALLOW("openat2", "the app's policy files, never through a link"),
    ALLOW("read", "policy files"),
    ALLOW("pread64", "the snapshot"),
    ALLOW("write", "the result, and what is wrong with the files"),
    ALLOW("writev", "the result, and what is wrong with the files"),
    ALLOW("pwrite64", "the result"),
    ALLOW("lseek", "sizes"),
    ALLOW("ftruncate", "the result"),
    ALLOW_IF("fcntl", "seals the result", INT(1, F_ADD_SEALS)),
    ALLOW_IF("fcntl", "flags of a folder's descriptor", INT(1, F_GETFL)),
    ALLOW_IF("fcntl", "flags of a folder's descriptor", INT(1, F_SETFD)),
    ALLOW("close", "files"),
    ALLOW("fstat", "sizes and kinds of files"),
    ALLOW("newfstatat", "sizes and kinds of files"),
    ALLOW("stat", "sizes and kinds of files"),
    ALLOW("lstat", "sizes and kinds of files"),
    ALLOW("statx", "sizes and kinds of files"),
    ALLOW("access", "whether a file is there"),
    ALLOW("faccessat", "whether a file is there"),
    ALLOW("readlink", "where a folder really is"),
    ALLOW("readlinkat", "where a folder really is"),
    ALLOW("getcwd", "where a relative folder really is"),
    ALLOW("getdents64", "lists capabilities and permissions"),
    ANSWER_IF("ioctl", "has no terminal", ENOTTY, INT(1, TCGETS)),
    ALLOW("getrandom", "hash seeds"),
    ALLOW("clock_gettime", "time limits"),
    ALLOW("sysinfo", "qsort asks how much memory the machine has"),
    ALLOW("futex", "once-only initialisation in the C++ library"),
    ALLOW("sysinfo", "qsort asks how much memory there is before it sorts more than 1 KiB"),
    ALLOW("brk", "malloc"),
    ALLOW_IF("mmap", "malloc of large blocks", NO_EXEC),
    ALLOW("munmap", "free of large blocks"),
    ALLOW("mremap", "realloc of large blocks"),
    ALLOW("madvise", "malloc giving memory back"),
    ALLOW_IF("mprotect", "malloc", NO_EXEC),
    ALLOW("exit_group", "ends"),
};

const struct tb_role tb_role_policy = {
    .name = "policy",
    .purpose = "compiles the app's policy files",
    .layers = TB_LAYERS_ALL & ~TB_LAYER_BIT(TB_LAYER_MOUNT),
    .lists = {LIST(needs)},
};
