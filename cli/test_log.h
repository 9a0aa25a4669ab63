/* What the log says of a case. */
#pragma once

#include <jansson.h>

/* Adds `verdict`, `code`, `rule` ("file:line", or the file) and `reason` of the last call of that
 * command, and `asked`, and notes what was at work (test_coverage.h). Without a record of it, or a
 * command, there is nothing to add. 0 or -errno. */
int test_log_tell(const char *folder, const char *command, json_t *outcome, json_t *hits);
