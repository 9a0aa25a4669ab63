/*
 * Calls a system call inside a role's real sandbox, in a child of its own, and says what came of
 * it: the way bubblewrap tests its filters. Bad pointers and descriptors keep the calls from doing
 * anything.
 */
#pragma once

#include "sandbox/enter.h"

enum try_kind {
    TRY_RAN = 0,    /* returned; `error` is its errno or 0 */
    TRY_KILLED,     /* by seccomp */
    TRY_NO_RETURN,  /* was let through, and ended, blocked or replaced the process */
    TRY_NO_SANDBOX, /* the role could not be entered */
};

struct try_result {
    enum try_kind kind;
    int error;
};

struct try_call {
    long number;
    uint64_t args[6];
    bool args_self; /* args[0] becomes the child's process id */
    bool i386;      /* by the 32-bit entry */
};

struct try_result try_call(const struct tb_role *role, const struct try_call *call);

/* What a number is called on this machine, or NULL. */
const char *try_name(long number, char ret_name[static 64]);

/*
 * Compares what the kernel does with what `table` says, for every system call from 0 to `last`, in
 * the sandbox of `entered` (the same role, but in a planted breach). Prints each difference to
 * `out` unless it is NULL; returns their number.
 */
size_t try_all(const struct tb_role *entered, const struct tb_role *table, long last, void *out);
