/*
 * Passphrases that plugins ask for through `trollbridge call`: with --passphrase-file each call
 * gets that one; else whoever sits at the terminal is asked, and where there is none, nobody is.
 */
#pragma once

#include "cli/passphrase_ask.h"
#include "host/trollbridge.h"

enum cli_secret_how {
    CLI_SECRET_NEVER = 0, /* dismissed at once */
    CLI_SECRET_GIVEN,
    CLI_SECRET_TERMINAL,
};

struct cli_secret {
    enum cli_secret_how how;
    struct cli_passphrase given;
    bool is_one_call; /* which gets it once: who asks again has not taken it */
    bool was_given;
    bool shown; /* what is typed is the answer */
    uint32_t id;
    struct cli_passphrase_ask ask;
};

/* `file`: see cli_passphrase_from_file; NULL: a terminal is asked. An exit status. */
int cli_secret_init(struct cli_secret *secret, const char *file, bool is_one_call);
/* The terminal has its echo again; nothing is left of a passphrase. Zeroed is fine. */
void cli_secret_deinit(struct cli_secret *secret);

void cli_secret_show(struct cli_secret *secret, struct trollbridge *bridge,
                     const struct trollbridge_secret *asked);
void cli_secret_over(struct cli_secret *secret, uint32_t id);

/* What is to be polled for POLLIN: -1 when nothing is asked. */
int cli_secret_fd(const struct cli_secret *secret);
/* Reads what was typed. */
void cli_secret_read(struct cli_secret *secret, struct trollbridge *bridge);
