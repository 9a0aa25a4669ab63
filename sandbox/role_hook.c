/*
 * The process of a hook: a JavaScript engine that has its memory, its link, and its own size to
 * read. It makes no threads.
 */
#include "sandbox/rules.h"

#include <sys/ioctl.h>
#include <sys/resource.h>

static const struct tb_syscall needs[] = {
    ALLOW("recvmsg", "questions from the broker"),
    ALLOW("sendmsg", "answers to the broker"),
    ALLOW("write", "stderr"),
    ALLOW("pread64", "its own size, from a file that was open before; a text to check"),
    ALLOW("close", "what it was given"),
    ALLOW("clock_gettime", "CPU time; time, where the machine has no clock in the vDSO"),
    ALLOW("rt_sigreturn", "goes on after a look at what is used"),
    ALLOW_IF("prlimit64", "ends its address space", INT(0, 0), INT(1, RLIMIT_AS)),
    ALLOW("futex", "locks of the engine and of malloc"),
    ALLOW("sched_yield", "locks of the engine"),
    ALLOW("getpid", "the engine's random numbers"),
    ALLOW("getrandom", "the engine's hashes"),
    ALLOW("brk", "malloc"),
    ALLOW_IF("mmap", "the heap", NO_EXEC),
    ALLOW_IF("mprotect", "buffers that grow", NO_EXEC),
    ALLOW("munmap", "the heap"),
    ALLOW("mremap", "realloc of large blocks"),
    ALLOW("madvise", "gives parts of the heap back"),
    ALLOW("exit_group", "ends"),
};

/* Answered, and not killed for: libraries try them. */
static const struct tb_syscall refused[] = {
    ANSWER("open", "opens nothing", EACCES),
    ANSWER("openat", "opens nothing", EACCES),
    ANSWER("readlink", "looks at no file", EACCES),
    ANSWER("newfstatat", "looks at no file", EACCES),
    ANSWER_IF("ioctl", "has no terminal", ENOTTY, INT(1, TCGETS)),
};

const struct tb_role tb_role_hook = {
    .name = "hook",
    .purpose = "runs an app's isolation.js",
    .layers = TB_LAYERS_ALL,
    .lists = {LIST(needs), LIST(refused)},
};
