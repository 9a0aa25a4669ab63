/*
 * The process's terminal while it shows nothing of what is typed.
 *
 * Whatever ends the process by a signal that can be caught gives the terminal its echo back first,
 * and so does whatever stops it (Ctrl-Z); when it goes on, the echo is off again. SIGKILL and
 * SIGSTOP cannot be caught: `stty echo` helps behind them.
 */
#pragma once

#include "base/compiler.h"

/* Opens /dev/tty, drops what was typed so far and turns the echo off. There is one at a time.
 * Returns a new descriptor or -errno. */
tb_must_check int cli_unechoed_begin(void);
/* The echo is as before. The descriptor is still open. */
void cli_unechoed_end(void);

/* Shows the text, and once more when the process goes on after a stop. Between begin and end. */
void cli_unechoed_put(const char *text);
