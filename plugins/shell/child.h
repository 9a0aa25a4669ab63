/*
 * Starting a program in a sandbox of its own.
 *
 * Between it and the plugin stands an init, process 1 of a pid namespace that the program and all
 * that it starts cannot leave: it waits for the program, says how it ended, and ends; with it the
 * kernel ends all that is left. So to kill it is to kill them all.
 */
#pragma once

#include "plugins/shell/request.h"

#include <sys/types.h>

struct shell_child {
    pid_t pid; /* of its init */
    int pidfd;
    int in; /* pipes, -1 where closed; not blocking */
    int out;
    int err;
    int status; /* comes to its end when the program has: struct shell_end */
};

/* How it ended, as its init writes it. */
struct shell_end {
    int32_t error; /* an errno: it was not started; 0: it was */
    int32_t code;
    int32_t signal; /* 0: it ended by itself */
};

/* 0 or -errno. */
tb_must_check int shell_child_start(const struct shell_request *request,
                                    struct shell_child *ret_child);
/* Ends it, with all that it has started, and closes everything; waits for the end. */
void shell_child_end(struct shell_child *child);
/* Kills it without waiting. */
void shell_child_kill(const struct shell_child *child);
