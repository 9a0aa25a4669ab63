#include "plugins/shell/program.h"

#include "base/result.h"
#include "plugins/shell/file.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

static bool has_nul(struct tb_bytes text)
{
    return text.n > 0 && memchr(text.data, 0, text.n);
}

static int read_pattern(const struct tb_value *value, struct shell_text *ret_text)
{
    struct tb_bytes text;
    struct tb_argument_error ignored;
    if (!tb_value_str(value, &text))
        return TB_MALFORMED;
    int r = tb_argument_pattern_new(text, &ret_text->pattern, &ignored);
    return r < 0 ? r : r == TB_OK ? TB_OK : TB_MALFORMED;
}

static int read_arg(const struct tb_value *value, struct shell_text *ret_arg)
{
    if (tb_value_type(value) == TB_VALUE_MAP)
        return read_pattern(tb_value_get(value, "pattern"), ret_arg);
    return tb_value_str(value, &ret_arg->fixed) && !has_nul(ret_arg->fixed) ? TB_OK : TB_MALFORMED;
}

static int read_args(const struct tb_value *args, struct shell_program *program)
{
    int r = TB_OK;
    if (tb_value_bool(args, &program->any_args))
        return TB_OK;
    uint32_t n = tb_value_n(args);
    if (tb_value_type(args) != TB_VALUE_ARRAY || n > SHELL_ARGS_MAX)
        return TB_MALFORMED;
    program->args = calloc(n + 1u, sizeof *program->args);
    if (!program->args)
        return -ENOMEM;
    for (uint32_t i = 0; r == TB_OK && i < n; i++) {
        r = read_arg(tb_value_at(args, i), &program->args[i]);
        program->n_args++;
    }
    return r;
}

/* `fixed`: the values; else patterns of what a page may set. */
static int add_env(const struct tb_value *map, bool fixed, struct shell_program *program)
{
    int r = TB_OK;
    for (uint32_t i = 0; r == TB_OK && i < tb_value_n(map); i++) {
        struct shell_variable *variable = &program->env[program->n_env++];
        variable->name = tb_value_key(map, i);
        if (!fixed)
            r = read_pattern(tb_value_at(map, i), &variable->value);
        else if (!tb_value_str(tb_value_at(map, i), &variable->value.fixed) ||
                 has_nul(variable->value.fixed))
            r = TB_MALFORMED;
        if (variable->name.n == 0 || has_nul(variable->name) ||
            memchr(variable->name.data, '=', variable->name.n))
            r = TB_MALFORMED;
    }
    return r;
}

static int read_env(const struct tb_value *entry, struct shell_program *program)
{
    const struct tb_value *fixed = tb_value_get(entry, "env");
    const struct tb_value *allow = tb_value_get(entry, "env_allow");
    if (tb_value_type(fixed) != TB_VALUE_MAP || tb_value_type(allow) != TB_VALUE_MAP ||
        tb_value_n(fixed) > SHELL_ENV_MAX || tb_value_n(allow) > SHELL_ENV_MAX)
        return TB_MALFORMED;
    program->env = calloc(tb_value_n(fixed) + tb_value_n(allow) + 1u, sizeof *program->env);
    if (!program->env)
        return -ENOMEM;
    int r = add_env(fixed, true, program);
    program->n_fixed_env = program->n_env;
    return r == TB_OK ? add_env(allow, false, program) : r;
}

static bool all_paths(const struct tb_value *array)
{
    bool ok = tb_value_type(array) == TB_VALUE_ARRAY;
    for (uint32_t i = 0; ok && i < tb_value_n(array); i++) {
        struct tb_bytes path;
        ok = tb_value_str(tb_value_at(array, i), &path) && path.n > 0 && path.n < PATH_MAX &&
             path.data[0] == '/' && !has_nul(path);
    }
    return ok;
}

static bool read_lists(const struct tb_value *entry, struct shell_program *program)
{
    program->cwd_allow = tb_value_get(entry, "cwd_allow");
    program->read = tb_value_get(entry, "read");
    program->write = tb_value_get(entry, "write");
    program->exec = tb_value_get(entry, "exec");
    return all_paths(program->cwd_allow) && all_paths(program->read) && all_paths(program->write) &&
           all_paths(program->exec);
}

static bool read_picks(const struct tb_value *value, enum shell_picks *ret_picks)
{
    struct tb_bytes word;
    if (!tb_value_str(value, &word))
        return false;
    *ret_picks = tb_bytes_are(word, "write")  ? SHELL_PICKS_WRITE
                 : tb_bytes_are(word, "read") ? SHELL_PICKS_READ
                                              : SHELL_PICKS_NONE;
    return *ret_picks != SHELL_PICKS_NONE || tb_bytes_are(word, "none");
}

