/* What an app's manifest and policy compile to, by the same program that Trollbridge runs at start.
 */
#pragma once

#include "policy/grant.h"

/* A compiled app: memory files. Zeroed is none; deinit closes. */
struct cli_app {
    int snapshot_fd;
    int settings_fd;
};

enum { CLI_REPORT_OPTIONS = 16 };

/* Both return an exit status; what is wrong has been said on stderr, by the compiler. `options` are
 * more of the compiler's own, and end with NULL. */
tb_must_check int cli_app_compile(const char *app, const char *const *options,
                                  struct cli_app *ret_app);
tb_must_check int cli_app_resolve(const struct cli_app *app, const char *view, const char *origin,
                                  struct tb_grant **ret_grant);
void cli_app_deinit(struct cli_app *app);

/* The settings alone, which the caller deinits. */
tb_must_check int cli_app_settings(const char *app, struct tb_settings *ret_settings);

/* Runs another job of the compiler on the app's files. Its exit status; *ret_fd (-1: it was never
 * started) is the caller's and holds what it reports, which may be nothing. `options` ends with
 * NULL. */
tb_must_check int cli_app_report(const char *job, const char *app, const char *const *options,
                                 int *ret_fd);
