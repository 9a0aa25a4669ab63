/* A person is asked for a passphrase, on the terminal and without an echo. One at a time. */
#pragma once

#include "cli/passphrase.h"

enum cli_asked {
    CLI_ASKED_MORE = 0, /* there is more to read */
    CLI_ASKED_DONE,
    CLI_ASKED_GIVEN_UP, /* with Ctrl-D, after three tries, or the terminal is gone */
};

struct cli_passphrase_ask {
    const char *name; /* borrowed */
    int terminal;     /* -1: it is over */
    struct cli_passphrase typed;
    struct cli_passphrase first; /* of two */
    bool is_new;
    bool is_too_long; /* the line, the rest of which still comes */
    unsigned n_tries;
};

/* 0, or -errno: there is no terminal. What was typed before counts for nothing. */
tb_must_check int cli_passphrase_ask_begin(struct cli_passphrase_ask *ask, const char *name,
                                           bool is_new);
/* The echo is back; nothing typed is left. Once more is fine. */
void cli_passphrase_ask_end(struct cli_passphrase_ask *ask);

/* What is to be polled for POLLIN; -1: it is over. */
int cli_passphrase_ask_fd(const struct cli_passphrase_ask *ask);
/* Reads what was typed. */
enum cli_asked cli_passphrase_ask_read(struct cli_passphrase_ask *ask);
/* Hands over what was typed, once it is CLI_ASKED_DONE. */
void cli_passphrase_ask_take(struct cli_passphrase_ask *ask, struct cli_passphrase *ret_passphrase);
