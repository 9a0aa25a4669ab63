/*
 * The fs plugin once it has started: one thread that works on folders which it holds open. Its
 * files are held by the launcher's Landlock and mount namespace; this list takes away everything
 * that no fs command needs.
 */
#include "sandbox/rules.h"

#include "sandbox/watch.h"

#include <fcntl.h>
#include <sys/ioctl.h>

static const struct tb_syscall needs[] = {
    ALLOW("recvmsg", "calls from the broker"),
    ALLOW("sendmsg", "replies to the broker"),
    ALLOW("read", "contents of files, calls"),
    ALLOW("pread64", "contents of files, lines"),
    ALLOW("write", "contents of files, stderr"),
    ALLOW("lseek", "places in files"),
    ALLOW("openat2", "files, never through a link"),
    ALLOW("close", "files"),
    ALLOW("fstat", "sizes and kinds of files"),
    ALLOW("newfstatat", "stat and lstat of an entry in an open folder"),
    ALLOW("statx", "birth times"),
    ALLOW("getdents64", "read_dir, what is in a folder to remove, rename, measure or watch"),
    ALLOW("ftruncate", "truncate, write_file"),
    ALLOW("unlinkat", "remove"),
    ALLOW("mkdirat", "mkdir"),
    ALLOW("renameat2", "rename"),
    ALLOW_IF("fanotify_init", "watch", INT(0, TB_WATCH_GROUP)),
    ALLOW_IF("fanotify_mark", "watch: what it has opened, for changes alone", TB_WATCH_MARK),
    ALLOW_IF("name_to_handle_at", "watch: what an event is of",
             MASKED(4, ~TB_WATCH_IDENTITY, AT_EMPTY_PATH)),
    ALLOW("fstatfs", "watch: what an event is of"),
    ALLOW("poll", "waits for the next call"),
    ALLOW("restart_syscall", "goes on waiting after the machine slept"),
    ALLOW("clock_gettime", "time"),
    ALLOW("getrandom", "ids of what is open"),
    ALLOW("brk", "malloc"),
    ALLOW_IF("mmap", "malloc of large blocks", NO_EXEC),
    ALLOW("munmap", "free of large blocks"),
    ALLOW("mremap", "realloc of large blocks"),
    ALLOW("madvise", "malloc giving memory back"),
    ALLOW("exit_group", "ends"),
};

static const struct tb_syscall refused[] = {
    ANSWER("open", "follows links", EACCES),
    ANSWER("openat", "follows links", EACCES),
    ANSWER("stat", "follows links", EACCES),
    ANSWER("lstat", "names a file from the root", EACCES),
    ANSWER("access", "follows links", EACCES),
    ANSWER("readlink", "names a file from the root", EACCES),
    ANSWER_IF("ioctl", "has no terminal", ENOTTY, INT(1, TCGETS)),
};

const struct tb_role tb_role_fs = {
    .name = "fs",
    .purpose = "the fs plugin, once it has started",
    .layers = TB_LAYERS_ALL,
    .lists = {LIST(needs), LIST(refused)},
};
