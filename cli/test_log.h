/* What the log says of a case. */
#pragma once

#include <jansson.h>

/* Adds `verdict`, `code`, `rule` ("file:line") and `reason` of the last call of that command, and
 * `asked`. Without a record of it, nothing. 0 or -errno. */
int test_log_tell(const char *folder, const char *command, json_t *outcome);
