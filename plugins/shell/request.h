/* What a page asks for: a program by its name, its arguments and options, held against the policy.
 */
#pragma once

#include "plugins/shell/encoding.h"
#include "plugins/shell/shell.h"

struct shell_request {
    const struct shell_program *program;
    char **argv; /* NULL at the end; one block with its texts */
    char **envp;
    int cwd;                     /* O_PATH, a folder; owned */
    const struct shell_pick *at; /* the pick that it runs in; NULL: none */
    struct shell_encoding encoding;
};

/* Reads program, args and options of a call. False: it has been answered. */
tb_must_check bool shell_request_read(struct tb_call *call, const struct shell_scope *scope,
                                      const struct shell_picked *picks,
                                      struct shell_request *ret_request);
void shell_request_deinit(struct shell_request *request);
