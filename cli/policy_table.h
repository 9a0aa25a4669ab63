/* What `trollbridge policy check` prints for people. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

/* A report that has the key `views`. `all`: each command and each scope entry. */
void policy_print_table(const json_t *report, bool all);
