/* What filters the calls of a command: items of `policy explain` and of the report that `policy
 * diff` compares. docs/formats.md, Check, has their form. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

/* Prints the limits and, a line each, what filters the calls. */
void policy_put_filters(const json_t *answer);

/* One item in a line of text, without its place: `rule deny {"when":...}`. The caller frees; NULL:
 * out of memory. */
char *policy_filter_text(const json_t *item);

/* Of a view: each item, and each rate, with the commands that it is for. `all`: also where there
 * are many. */
void policy_print_filters(const json_t *report, const json_t *group, bool all);
/* All of them: most are granted to nobody, and so are in no group. */
void policy_print_tripwires(const json_t *report, bool all);
