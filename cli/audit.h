/* What the parts of `trollbridge audit` share. */
#pragma once

#include "audit/chain.h"
#include "cli/cli.h"

#include <stdio.h>

int audit_verify(int argc, char **argv);
int audit_show(int argc, char **argv);
int audit_tail(int argc, char **argv);

#define AUDIT_ALL UINT32_MAX

struct audit_options {
    const char *target; /* APP or FILE */
    uint32_t last;      /* how many records; AUDIT_ALL: all */
    bool denied;        /* only what was refused */
    bool json;          /* the lines as they are */
};

/* Reads the options of one command over what *ret_options holds. CLI_DONE, AUDIT_HELPED after the
 * help was printed, or an exit status after an error was. */
enum { AUDIT_HELPED = -1 };
tb_must_check int audit_parse(int argc, char **argv, const char *command_help,
                              struct audit_options *ret_options);

/* The log of APP (a folder with a manifest) or the FILE itself; free it. CLI_DONE, or an exit
 * status after an error was printed. */
tb_must_check int audit_path_of(const char *app_or_file, char **ret_path);

/* Opens the log of APP or FILE for reading. As audit_path_of. Returns a new descriptor. */
tb_must_check int audit_open(const char *app_or_file, int *ret_fd);

/* Whether the options ask for the line. What is no record is never left out. */
bool audit_wants(const struct audit_options *options, const struct tb_piece *piece);

/* Prints the last lines, as many as the options ask for, up to the end of the file. 0 or -errno. */
tb_must_check int audit_print_last(const struct audit_options *options, struct tb_lines *lines);

/* Prints the line: one row of the table, or as it is. What is no record is escaped. */
void audit_print(const struct audit_options *options, const struct tb_piece *piece);
void audit_print_head(const struct audit_options *options);
