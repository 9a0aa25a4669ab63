/*
 * A passphrase that a person types on the terminal, or that stands in a file.
 *
 * It is held in memory with guard pages, locked as far as the limit of the process allows, left
 * out of core files, and wiped when it is freed. It is UTF-8 of 1 to CLI_PASSPHRASE_MAX bytes
 * without control characters.
 */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"
#include "proto/limits.h"

#include <stdbool.h>

enum { CLI_PASSPHRASE_MAX = TB_SECRET_MAX };

struct cli_passphrase {
    char *text; /* no string: it has `n` bytes; NULL: there is none */
    size_t n;
};

/* Makes room for one. False: no memory. */
tb_must_check bool cli_passphrase_init(struct cli_passphrase *passphrase);
void cli_passphrase_deinit(struct cli_passphrase *passphrase); /* zeroed is fine */

/* Why it is none ("is empty"); NULL: it is one. */
const char *cli_passphrase_problem(struct tb_bytes untrusted_passphrase);

/*
 * From the first line of `file`, `-` being standard input; with NULL, from whoever sits at the
 * process's terminal, who is asked for `name` ("Passphrase of the backup"), twice if `is_new`. An
 * exit status; what is wrong has been printed. `ret_passphrase` is to be deinitialised if
 * CLI_DONE.
 */
int cli_passphrase_get(const char *file, const char *name, bool is_new,
                       struct cli_passphrase *ret_passphrase);
/* The first of the two by itself. */
int cli_passphrase_from_file(const char *file, struct cli_passphrase *ret_passphrase);
