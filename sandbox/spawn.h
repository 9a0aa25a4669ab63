/* Starting a program of the tree: in namespaces, with exact descriptors, and nothing inherited. */
#pragma once

#include "sandbox/layer.h"

#include <sys/types.h>

enum { TB_SPAWN_FDS_MAX = 16, TB_SPAWN_FIRST_FD = 3 };

struct tb_spawn {
    const char *program; /* absolute path; not used with exec_fd >= 0 */
    int exec_fd;         /* the program's file, O_PATH; -1: `program` */
    char *const *argv;   /* NULL at the end */
    const int *fds;      /* fds[i] becomes descriptor 3 + i; borrowed */
    size_t n_fds;
    int stderr_fd;       /* becomes descriptor 2; 0: that is inherited */
    uint32_t namespaces; /* as tb_namespaces_probe says; 0: none */
};

/*
 * Starts the program: descriptors 0 and 1 are /dev/null, 2 is inherited unless said otherwise, the
 * environment is empty, signals are at their defaults, it has a session of its own and is killed
 * when this thread ends. 0 or -errno, also of what failed in the child up to and including exec.
 * Returns a new pidfd; the caller waits for the process. For processes of one thread.
 */
tb_must_check int tb_spawn(const struct tb_spawn *spawn, pid_t *ret_pid, int *ret_pidfd);
