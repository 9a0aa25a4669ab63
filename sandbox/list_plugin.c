/*
 * What any plugin needs, in any language, from its exec on: enough for C, Python 3 and Node.
 * Nothing that reaches another process, no new namespaces, no tracing, no keyring, no io_uring
 * (which would go round this very list). Whether it has the network and starts programs is for
 * policy: each role has one list for either.
 *
 * Landlock does not watch chmod, utimensat, setxattr, truncation before ABI 3, path-name sockets
 * and inotify: this list does.
 */
#include "sandbox/rules.h"

#include "sandbox/linux.h"
#include "sandbox/watch.h"

#include <fcntl.h>
#include <linux/prctl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define NAMESPACES                                                                                 \
    (CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS |     \
     CLONE_NEWCGROUP)
#define SOCKET_TYPE UINT64_C(0xf) /* above it are flags */
/* The kernel has others wait for pages that are being taken away: the broker, which copies to and
 * from the pool, was held up for a quarter of a second by two threads that did nothing else. */
#define HOLDS_UP "takes pages of the pool away under the broker"

const struct tb_syscall tb_plugin_needs[TB_N_PLUGIN_NEEDS] = {
    /* start and end */
    ALLOW("exit", "a thread ends"),
    ALLOW("exit_group", "ends"),
    ALLOW("arch_prctl", "the dynamic loader sets up thread-local storage"),
    ALLOW("set_tid_address", "thread library"),
    ALLOW("set_robust_list", "thread library"),
    ALLOW("rseq", "thread library"),
    ALLOW("restart_syscall", "goes on waiting after the machine slept"),
    ALLOW("rt_sigreturn", "returns from a signal handler"),
    ALLOW("rt_sigaction", "signal handlers"),
    ALLOW("rt_sigprocmask", "signal masks"),
    ALLOW("rt_sigtimedwait", "waits for its own signals"),
    ALLOW("sigaltstack", "stack of signal handlers"),
    ANSWER("clone3", "its flags are in memory, out of our sight; libc falls back to clone", ENOSYS),
    /* memory */
    ALLOW("brk", "malloc"),
    /* What is shared and has no file, and what grows like a stack, no limit would count. */
    ALLOW_IF("mmap", "files: libraries, the pool", MASKED(3, MAP_ANONYMOUS | MAP_GROWSDOWN, 0)),
    ALLOW_IF("mmap", "malloc, code made at run time where MDWE is off",
             MASKED(3, MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_SHARED, MAP_ANONYMOUS)),
    ANSWER_IF("mmap", "no memory that RLIMIT_DATA does not count", EPERM,
              MASKED(3, MAP_ANONYMOUS | MAP_SHARED, MAP_ANONYMOUS | MAP_SHARED)),
    ANSWER_IF("mmap", "no memory that RLIMIT_DATA does not count", EPERM,
              MASKED(3, MAP_GROWSDOWN, MAP_GROWSDOWN)),
    ALLOW("munmap", "malloc, libraries"),
    ALLOW("mremap", "malloc"),
    ALLOW("mprotect", "libraries, guard pages"),
    /* All but three, by the bits in which those differ from others. */
    ALLOW_IF("madvise", "gives memory back", MASKED(2, 1, 0)),
    ALLOW_IF("madvise", "gives memory back", MASKED(2, 2, 2)),
    ALLOW_IF("madvise", "gives memory back", MASKED(2, 32, 32)),
    ALLOW_IF("madvise", "gives memory back", MASKED(2, 64, 64)),
    ALLOW_IF("madvise", "how it will be used", INT(2, MADV_RANDOM)),
    ALLOW_IF("madvise", "how it will be used", INT(2, MADV_UNMERGEABLE)),
    ALLOW_IF("madvise", "how it will be used", INT(2, MADV_DODUMP)),
    ANSWER_IF("madvise", HOLDS_UP, EINVAL, INT(2, MADV_REMOVE)),
    ANSWER_IF("madvise", HOLDS_UP, EINVAL, INT(2, MADV_PAGEOUT)),
    ANSWER_IF("madvise", HOLDS_UP, EINVAL, INT(2, TB_MADV_COLLAPSE)),
    ALLOW("mlock", "keeps secrets out of swap"),
    ALLOW("mlock2", "keeps secrets out of swap"),
    ALLOW("munlock", "secrets"),
    ALLOW("msync", "mapped files"),
    ALLOW("membarrier", "JavaScript engines"),
    ALLOW("pkey_alloc", "JavaScript engines"),
    ALLOW("pkey_free", "JavaScript engines"),
    ALLOW("pkey_mprotect", "JavaScript engines"),
    /* threads, time, waiting */
    ALLOW("futex", "locks"),
    ALLOW("sched_yield", "locks"),
    ALLOW("sched_getaffinity", "counts processors"),
    ALLOW("sched_getparam", "thread library"),
    ALLOW("sched_getscheduler", "thread library"),
    ALLOW("gettid", "thread library"),
    ALLOW("getcpu", "memory allocators"),
    ALLOW("clock_gettime", "time"),
    ALLOW("clock_getres", "time"),
    ALLOW("clock_nanosleep", "time"),
    ALLOW("nanosleep", "time"),
    ALLOW("gettimeofday", "time"),
    ALLOW("time", "time"),
    ALLOW("times", "time"),
    ALLOW("getitimer", "time"),
    ALLOW("setitimer", "time"),
    ALLOW("alarm", "time"),
    ALLOW("timerfd_create", "event loops"),
    ALLOW("timerfd_settime", "event loops"),
    ALLOW("timerfd_gettime", "event loops"),
    ALLOW("eventfd2", "event loops"),
    ALLOW("epoll_create1", "event loops"),
    ALLOW("epoll_ctl", "event loops"),
    ALLOW("epoll_wait", "event loops"),
    ALLOW("epoll_pwait", "event loops"),
    ALLOW("epoll_pwait2", "event loops"),
    ALLOW("poll", "event loops"),
    ALLOW("ppoll", "event loops"),
    ALLOW("select", "event loops"),
    ALLOW("pselect6", "event loops"),
    ALLOW("pipe2", "event loops"),
    ALLOW("pipe", "event loops"),
    ANSWER("io_uring_setup", "would go round this list; event loops fall back to epoll", ENOSYS),
    /* about itself */
    ALLOW("getpid", "its own identity"),
    ALLOW("getppid", "its own identity"),
    ALLOW("getpgrp", "its own identity"),
    ALLOW("getsid", "its own identity"),
    ALLOW("getuid", "its own identity"),
    ALLOW("geteuid", "its own identity"),
    ALLOW("getgid", "its own identity"),
    ALLOW("getegid", "its own identity"),
    ALLOW("getgroups", "its own identity"),
    ALLOW("getresuid", "its own identity"),
    ALLOW("getresgid", "its own identity"),
    ALLOW("capget", "its own capabilities: none"),
    ALLOW("getrusage", "its own use of resources"),
    ALLOW("getpriority", "its own priority"),
    ALLOW("sysinfo", "how much memory the machine has"),
    ALLOW("uname", "which kernel it is"),
    ALLOW("umask", "modes of new files"),
    ALLOW("getrandom", "randomness"),
    ALLOW_IF("prlimit64", "its own limits", INT(0, 0)),
    ANSWER_IF("prlimit64", "nobody else's limits", EPERM, NOT(0, 0)),
    ALLOW("getrlimit", "its own limits"),
    /* closing the sandbox further */
    ALLOW("seccomp", "a plugin shuts out what it does not need itself"),
    ALLOW("landlock_create_ruleset", "a plugin narrows its own files"),
    ALLOW("landlock_add_rule", "a plugin narrows its own files"),
    ALLOW("landlock_restrict_self", "a plugin narrows its own files"),
    ALLOW("capset", "a plugin drops capabilities"),
    ALLOW_IF("prctl", "dies with its parent", INT(0, PR_SET_PDEATHSIG), INT(1, SIGKILL)),
    ALLOW_IF("prctl", "is it dumpable", INT(0, PR_GET_DUMPABLE)),
    ALLOW_IF("prctl", "stops being dumpable", INT(0, PR_SET_DUMPABLE), INT(1, 0)),
    ALLOW_IF("prctl", "names of threads", INT(0, PR_SET_NAME)),
    ALLOW_IF("prctl", "names of threads", INT(0, PR_GET_NAME)),
    ALLOW_IF("prctl", "is there seccomp", INT(0, PR_GET_SECCOMP)),
    ALLOW_IF("prctl", "a filter of its own, where there is no seccomp call",
             INT(0, PR_SET_SECCOMP)),
    ALLOW_IF("prctl", "its own capabilities", INT(0, PR_CAPBSET_READ)),
    ALLOW_IF("prctl", "drops capabilities", INT(0, PR_CAPBSET_DROP)),
    ALLOW_IF("prctl", "drops capabilities", INT(0, PR_GET_SECUREBITS)),
    ALLOW_IF("prctl", "drops capabilities", INT(0, PR_SET_SECUREBITS)),
    ALLOW_IF("prctl", "no new privileges", INT(0, PR_SET_NO_NEW_PRIVS)),
    ALLOW_IF("prctl", "no new privileges", INT(0, PR_GET_NO_NEW_PRIVS)),
    ALLOW_IF("prctl", "drops ambient capabilities", INT(0, PR_CAP_AMBIENT)),
    ALLOW_IF("prctl", "no code from written memory", INT(0, TB_PR_SET_MDWE)),
    ALLOW_IF("prctl", "names of memory", INT(0, PR_SET_VMA)),
    /* descriptors */
    ALLOW("read", "files, its link"),
    ALLOW("readv", "files, its link"),
    ALLOW("pread64", "files"),
    ALLOW("preadv", "files"),
    ALLOW("preadv2", "files"),
    ALLOW("write", "files, its link, stderr"),
    ALLOW("writev", "files, its link, stderr"),
    ALLOW("pwrite64", "files"),
    ALLOW("pwritev", "files"),
    ALLOW("pwritev2", "files"),
    ALLOW("lseek", "files"),
    ALLOW("sendfile", "copies between files"),
    ALLOW("copy_file_range", "copies between files"),
    ALLOW("close", "descriptors"),
    ALLOW("close_range", "descriptors"),
    ALLOW("dup", "descriptors"),
    ALLOW("dup2", "descriptors"),
    ALLOW("dup3", "descriptors"),
    /* Not F_SETOWN and F_SETSIG: the kernel would send signals in its name. */
    ALLOW_IF("fcntl", "copies a descriptor", INT(1, F_DUPFD)),
    ALLOW_IF("fcntl", "flags", INT(1, F_GETFD)),
    ALLOW_IF("fcntl", "flags", INT(1, F_SETFD)),
    ALLOW_IF("fcntl", "flags", INT(1, F_GETFL)),
    ALLOW_IF("fcntl", "flags", INT(1, F_SETFL)),
    ALLOW_IF("fcntl", "locks", INT(1, F_GETLK)),
    ALLOW_IF("fcntl", "locks", INT(1, F_SETLK)),
    ALLOW_IF("fcntl", "locks", INT(1, F_SETLKW)),
    ALLOW_IF("fcntl", "locks", INT(1, F_OFD_GETLK)),
    ALLOW_IF("fcntl", "locks", INT(1, F_OFD_SETLK)),
    ALLOW_IF("fcntl", "locks", INT(1, F_OFD_SETLKW)),
    ALLOW_IF("fcntl", "copies a descriptor", INT(1, F_DUPFD_CLOEXEC)),
    ALLOW_IF("fcntl", "size of a pipe", INT(1, F_GETPIPE_SZ)),
    ALLOW_IF("fcntl", "seals", INT(1, F_ADD_SEALS)),
    ALLOW_IF("fcntl", "seals", INT(1, F_GET_SEALS)),
    /* Not TIOCSTI and TIOCLINUX, which type into a terminal; not FIOASYNC and FIOSETOWN. */
    ALLOW_IF("ioctl", "is it a terminal", INT(1, TCGETS)),
    ALLOW_IF("ioctl", "width of a terminal", INT(1, TIOCGWINSZ)),
    ALLOW_IF("ioctl", "how much can be read", INT(1, FIONREAD)),
    ALLOW_IF("ioctl", "blocking or not", INT(1, FIONBIO)),
    ALLOW_IF("ioctl", "flags", INT(1, FIONCLEX)),
    ALLOW_IF("ioctl", "flags", INT(1, FIOCLEX)),
    ANSWER_IF("ioctl", "types into no terminal", EPERM, INT(1, TIOCSTI)),
    ANSWER_IF("ioctl", "types into no terminal", EPERM, INT(1, TIOCLINUX)),
    /* sockets: those that it was given, and pairs */
    ALLOW("recvmsg", "its link"),
    ALLOW("recvfrom", "its link"),
    ALLOW("recvmmsg", "its link"),
    ALLOW("sendmsg", "its link"),
    ALLOW("sendto", "its link"),
    ALLOW("sendmmsg", "its link"),
    ALLOW("shutdown", "its link"),
    ALLOW("getsockopt", "its link"),
    ALLOW("getsockname", "its link"),
    ALLOW("getpeername", "its link"),
    /* Streams only: a datagram socket, paired or not, can be pointed at anybody's path name. */
    ALLOW_IF("socketpair", "event loops", INT(0, AF_UNIX), MASKED(1, SOCKET_TYPE, SOCK_STREAM)),
    ANSWER("bind", "nothing of ours listens", EPERM),
    ANSWER("listen", "nothing of ours listens", EPERM),
    ANSWER("accept", "nothing of ours listens", EPERM),
    ANSWER("accept4", "nothing of ours listens", EPERM),
    /* files, as far as Landlock goes */
    ALLOW("open", "files"),
    ALLOW("openat", "files"),
    ALLOW("openat2", "files"),
    ALLOW("creat", "files"),
    ALLOW("stat", "files"),
    ALLOW("lstat", "files"),
    ALLOW("fstat", "files"),
    ALLOW("newfstatat", "files"),
    ALLOW("statx", "files"),
    ALLOW("statfs", "free space"),
    ALLOW("fstatfs", "free space"),
    ALLOW("access", "files"),
    ALLOW("faccessat", "files"),
    ALLOW("faccessat2", "files"),
    ALLOW("readlink", "files"),
    ALLOW("readlinkat", "files"),
    ALLOW("getcwd", "files"),
    ALLOW("chdir", "files"),
    ALLOW("fchdir", "files"),
    ALLOW("getdents64", "folders"),
    ALLOW("mkdir", "folders"),
    ALLOW("mkdirat", "folders"),
    ALLOW("rmdir", "folders"),
    ALLOW("unlink", "files"),
    ALLOW("unlinkat", "files"),
    ALLOW("rename", "files"),
    ALLOW("renameat", "files"),
    ALLOW("renameat2", "files"),
    ALLOW("link", "files"),
    ALLOW("linkat", "files"),
    ALLOW("ftruncate", "files"),
    ALLOW_IF("fallocate", "files", MASKED(1, FALLOC_FL_PUNCH_HOLE, 0)),
    ANSWER_IF("fallocate", HOLDS_UP, EOPNOTSUPP,
              MASKED(1, FALLOC_FL_PUNCH_HOLE, FALLOC_FL_PUNCH_HOLE)),
    ALLOW("fadvise64", "files"),
    ALLOW("flock", "locks"),
    ALLOW("fsync", "files"),
    ALLOW("fdatasync", "files"),
    ANSWER("fchmod", "needs no right to write, and Landlock does not watch it", EPERM),
    ANSWER("utimensat", "needs no right to write, and Landlock does not watch it", EPERM),
    ANSWER("chmod", "Landlock does not watch it", EPERM),
    ANSWER("fchmodat", "Landlock does not watch it", EPERM),
    ANSWER("fchmodat2", "Landlock does not watch it", EPERM),
    ANSWER("chown", "Landlock does not watch it", EPERM),
    ANSWER("lchown", "Landlock does not watch it", EPERM),
    ANSWER("fchown", "has one user", EPERM),
    ANSWER("fchownat", "Landlock does not watch it", EPERM),
    ANSWER("truncate", "Landlock does not watch it before ABI 3", EPERM),
    ANSWER("utime", "Landlock does not watch it", EPERM),
    ANSWER("utimes", "Landlock does not watch it", EPERM),
    ANSWER("symlink", "links lead out of folders", EPERM),
    ANSWER("symlinkat", "links lead out of folders", EPERM),
    ANSWER("getxattr", "Landlock does not watch it", EPERM),
    ANSWER("lgetxattr", "Landlock does not watch it", EPERM),
    ANSWER("fgetxattr", "no attributes", EPERM),
    ANSWER("listxattr", "Landlock does not watch it", EPERM),
    ANSWER("llistxattr", "Landlock does not watch it", EPERM),
    ANSWER("flistxattr", "no attributes", EPERM),
    ANSWER("setxattr", "Landlock does not watch it", EPERM),
    ANSWER("lsetxattr", "Landlock does not watch it", EPERM),
    ANSWER("fsetxattr", "no attributes", EPERM),
    ANSWER("inotify_init1", "Landlock does not watch it", ENOSYS),
    /* What was opened, so Landlock has said yes; changes, not who opens or reads it. */
    ALLOW_IF("fanotify_init", "watches files", INT(0, TB_WATCH_GROUP)),
    ALLOW_IF("fanotify_mark", "watches what it has opened", TB_WATCH_MARK),
    ALLOW_IF("name_to_handle_at", "what an event is of",
             MASKED(4, ~TB_WATCH_IDENTITY, AT_EMPTY_PATH)),
    ANSWER("memfd_create", "would be a program that Landlock does not see", EPERM),
};

