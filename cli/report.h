/* What the policy compiler reports about an app, as JSON. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

/* Runs the job (`check`, `explain`) on the app's files. Its exit status. *ret_report is a new
 * reference, or NULL where there is no report; then why has been said on stderr. `options` as for
 * cli_app_report. */
int cli_report(const char *job, const char *app, const char *const *options, json_t **ret_report);

/* The same, with views and origins that it reports too (policy/compiler/views.h) in a memory file,
 * which it reads from the beginning; -1: none. */
int cli_report_also(const char *job, const char *app, const char *const *options, int also,
                    json_t **ret_report);

/* Adds an option for one of these unless `value` is NULL; `options` has room for
 * CLI_REPORT_OPTIONS. */
void cli_report_option(const char **options, size_t *n, const char *name, const char *value);

/* The report as one line of JSON on stdout. */
void cli_report_print(const json_t *report);

/* The findings of a report as lines on stderr, warnings only if wanted. */
void cli_report_findings(const json_t *report, bool warnings);
