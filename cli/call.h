/* The parts of `trollbridge call`: what it was asked for, and the two ways of doing it. */
#pragma once

#include "cli/call_body.h"
#include "cli/call_reason.h"
#include "cli/cli.h"
#include "cli/session.h"

struct cli_call_options {
    const char *app;
    const char *command;
    const char *json;
    const char *view;
    const char *origin;
    const char *raw_file;
    const char *passphrase_file; /* NULL: a terminal is asked */
    const char *answer;          /* to prompts; NULL: none was given */
    uint32_t repeat;             /* 0: a single call */
    uint32_t jobs;
    bool as_json;
    bool follow;
    bool help;
};

/* An exit status; what is wrong has been printed. */
int cli_call_options_read(struct cli_call_options *options, int argc, char **argv);

struct cli_call {
    struct cli_call_options options;
    struct tb_buffer args;
    struct cli_body body;
    struct cli_session session;
    uint32_t command;
    struct cli_reason reason; /* of its denial; empty: none is known */
};

/* Both end the session and return an exit status; what is wrong has been printed. */
int cli_call_once(struct cli_call *call);   /* prints what comes */
int cli_call_repeat(struct cli_call *call); /* prints how it went */

/* Prints the error of a call as the options want it, with the reason, if there is one. `error` may
 * be NULL. Returns CLI_DENIED. */
int cli_call_error(const struct cli_call *call, const char *code, struct tb_bytes message,
                   const struct tb_error *error);
/* The same for a call that tb_endpoint_call could not make. */
int cli_call_not_made(const struct cli_call *call, int result);