/* ---- without `network` ---- */

const struct tb_syscall tb_plugin_offline[TB_N_PLUGIN_OFFLINE] = {
    ANSWER("socket", "no sockets", EPERM),
    ANSWER("connect", "no sockets", EPERM),
    ALLOW("setsockopt", "its link"),
};

/* ---- with it: it calls others over TCP and UDP, and nobody calls it ---- */

/* AF_INET and AF_INET6 differ in this one bit. */
#define EITHER_INET                 MASKED(0, UINT32_MAX & ~(uint64_t)(AF_INET ^ AF_INET6), AF_INET)
#define INET_SOCKET(type, protocol) EITHER_INET, MASKED(1, SOCKET_TYPE, type), INT(2, protocol)
#define OPTIONS_FROM(first, n)                                                                     \
    INT(1, IPPROTO_TCP), MASKED(2, UINT32_MAX & ~(uint64_t)((n)-1), first)

const struct tb_syscall tb_plugin_online[TB_N_PLUGIN_ONLINE] = {
    ALLOW_IF("socket", "calls over TCP", INET_SOCKET(SOCK_STREAM, 0)),
    ALLOW_IF("socket", "calls over TCP", INET_SOCKET(SOCK_STREAM, IPPROTO_TCP)),
    ALLOW_IF("socket", "sends over UDP", INET_SOCKET(SOCK_DGRAM, 0)),
    ALLOW_IF("socket", "sends over UDP", INET_SOCKET(SOCK_DGRAM, IPPROTO_UDP)),
    /* Other families, of which libc tries some: those whose numbers differ in one of these bits. */
    ANSWER_IF("socket", "nobody's path names", EPERM, MASKED(0, 2, 0)),
    ANSWER_IF("socket", "nobody's path names", EPERM, MASKED(0, 1, 1)),
    ANSWER_IF("socket", "no other families", EPERM, MASKED(0, 4, 4)),
    ANSWER_IF("socket", "no netlink", EPERM, MASKED(0, 16, 16)),
    ANSWER_IF("socket", "no other families", EPERM, MASKED(0, 32, 32)),
    ALLOW("connect", "calls over TCP and UDP"),
    /* All but SO_LINGER, by the bits in which it differs from others. */
    ALLOW_IF("setsockopt", "options of sockets", INT(1, SOL_SOCKET), MASKED(2, 1, 0)),
    ALLOW_IF("setsockopt", "options of sockets", INT(1, SOL_SOCKET), MASKED(2, 2, 2)),
    ALLOW_IF("setsockopt", "options of sockets", INT(1, SOL_SOCKET), MASKED(2, 4, 0)),
    ALLOW_IF("setsockopt", "options of sockets", INT(1, SOL_SOCKET), MASKED(2, 8, 0)),
    ALLOW_IF("setsockopt", "options of sockets", INT(1, SOL_SOCKET), MASKED(2, 16, 16)),
    ALLOW_IF("setsockopt", "options of sockets", INT(1, SOL_SOCKET), MASKED(2, 32, 32)),
    ALLOW_IF("setsockopt", "options of sockets", INT(1, SOL_SOCKET), MASKED(2, 64, 64)),
    ANSWER_IF("setsockopt", "sent over the link, its closing would hold up the broker", EPERM,
              INT(1, SOL_SOCKET), INT(2, SO_LINGER)),
    ALLOW_IF("setsockopt", "options of IPv4", INT(1, IPPROTO_IP)),
    ALLOW_IF("setsockopt", "options of IPv6", INT(1, IPPROTO_IPV6)),
    ALLOW_IF("setsockopt", "options of UDP", INT(1, IPPROTO_UDP)),
    ALLOW_IF("setsockopt", "options of TCP", OPTIONS_FROM(0, 16)),
    ALLOW_IF("setsockopt", "options of TCP", OPTIONS_FROM(16, 8)),
    ANSWER_IF("setsockopt", "one of them, TCP_ULP, loads other protocols", ENOPROTOOPT,
              OPTIONS_FROM(24, 8)),
};

