/*
 * Trollbridge's shell plugin: programs for a page, with the commands and shapes of
 * @tauri-apps/plugin-shell. Which they are, and with which arguments, stands in the policy; each
 * runs in a sandbox of its own, inside the one that the launcher drew around all of them.
 */
#include "base/result.h"
#include "plugins/shell/run.h"
#include "plugins/shell/write.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

/* ---- commands ---- */

static const struct shell_scope *scope_of(const struct tb_call *call)
{
    const struct shell_state *state = call->state;
    return call->scope == TB_NO_SCOPE ? NULL : &state->scopes[call->scope];
}

static void run_execute(struct tb_call *call)
{
    struct shell_state *state = call->state;
    struct shell_request request;
    if (!shell_request_read(call, scope_of(call), &state->picks, &request))
        return;
    shell_run_start(call, state, &request, NULL);
    shell_request_deinit(&request);
}

static void run_spawn(struct tb_call *call)
{
    struct shell_state *state = call->state;
    struct shell_request request;
    struct tb_channel channel;
    if (!tb_arg_channel(call, call->args, "onEvent", TB_REQUIRED, &channel) ||
        !shell_request_read(call, scope_of(call), &state->picks, &request))
        return;
    shell_run_start(call, state, &request, &channel);
    shell_request_deinit(&request);
}

/* As in Tauri, one that has ended already is no error. */
static void run_kill(struct tb_call *call)
{
    uint64_t number;
    if (!tb_arg_uint(call, call->args, "pid", TB_REQUIRED, UINT32_MAX, &number))
        return;
    struct shell_run *run = shell_run_find(call->state, number);
    if (run)
        shell_run_kill(run);
    tb_reply_nil(call);
}

/* ---- the plugin ---- */

/* An entry that cannot be understood allows nothing. */
static int read_scope(const struct tb_plugin_scope *from, struct shell_scope *scope)
{
    uint32_t n = tb_value_n(from->allow);
    scope->deny = from->deny;
    scope->programs = calloc(n + 1u, sizeof *scope->programs);
    if (!scope->programs)
        return -ENOMEM;
    for (uint32_t i = 0; i < n; i++) {
        int r = shell_program_read(tb_value_at(from->allow, i), &scope->programs[scope->n]);
        if (r < 0)
            return r;
        scope->n += r == TB_OK;
    }
    return TB_OK;
}

static void free_state(struct shell_state *state)
{
    for (uint32_t i = 0; i < state->n_scopes; i++) {
        for (size_t k = 0; k < state->scopes[i].n; k++)
            shell_program_deinit(&state->scopes[i].programs[k]);
        free(state->scopes[i].programs);
    }
    for (size_t i = 0; i < state->picks.n; i++) {
        free(state->picks.list[i].path);
        free(state->picks.list[i].at);
    }
    free(state->scopes);
    free(state);
}

static int read_scopes(const struct tb_plugin_init *init, struct shell_state *state)
{
    state->scopes = calloc(init->n_scopes + 1u, sizeof *state->scopes);
    int r = state->scopes ? TB_OK : -ENOMEM;
    for (uint32_t i = 0; r == TB_OK && i < init->n_scopes; i++) {
        state->n_scopes++;
        r = read_scope(&init->scopes[i], &state->scopes[i]);
    }
    return r;
}

static int start(const struct tb_plugin_init *init, void **ret_state)
{
    struct shell_state *state = calloc(1, sizeof *state);
    if (!state)
        return -ENOMEM;
    state->session = init->session;
    int r = read_scopes(init, state);
    if (r == TB_OK)
        *ret_state = state;
    else
        free_state(state);
    return r;
}

/* The launcher's list of system calls stays as it is: the programs need it, and filters are
 * inherited. */
static int seal(void *state)
{
    (void)state;
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ? -errno : 0;
}

static void stop(void *data)
{
    struct shell_state *state = data;
    shell_runs_end(state);
    free_state(state);
}

static char *copy(struct tb_bytes text)
{
    return strndup((const char *)text.data, text.n);
}

/* Without memory for it, it is as if it had not been picked. */
static void picked(void *data, const struct tb_pick *pick)
{
    struct shell_state *state = data;
    struct shell_pick kept = {copy(pick->path), copy(pick->at), pick->folder, pick->recursive,
                              pick->writable};
    if (kept.path && kept.at && state->picks.n < SHELL_PICKS_MAX) {
        state->picks.list[state->picks.n++] = kept;
        return;
    }
    free(kept.path);
    free(kept.at);
}

int main(void)
{
    static const struct tb_plugin_command commands[] = {{"execute", run_execute},
                                                        {"kill", run_kill},
                                                        {"spawn", run_spawn},
                                                        {"stdin_write", shell_write}};
    static const struct tb_plugin plugin = {.commands = commands,
                                            .n_commands = TB_ARRAY_LEN(commands),
                                            .start = start,
                                            .seal = seal,
                                            .stop = stop,
                                            .picked = picked};
    (void)signal(SIGPIPE, SIG_IGN); /* a program that reads no more is an error of the write */
    return tb_plugin_main(&plugin);
}
