/* What an app's manifest and policy compile to, by the same program that Trollbridge runs at start.
 */
#pragma once

#include "policy/settings.h"

/* The settings, which the caller deinits. An exit status; what is wrong has been said on stderr, by
 * the compiler. */
tb_must_check int cli_app_settings(const char *app, struct tb_settings *ret_settings);

/* Has the text of the app's hook looked at, if there is one, by the program that would run it. An
 * exit status; what is wrong has been said on stderr. */
tb_must_check int cli_app_check_hook(const char *app);

enum { CLI_REPORT_OPTIONS = 16 };

/* Runs another job of the compiler on the app's files. Its exit status; *ret_fd (-1: it was never
 * started) is the caller's and holds what it reports, which may be nothing. `options` ends with
 * NULL. `also` is a memory file for the option --also-fd, or -1. */
tb_must_check int cli_app_report(const char *job, const char *app, const char *const *options,
                                 int also, int *ret_fd);
