/*
 * The fs plugin once it has started: one thread that works on folders which it holds open. Its
 * files are held by the launcher's Landlock and mount namespace; this list takes away everything
 * that no fs command needs.
 */
#include "sandbox/rules.h"

#include "sandbox/watch.h"

#include <fcntl.h>

static const struct tb_syscall needs[] = {
    ALLOW("read", "contents of files"),
    ALLOW("pread64", "contents of files, lines"),
    ALLOW("lseek", "places in files"),
    ALLOW("openat2", "files, never through a link"),
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
    ALLOW("getrandom", "ids of what is open"),
};

static const struct tb_syscall refused[] = {
    ANSWER("stat", "follows links", EACCES),
    ANSWER("lstat", "names a file from the root", EACCES),
    ANSWER("access", "follows links", EACCES),
    ANSWER("readlink", "names a file from the root", EACCES),
};

const struct tb_role tb_role_fs = {
    .name = "fs",
    .purpose = "the fs plugin, once it has started",
    .layers = TB_LAYERS_ALL,
    .lists = {LIST(tb_started_needs), LIST(tb_started_refused), LIST(needs), LIST(refused)},
};
