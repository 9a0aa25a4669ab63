/* What the log says of a call that was denied. A page is not told; who calls from a shell is. */
#pragma once

#include "base/compiler.h"

enum { CLI_REASON_MAX = 640, CLI_REASON_PLACE_MAX = 560 };

/* As the log has them, to be escaped where they are printed. Empty: nothing is known. */
struct cli_reason {
    char text[CLI_REASON_MAX];
    char place[CLI_REASON_PLACE_MAX]; /* `trollbridge.toml:41`, or a hook's file */
};

/* Of the last record of that session (as the log names it) with that code. The session has to have
 * ended, since its log is complete from then on. A log that cannot be read tells nothing. */
void cli_reason_find(const char *app, const char *session, const char *code,
                     struct cli_reason *ret_reason);
