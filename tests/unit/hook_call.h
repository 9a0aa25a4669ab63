/* Calls that the app's hook sees, on the bench. */
#pragma once

#include "tests/unit/hook_bench.h"

static struct bench bench;

static const struct bench_policy hooks_echo = {
    .commands = 7, .memory_mib = 64, .hooked = 1 << BENCH_ECHO};

static inline void begin_under(const struct bench_policy *policy)
{
    bench_init(&bench, TB_MODE_RELAY, TB_ON_VIOLATION_LOCK, BENCH_COMMANDS);
    bench_hello(&bench, secret);
    bench_reload(&bench, policy);
    tb_buffer_consume(&bench.end.from_broker, tb_buffer_n(&bench.end.from_broker));
    CHECK_INT(bench_session(&bench)->state, TB_SESSION_OPEN);
}

static inline struct tb_hook *hook(void)
{
    return &bench.broker.views.slots[0].hook;
}

static inline struct tb_handle call(enum bench_command command)
{
    return stream_call(&bench, command, NO_ARGS);
}

static inline enum tb_code reply_code(const struct tb_handle *handle)
{
    return stream_take(&bench, TB_REPLY, handle, 0).code;
}

/* At the plugin, past the hook. */
static inline struct tb_handle call_past_hook(uint64_t *ret_number)
{
    struct tb_handle handle = call(BENCH_ECHO);
    hook_passes(&bench, hook_takes(&bench, TB_HOOK_REQUEST).id);
    *ret_number = stream_live(&bench, &handle)->number;
    (void)plugin_takes(&bench, TB_PLUGIN_CALL, *ret_number);
    return handle;
}
