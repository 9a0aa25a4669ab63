/*
 * Prompts of `trollbridge call`: on a terminal its user decides, with one line; elsewhere nobody
 * does, unless the answer was given with the command.
 */
#pragma once

#include "host/trollbridge.h"

#include <stdbool.h>

#define CLI_PROMPT_WORDS "once, session, always, never or dismissed"

enum cli_prompt_how {
    CLI_PROMPT_NEVER = 0, /* dismissed at once */
    CLI_PROMPT_GIVEN,     /* by --answer */
    CLI_PROMPT_TERMINAL,
};

struct cli_prompt {
    enum cli_prompt_how how;
    enum trollbridge_answered given;
    bool shown; /* what is typed is the answer */
    uint32_t id;
};

/* `answer`: the name of one; NULL: a terminal is asked, if standard input, which has `no_input` for
 * it when that is the body, and standard error are one. False: there is no such answer. */
bool cli_prompt_init(struct cli_prompt *prompt, const char *answer, bool no_input);

void cli_prompt_show(struct cli_prompt *prompt, struct trollbridge *bridge,
                     const struct trollbridge_ask *ask);
void cli_prompt_over(struct cli_prompt *prompt, uint32_t id);

/* What is to be polled for POLLIN: -1 when nothing is asked. */
int cli_prompt_fd(const struct cli_prompt *prompt);
/* Reads the line that was typed. */
void cli_prompt_read(struct cli_prompt *prompt, struct trollbridge *bridge);
