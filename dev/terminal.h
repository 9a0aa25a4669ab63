/* The terminal that the program was started in: prompts are answered there, where no page can draw
 * over them, and Enter asks for new addresses. */
#pragma once

#include "cli/prompt.h"
#include "cli/secret.h"
#include "dev/loop.h"

struct dev;

struct dev_terminal {
    struct cli_prompt prompt;
    struct cli_secret secret;
    struct dev_watch typed;      /* standard input; fd -1: it is none */
    struct dev_watch passphrase; /* that of a passphrase */
};

/* `answer` as cli_prompt_init. */
void dev_terminal_start(struct dev *dev, const char *answer);
void dev_terminal_stop(struct dev *dev);

void dev_terminal_ask(struct dev *dev, const struct trollbridge_ask *ask);
void dev_terminal_ask_secret(struct dev *dev, const struct trollbridge_secret *secret);
void dev_terminal_over(struct dev *dev, uint32_t id);
/* Nobody waits for any answer: what is typed from here on must not be one to somebody else. */
void dev_terminal_forget(struct dev *dev);
