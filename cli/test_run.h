/* One case, through the whole of Trollbridge. */
#pragma once

#include <jansson.h>

/*
 * Starts the app anew for this case, so that nothing is left over from another one, makes its calls
 * and ends it. What came of it, a new reference in *ret_outcome:
 *
 *     {"verdict": "allow", "code": "", "rule": "trollbridge.toml:41", "reason": "", "asked": true,
 *      "alerts": ["tripwire"], "args_after": {}, "raw_after": "", "result_after": 1,
 *      "result_raw_after": "", "error_after": {"code": "", "message": ""}}
 *
 * where each key is there only if there is something to tell. What was at work is noted in `hits`
 * (test_coverage.h). CLI_DONE, or the exit status that
 * says why it could not be run; that has been printed.
 */
int test_run(const char *app, const json_t *one, json_t *hits, json_t **ret_outcome);
