#include "plugins/shell/request.h"

#include "base/bytes.h"
#include "base/fd.h"
#include "plugins/shell/cwd.h"
#include "plugins/shell/encoding.h"
#include "plugins/shell/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct texts {
    struct tb_bytes list[SHELL_ARGS_MAX];
    size_t n;
};

/* ---- which program ---- */

static bool is_denied(const struct tb_value *deny, struct tb_bytes name)
{
    for (uint32_t i = 0; i < tb_value_n(deny); i++) {
        struct tb_bytes denied;
        /* What cannot be understood denies. */
        if (!tb_value_str(tb_value_get(tb_value_at(deny, i), "name"), &denied) ||
            tb_bytes_equal(denied, name))
            return true;
    }
    return false;
}

/* The first of a name counts, as in Tauri. */
static const struct shell_program *find(const struct shell_scope *scope, struct tb_bytes name)
{
    for (size_t i = 0; i < scope->n; i++)
        if (tb_bytes_equal(scope->programs[i].name, name))
            return &scope->programs[i];
    return NULL;
}

static const struct shell_program *find_program(struct tb_call *call,
                                                const struct shell_scope *scope, bool sidecar)
{
    struct tb_bytes name;
    if (!tb_arg_str(call, call->args, "program", TB_REQUIRED, &name))
        return NULL;
    const struct shell_program *program =
        scope && !is_denied(scope->deny, name) ? find(scope, name) : NULL;
    if (!program || program->sidecar != sidecar) {
        tb_reply_error(call, TB_CODE_SCOPE, 0, "%s",
                       program ? "this program is a sidecar, or it is none: use the other function"
                               : "no program of this name may be started");
        return NULL;
    }
    const char *wrong = shell_program_check(program);
    tb_reply_note(call, "program %.*s: %s", (int)program->name.n, (const char *)program->name.data,
                  program->file.real);
    if (wrong)
        tb_reply_error(call, TB_CODE_IO, 0, "%s", wrong);
    return wrong ? NULL : program;
}

/* ---- arguments ---- */

static bool read_texts(struct tb_call *call, struct texts *ret_texts)
{
    const struct tb_value *args = NULL;
    ret_texts->n = 0;
    if (!tb_arg_value(call, call->args, "args", TB_OPTIONAL, &args))
        return false;
    if (tb_value_str(args, &ret_texts->list[0])) {
        ret_texts->n = 1;
        return true;
    }
    return tb_arg_strs(call, call->args, "args", TB_OPTIONAL, SHELL_ARGS_MAX, ret_texts->list,
                       &ret_texts->n);
}

/* No arguments at all stand for the policy's own, as in Tauri, where all of them are fixed. */
static void take_fixed(const struct shell_program *program, struct texts *texts)
{
    for (size_t i = 0; i < program->n_args; i++)
        if (program->args[i].pattern)
            return;
    for (size_t i = 0; texts->n == 0 && i < program->n_args; i++)
        texts->list[i] = program->args[i].fixed;
    texts->n = texts->n == 0 ? program->n_args : texts->n;
}

static bool fits(const struct shell_text *wanted, struct tb_bytes text)
{
    if (!wanted->pattern)
        return tb_bytes_equal(wanted->fixed, text);
    bool option = text.n > 0 && text.data[0] == '-';
    return (!option || tb_argument_pattern_is_option(wanted->pattern)) &&
           tb_argument_pattern_matches(wanted->pattern, text);
}

static bool refuse_arg(struct tb_call *call, size_t i, const char *why)
{
    tb_reply_error(call, TB_CODE_SCOPE, 0, "args[%zu]: %s", i, why);
    return false;
}

static bool check_arg(struct tb_call *call, const struct shell_program *program, size_t i,
                      struct tb_bytes text)
{
    bool fixed = !program->any_args && !program->args[i].pattern;
    if (!fixed && !shell_text_is_plain(text))
        return refuse_arg(call, i, "control characters, or no UTF-8");
    if (!program->any_args && !fits(&program->args[i], text))
        return refuse_arg(call, i, "not what the policy allows here");
    return true;
}

