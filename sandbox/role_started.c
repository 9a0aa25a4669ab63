/*
 * What each of our own plugins needs once it has started: its link, a wait, and memory. Their roles
 * add what their commands do.
 */
#include "sandbox/rules.h"

#include <sys/ioctl.h>

const struct tb_syscall tb_started_needs[TB_N_STARTED_NEEDS] = {
    ALLOW("recvmsg", "calls from the broker"),
    ALLOW("sendmsg", "replies to the broker"),
    ALLOW("write", "stderr"),
    ALLOW("close", "what it has opened, or was given"),
    ALLOW("poll", "waits for the next call"),
    ALLOW("restart_syscall", "goes on waiting after the machine slept"),
    ALLOW("clock_gettime", "time"),
    ALLOW("brk", "malloc"),
    ALLOW_IF("mmap", "malloc of large blocks", NO_EXEC),
    ALLOW("munmap", "free of large blocks"),
    ALLOW("mremap", "realloc of large blocks"),
    ALLOW("madvise", "malloc giving memory back"),
    ALLOW("exit_group", "ends"),
};

/* Answered, and not killed for: libraries try them. */
const struct tb_syscall tb_started_refused[TB_N_STARTED_REFUSED] = {
    ANSWER("open", "opens no file by name alone", EACCES),
    ANSWER("openat", "opens no file by name alone", EACCES),
    ANSWER_IF("ioctl", "has no terminal", ENOTTY, INT(1, TCGETS)),
};
