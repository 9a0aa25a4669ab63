/* What `trollbridge policy diff` prints. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

/* Two reports about the same views. CLI_DENIED when the second is wider, else CLI_DONE. */
int policy_print_changes(const json_t *before, const json_t *after, bool json);
