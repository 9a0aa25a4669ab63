/* Which parts of an app's policy the cases have put to work. */
#pragma once

#include <jansson.h>

/* Notes what a record of the log says was at work, in `hits`, an object that is used as a set. */
void test_coverage_note(const json_t *record, json_t *hits);

/* {"covered": 3, "total": 5, "missing": [...]}: of `covers`, the answer of the job `cases`. A new
 * reference. */
json_t *test_coverage_of(const json_t *covers, const json_t *hits);
/* The same for people, on stdout. */
void test_coverage_put(const json_t *coverage);
