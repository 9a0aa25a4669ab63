/* What the subcommands of `trollbridge` share. One subcommand is one file: cli/NAME.c with
 * cli_NAME. */
#pragma once

#include "base/compiler.h"

#include <stdbool.h>
#include <stdint.h>

/* Exit status, as documented in trollbridge(1). */
enum cli_exit {
    CLI_DONE = 0,
    CLI_DENIED = 1, /* denied, a check failed, or the plugin answered an error */
    CLI_USAGE = 2,
    CLI_FILES = 3, /* the app's files are wrong */
    CLI_PART = 4,  /* a required layer or part is missing */
    CLI_LOST = 5,  /* the session was lost */
};

/* Each gets its own name as argv[0] and returns an exit status. */
int cli_audit(int argc, char **argv);
int cli_bench(int argc, char **argv);
int cli_call(int argc, char **argv);
int cli_dev(int argc, char **argv);
int cli_doctor(int argc, char **argv);
int cli_enclave(int argc, char **argv);
int cli_grants(int argc, char **argv);
int cli_import(int argc, char **argv);
int cli_new(int argc, char **argv);
int cli_policy(int argc, char **argv);
int cli_relay(int argc, char **argv);
int cli_run(int argc, char **argv);
int cli_test(int argc, char **argv);
int cli_types(int argc, char **argv);

/* What `doctor` shows, for an app that requires the layers of the mask (sandbox/layer.h; 0: none
 * but seccomp, without which nothing starts). CLI_DONE or CLI_PART. */
int cli_doctor_show(uint32_t require, bool json);

/* A whole number from `least` to `most`, in decimal digits alone. False: it is none. */
tb_must_check bool cli_read_number(const char *text, uint32_t least, uint32_t most,
                                   uint32_t *ret_number);

/* Prints `trollbridge: CODE: message` on stderr and returns `status`. */
tb_printf(3, 4) int cli_error(int status, const char *code, const char *format, ...);

/* Prints usage errors as cli_error does, with a hint at --help. Returns CLI_USAGE. */
tb_printf(2, 3) int cli_usage(const char *command, const char *format, ...);

/* The same for what getopt_long has just refused. */
int cli_usage_option(const char *command, char **argv);