static bool read_flags(const struct tb_value *entry, struct shell_program *program)
{
    return tb_value_bool(tb_value_get(entry, "sidecar"), &program->sidecar) &&
           tb_value_bool(tb_value_get(entry, "children"), &program->children) &&
           tb_value_bool(tb_value_get(entry, "network"), &program->network) &&
           tb_value_bool(tb_value_get(entry, "jit"), &program->jit) &&
           tb_value_bool(tb_value_get(entry, "stdin"), &program->takes_input) &&
           read_picks(tb_value_get(entry, "picks"), &program->picks);
}

static bool read_mib(const struct tb_value *value, uint64_t *ret_bytes)
{
    uint64_t mib;
    if (!tb_value_uint(value, &mib) || mib == 0 || mib > UINT32_MAX)
        return false;
    *ret_bytes = mib << 20;
    return true;
}

static bool read_numbers(const struct tb_value *entry, struct shell_program *program)
{
    return tb_value_uint(tb_value_get(entry, "processes"), &program->processes) &&
           program->processes > 0 && tb_value_uint(tb_value_get(entry, "cpu_s"), &program->cpu_s) &&
           tb_value_uint(tb_value_get(entry, "time_s"), &program->time_s) &&
           program->time_s <= UINT32_MAX &&
           read_mib(tb_value_get(entry, "memory_mib"), &program->memory) &&
           read_mib(tb_value_get(entry, "output_mib"), &program->output);
}

static int read_files(const struct tb_value *entry, struct shell_program *program)
{
    const struct tb_value *interpreter = tb_value_get(entry, "interpreter");
    int r = shell_file_read(entry, &program->file);
    program->interpreter.fd = -1;
    program->has_interpreter = interpreter != NULL;
    if (r == TB_OK && interpreter)
        r = shell_file_read(interpreter, &program->interpreter);
    if (r == TB_OK && interpreter &&
        !tb_value_str(tb_value_get(interpreter, "argument"), &program->argument))
        r = TB_MALFORMED;
    return r;
}

static int read_all(const struct tb_value *entry, struct shell_program *program)
{
    struct tb_bytes cwd;
    int r = read_files(entry, program);
    if (r == TB_OK)
        r = read_args(tb_value_get(entry, "args"), program);
    if (r == TB_OK)
        r = read_env(entry, program);
    if (r != TB_OK)
        return r;
    if (!tb_value_str(tb_value_get(entry, "name"), &program->name) ||
        !tb_value_str(tb_value_get(entry, "cwd"), &cwd) || cwd.n == 0 || cwd.data[0] != '/' ||
        has_nul(cwd) || !read_lists(entry, program) || !read_flags(entry, program) ||
        !read_numbers(entry, program))
        return TB_MALFORMED;
    program->cwd = strndup((const char *)cwd.data, cwd.n);
    return program->cwd ? TB_OK : -ENOMEM;
}

int shell_program_read(const struct tb_value *entry, struct shell_program *ret_program)
{
    struct shell_program program = {.file.fd = -1, .interpreter.fd = -1};
    int r = read_all(entry, &program);
    if (r == TB_OK)
        *ret_program = program;
    else
        shell_program_deinit(&program);
    return r;
}

void shell_program_deinit(struct shell_program *program)
{
    shell_file_deinit(&program->file);
    shell_file_deinit(&program->interpreter);
    for (size_t i = 0; i < program->n_args; i++)
        tb_argument_pattern_free(program->args[i].pattern);
    for (size_t i = 0; i < program->n_env; i++)
        tb_argument_pattern_free(program->env[i].value.pattern);
    free(program->args);
    free(program->env);
    free(program->cwd);
}

const char *shell_program_check(const struct shell_program *program)
{
    if (!shell_file_same(&program->file) ||
        (program->has_interpreter && !shell_file_same(&program->interpreter)))
        return "its file has changed since the policy was compiled: reload";
    if (program->file.is_script && !program->has_interpreter)
        return "it is a script: write `interpreter` in its table of [programs], and reload";
    if (program->interpreter.is_script)
        return "its interpreter is a script";
    return NULL;
}

size_t shell_program_fixed_args(const struct shell_program *program,
                                struct tb_bytes ret_args[static SHELL_ARGS_MAX])
{
    for (size_t i = 0; i < program->n_args; i++) {
        if (program->args[i].pattern)
            return 0;
        ret_args[i] = program->args[i].fixed;
    }
    return program->n_args;
}
