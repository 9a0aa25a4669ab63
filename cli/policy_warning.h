/* The warnings of a policy, as `trollbridge policy check` prints them for people. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

/* One line for each code and message, with the places where it holds. `all`: each of them. */
void policy_print_warnings(const json_t *warnings, bool all);
