/* The audit plugin once it has started: it reads the log that it holds, and waits for more. */
#include "sandbox/rules.h"

#include "sandbox/watch.h"

static const struct tb_syscall needs[] = {
    ALLOW("pread64", "the log"),
    ALLOW("lseek", "how long the log is"),
    ALLOW_IF("fanotify_init", "waits for more", INT(0, TB_WATCH_GROUP)),
    ALLOW_IF("fanotify_mark", "waits for more: what it has opened, for changes alone",
             TB_WATCH_MARK),
    ALLOW("read", "that there is more"),
    ALLOW("getrandom", "ids of what is followed"),
};

static const struct tb_syscall refused[] = {
    ANSWER("newfstatat", "looks at no file by name", EACCES),
};

const struct tb_role tb_role_audit = {
    .name = "audit",
    .purpose = "the audit plugin, once it has started",
    .layers = TB_LAYERS_ALL,
    .lists = {LIST(tb_started_needs), LIST(tb_started_refused), LIST(needs), LIST(refused)},
};