static bool check_args(struct tb_call *call, const struct shell_program *program,
                       struct texts *texts)
{
    size_t n_bytes = 0;
    if (texts->n == 0)
        texts->n = shell_program_fixed_args(program, texts->list);
    if (!program->any_args && texts->n != program->n_args) {
        tb_reply_error(call, TB_CODE_SCOPE, 0, "args: the policy allows %zu arguments, not %zu",
                       program->n_args, texts->n);
        return false;
    }
    for (size_t i = 0; i < texts->n; i++) {
        n_bytes += texts->list[i].n + 1;
        if (!check_arg(call, program, i, texts->list[i]))
            return false;
    }
    if (n_bytes <= SHELL_ARG_BYTES_MAX)
        return true;
    tb_reply_error(call, TB_CODE_TOO_LARGE, 0, "args: more than %d bytes", SHELL_ARG_BYTES_MAX);
    return false;
}

/* Texts with a NUL behind each, as exec wants them, in one block of memory. */
static char **block_of(const struct tb_bytes *const *texts, size_t n)
{
    size_t size = (n + 1) * sizeof(char *);
    for (size_t i = 0; i < n; i++)
        size += texts[i]->n + 1;
    char **list = malloc(size);
    char *at = list ? (char *)(list + n + 1) : NULL;
    for (size_t i = 0; list && i < n; i++) {
        list[i] = at;
        if (texts[i]->n > 0)
            memcpy(at, texts[i]->data, texts[i]->n);
        at[texts[i]->n] = 0;
        at += texts[i]->n + 1;
    }
    if (list)
        list[n] = NULL;
    return list;
}

static char **argv_of(const struct shell_program *program, const struct texts *texts)
{
    const struct tb_bytes *list[SHELL_ARGS_MAX + 3];
    const struct tb_bytes path = tb_bytes_of_string(program->file.path);
    const struct tb_bytes interpreter =
        program->has_interpreter ? tb_bytes_of_string(program->interpreter.path) : path;
    size_t n = 0;
    list[n++] = &interpreter;
    if (program->argument.n > 0)
        list[n++] = &program->argument;
    /* Where the links led that were followed when the policy was compiled: one that is put
     * elsewhere since then names another script. */
    const struct tb_bytes script = tb_bytes_of_string(program->file.real);
    if (program->has_interpreter)
        list[n++] = &script;
    for (size_t i = 0; i < texts->n; i++)
        list[n++] = &texts->list[i];
    return block_of(list, n);
}

/* ---- options ---- */

static bool find_variable(const struct shell_program *program, struct tb_bytes name,
                          struct tb_bytes value)
{
    for (size_t i = program->n_fixed_env; i < program->n_env; i++)
        if (tb_bytes_equal(program->env[i].name, name))
            return tb_argument_pattern_matches(program->env[i].value.pattern, value);
    return false;
}

static bool check_env(struct tb_call *call, const struct shell_program *program,
                      const struct tb_value *env)
{
    for (uint32_t i = 0; i < tb_value_n(env); i++) {
        struct tb_bytes name = tb_value_key(env, i);
        struct tb_bytes value;
        if (tb_value_str(tb_value_at(env, i), &value) && shell_text_is_plain(value) &&
            find_variable(program, name, value))
            continue;
        tb_reply_error(call, TB_CODE_SCOPE, 0,
                       "options.env: `%.*s` is not a variable, or not a value, that `env_allow` of "
                       "this program has",
                       (int)(name.n < 64 ? name.n : 64), (const char *)name.data);
        return false;
    }
    return true;
}

