/*
 * The enclave once it has started. It has opened the folders of its keystore and its source of
 * randomness; from here on it opens files in those folders alone, by one name, never through a
 * link. The launcher's Landlock and mount namespace hold it to that folder anyway.
 */
#include "sandbox/rules.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/time.h>

/* What libc starts a thread with. */
#define THREAD                                                                                     \
    (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SYSVSEM | CLONE_SIGHAND | CLONE_THREAD |            \
     CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)

static const struct tb_syscall needs[] = {
    ALLOW_IF("openat", "files of the keystore, never through a link",
             MASKED(2, O_NOFOLLOW, O_NOFOLLOW)),
    ANSWER_IF("openat", "opens no file through a link", EACCES, MASKED(2, O_NOFOLLOW, 0)),
    ALLOW("read", "randomness"),
    ALLOW("pread64", "files of the keystore"),
    ALLOW("fstat", "whose a file is, and how long"),
    ALLOW("newfstatat", "whose a file is, and how long"),
    ALLOW("lseek", "the list of a folder, from its beginning"),
    ALLOW("getdents64", "what is in the keystore"),
    ALLOW("flock", "one change of the keystore at a time"),
    ALLOW("fsync", "a file is on disk before it takes another's place"),
    ALLOW("renameat", "a new file in the place of the old one"),
    ALLOW("unlinkat", "deleted keys and values, what a crash has left"),
    ALLOW("geteuid", "whose a file is"),
    ALLOW("getrandom", "keys, salts, nonces"),
    ALLOW("getpid", "OpenPGP's generator of random numbers looks for a fork"),
    ALLOW("mlock", "unlocked keys are not swapped out"),
    ALLOW("munlock", "keys that are locked again"),
    ALLOW("mprotect", "guard pages round unlocked keys"),
    ALLOW("futex", "locks of libraries"),
    ALLOW_IF("setitimer", "a message may take so much of the processor's time",
             INT(0, ITIMER_PROF)),
    /* librnp's arithmetic computes the two halves of RSA at once: it starts one thread, when it
     * first needs it, which stays. */
    ALLOW("sched_getaffinity", "how many processors there are"),
    ANSWER("clone3", "its flags are in memory, out of our sight; libc falls back to clone", ENOSYS),
    ALLOW_IF("clone", "a thread, and nothing else", INT(0, THREAD)),
    ALLOW("rt_sigaction", "a thread: libc's own signals"),
    ALLOW("rt_sigprocmask", "a thread: no signals while it starts"),
    ALLOW("set_robust_list", "a thread begins"),
    ALLOW("rseq", "a thread begins"),
    ALLOW("exit", "a thread ends"),
};

static const struct tb_syscall refused[] = {
    ANSWER("open", "opens no file by name alone", EACCES),
    ANSWER_IF("ioctl", "has no terminal", ENOTTY, INT(1, TCGETS)),
};

const struct tb_role tb_role_enclave = {
    .name = "enclave",
    .purpose = "the enclave, once it has started",
    .layers = TB_LAYERS_ALL,
    .lists = {LIST(tb_started_needs), LIST(needs), LIST(refused)},
};
