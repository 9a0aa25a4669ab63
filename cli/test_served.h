/* What answers the calls of a case in place of the app's plugins. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct trollbridge_plugin;
struct test_served;

/* Serves the commands of one case, the calls before its own among them. Borrows it. NULL: no
 * memory. */
struct test_served *test_served_new(const json_t *one);
void test_served_free(struct test_served *served); /* NULL is fine */

const struct trollbridge_plugin *test_served_plugins(const struct test_served *served,
                                                     size_t *ret_n);

/* What comes from here on is that call, of the case or before it: it gets the answer that stands
 * beside it, and is noted. What was noted before is forgotten. Borrows it. */
void test_served_begin(struct test_served *served, const json_t *step);
/* Whether that call got here. */
bool test_served_called(const struct test_served *served);
/* Adds `args_after` and `raw_after` to what came of the case, if a call got here. */
void test_served_tell(const struct test_served *served, json_t *outcome);
