/* Whether what came of a case is what it expects. */
#pragma once

#include <jansson.h>

/* A new list of what differs, empty if the case holds:
 * [{"key": "code", "expected": "rule", "came": "hook"}], `came` absent where nothing came. */
json_t *test_compare(const json_t *one, const json_t *outcome);