/* ---- without `exec`: threads, no processes ---- */

const struct tb_syscall tb_plugin_alone[TB_N_PLUGIN_ALONE] = {
    ALLOW_IF("execveat", "the launcher becomes the plugin, once", INT(0, TB_PLUGIN_PROGRAM_FD)),
    ANSWER("execve", "starts no programs", EACCES),
    ALLOW_IF("clone", "threads, not processes",
             MASKED(0, NAMESPACES | CLONE_THREAD | CLONE_VM, CLONE_THREAD | CLONE_VM)),
    ANSWER_IF("clone", "has no processes of its own", EPERM, MASKED(0, CLONE_THREAD, 0)),
    ANSWER("fork", "has no processes of its own", EPERM),
    ANSWER("vfork", "has no processes of its own", EPERM),
    ALLOW_IF("kill", "signals itself", IS_SELF(0)),
    ANSWER_IF("kill", "signals nobody else", EPERM, IS_NOT_SELF(0)),
    ALLOW_IF("tgkill", "signals its own threads", IS_SELF(0)),
    ANSWER_IF("tgkill", "signals nobody else", EPERM, IS_NOT_SELF(0)),
    ANSWER("wait4", "has no processes of its own", ECHILD),
    ANSWER("waitid", "has no processes of its own", ECHILD),
};

/* ---- with it: programs that Landlock names, in its own pid namespace, which ends them with it
 * ----
 */

const struct tb_syscall tb_plugin_programs[TB_N_PLUGIN_PROGRAMS] = {
    ALLOW("execveat", "starts programs; Landlock says which"),
    ALLOW("execve", "starts programs; Landlock says which"),
    ALLOW_IF("clone", "threads and processes", MASKED(0, NAMESPACES, 0)),
    ALLOW("fork", "starts programs"),
    ALLOW("vfork", "starts programs"),
    ALLOW("kill", "ends its programs: the pid namespace holds nobody else"),
    ALLOW("tgkill", "ends its programs: the pid namespace holds nobody else"),
    ALLOW("wait4", "how a program ended"),
    ALLOW("waitid", "how a program ended"),
    ALLOW("setpgid", "process groups"),
    ALLOW("getpgid", "process groups"),
    ALLOW("setsid", "process groups"),
    ANSWER("pidfd_open", "libraries fall back to wait", ENOSYS),
};
