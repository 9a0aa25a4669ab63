/* The commands that `trollbridge policy check` lists, by the entries of capabilities that grant or
 * deny them, so that `core:default` is one line. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

/* Of the column of names: as wide as the widest of a list, within these. */
enum { POLICY_NAME_LEAST = 28, POLICY_NAME_MOST = 44 };

/* The width that a list needs of which one name has n characters. */
int policy_name_width(int width, size_t n);

void policy_print_heading(const char *text);
/* The end of a line: where in the files. */
void policy_print_place(const json_t *rule);

/* The heading and the list, if it holds anything. `counts`: how much of it is unimplemented. `all`:
 * each command. */
void policy_print_shares(const char *heading, const json_t *list, bool counts, bool all);
