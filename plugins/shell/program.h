/*
 * A program that the policy lets a page start: an entry of a scope, as the policy compiler wrote it
 * (docs/formats.md, Programs), and its file, which is held open from the plugin's start on.
 */
#pragma once

#include "argument/pattern.h"
#include "plugins/sdk/trollbridge-plugin.h"

enum { SHELL_ARGS_MAX = 256, SHELL_ENV_MAX = 64, SHELL_ARG_BYTES_MAX = 128 * 1024 };

struct shell_file {
    char *path; /* as the policy has it */
    char *real; /* where that leads */
    uint64_t identity[5];
    int fd;         /* O_PATH; -1: it is not that file */
    bool is_script; /* its first line begins with `#!` */
};

/* What an argument, or the value of a variable, has to be. */
struct shell_text {
    struct tb_bytes fixed;
    struct tb_argument_pattern *pattern; /* NULL: `fixed` */
};

struct shell_variable {
    struct tb_bytes name;
    struct shell_text value;
};

enum shell_picks { SHELL_PICKS_NONE, SHELL_PICKS_READ, SHELL_PICKS_WRITE };

struct shell_program {
    struct tb_bytes name;
    bool sidecar;
    struct shell_file file;
    bool has_interpreter;
    struct shell_file interpreter;
    struct tb_bytes argument; /* of the interpreter; empty: none */
    bool any_args;
    struct shell_text *args;
    size_t n_args;
    struct shell_variable *env; /* what it always has, and behind them what a page may set */
    size_t n_env;
    size_t n_fixed_env;
    char *cwd;
    const struct tb_value *cwd_allow; /* arrays of absolute paths, of the plugin's start */
    const struct tb_value *read;
    const struct tb_value *write;
    const struct tb_value *exec;
    enum shell_picks picks;
    bool children;
    bool network;
    bool jit;
    bool takes_input;
    uint64_t processes;
    uint64_t memory; /* bytes */
    uint64_t cpu_s;
    uint64_t time_s;
    uint64_t output; /* bytes */
};

/* Reads an entry and opens its files. TB_OK, TB_MALFORMED: it says nothing that can be understood,
 * or -ENOMEM. Borrows the entry. */
tb_must_check int shell_program_read(const struct tb_value *entry,
                                     struct shell_program *ret_program);
void shell_program_deinit(struct shell_program *program);

/* Whether both files still are what the policy named, by path and by descriptor. NULL: yes; else
 * why not. */
const char *shell_program_check(const struct shell_program *program);

/* As in Tauri a page that gives no arguments, where it has no say in any, means the policy's. Their
 * number; 0: it has a say. */
size_t shell_program_fixed_args(const struct shell_program *program,
                                struct tb_bytes ret_args[static SHELL_ARGS_MAX]);