/* NAME=value, what the page has set in the place of what policy has. */
static char **envp_of(const struct shell_program *program, const struct tb_value *env)
{
    char **list = calloc(program->n_fixed_env + tb_value_n(env) + 1, sizeof *list);
    size_t n = 0;
    bool ok = list != NULL;
    for (size_t i = 0; ok && i < program->n_fixed_env; i++) {
        const struct shell_variable *fixed = &program->env[i];
        char name[256];
        if (fixed->name.n >= sizeof name)
            continue;
        memcpy(name, fixed->name.data, fixed->name.n);
        name[fixed->name.n] = 0;
        if (tb_value_get(env, name))
            continue;
        ok = asprintf(&list[n], "%s=%.*s", name, (int)fixed->value.fixed.n,
                      (const char *)fixed->value.fixed.data) >= 0;
        n += ok;
    }
    for (uint32_t i = 0; ok && i < tb_value_n(env); i++) {
        struct tb_bytes name = tb_value_key(env, i);
        struct tb_bytes value = {0};
        (void)tb_value_str(tb_value_at(env, i), &value); /* it has been checked */
        ok = asprintf(&list[n], "%.*s=%.*s", (int)name.n, (const char *)name.data, (int)value.n,
                      (const char *)value.data) >= 0;
        n += ok;
    }
    if (ok)
        return list;
    while (n > 0)
        free(list[--n]);
    free(list);
    return NULL; /* never a part of what policy says */
}

/* ---- the rest ---- */

static bool read_encoding(struct tb_call *call, struct tb_args options,
                          struct shell_request *request)
{
    struct tb_bytes label = {0};
    if (!tb_arg_str(call, options, "encoding", TB_OPTIONAL, &label))
        return false;
    if (label.n == 0)
        return true;
    if (shell_encoding_find(label, &request->encoding))
        return true;
    tb_reply_error(call, TB_CODE_INVALID_ARGS, 0, "options.encoding: unknown encoding");
    return false;
}

/* ---- all of it ---- */

static bool read_options(struct tb_call *call, const struct shell_picked *picks,
                         struct tb_args options, struct shell_request *request)
{
    struct tb_args env;
    if (!tb_arg_args(call, options, "env", TB_OPTIONAL, &env) ||
        !check_env(call, request->program, env.map) || !read_encoding(call, options, request) ||
        !shell_cwd_open(call, picks, options, request))
        return false;
    request->envp = envp_of(request->program, env.map);
    if (!request->envp)
        tb_reply_error(call, TB_CODE_IO, ENOMEM, "no memory");
    return request->envp != NULL;
}

static bool read_all(struct tb_call *call, const struct shell_scope *scope,
                     const struct shell_picked *picks, struct shell_request *request)
{
    struct tb_args options;
    struct texts texts;
    bool sidecar = false;
    if (!tb_arg_args(call, call->args, "options", TB_OPTIONAL, &options) ||
        !tb_arg_bool(call, options, "sidecar", TB_OPTIONAL, &sidecar))
        return false;
    request->program = find_program(call, scope, sidecar);
    if (!request->program || !read_texts(call, &texts))
        return false;
    take_fixed(request->program, &texts);
    if (!check_args(call, request->program, &texts) || !read_options(call, picks, options, request))
        return false;
    request->argv = argv_of(request->program, &texts);
    if (!request->argv)
        tb_reply_error(call, TB_CODE_IO, ENOMEM, "no memory");
    return request->argv != NULL;
}

bool shell_request_read(struct tb_call *call, const struct shell_scope *scope,
                        const struct shell_picked *picks, struct shell_request *ret_request)
{
    struct shell_request request = {.cwd = -1};
    bool ok = read_all(call, scope, picks, &request);
    if (ok)
        *ret_request = request;
    else
        shell_request_deinit(&request);
    return ok;
}

void shell_request_deinit(struct shell_request *request)
{
    for (size_t i = 0; request->envp && request->envp[i]; i++)
        free(request->envp[i]);
    free(request->envp);
    free(request->argv);
    tb_fd_close(&request->cwd);
}
