/* Text of foreign origin on a terminal: shown escaped, in columns, in colour where that is wanted.
 * Reports name what files hold, and who wrote those may be anybody. */
#pragma once

#include "base/compiler.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

enum cli_colour { CLI_PLAIN, CLI_BOLD, CLI_RED, CLI_YELLOW, CLI_GREEN, CLI_DIM };

/* Escapes what a terminal obeys. Returns the number of columns. */
int cli_put_to(FILE *out, const char *untrusted_text);
int cli_put(const char *untrusted_text);
/* JSON on one line and its newline, escaped in the same way, which JSON reads as what it was. The
 * caller frees. NULL: no memory, or no JSON. */
char *cli_json_line(const json_t *json);
/* The same, on stdout. */
void cli_put_json(const json_t *json);
/* Spaces, from so many columns up to `width`. */
void cli_pad(int used, int width);

/* Nothing unless stdout is a terminal and NO_COLOR is not set. CLI_PLAIN ends a colour. */
void cli_colour(enum cli_colour colour);

/* The string of a key, or "". Borrows. */
const char *cli_text(const json_t *object, const char *key);
json_int_t cli_number(const json_t *object, const char *key);

/* An entry of a scope as one writes it: a string as it is, `{"path": "x"}` as x, else JSON. The
 * caller frees. NULL: no memory. */
char *cli_entry_text(const json_t *entry);

/* "2 commands", "1 command". */
void cli_put_count(size_t n, const char *noun);
/* A file's name; of one that came with Trollbridge from `share` on. Returns the number of columns.
 */
int cli_put_file(const char *path);
/* "capabilities/main.json:7", or nothing. Returns the number of columns. */
int cli_put_place(const json_t *rule);
