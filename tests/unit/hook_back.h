/* Hooked calls that are at their plugin, on the bench. */
#pragma once

#include "tests/unit/hook_bench.h"

#include "tests/unit/event_call.h" /* has the bench */

static inline void begin_under(const struct bench_policy *policy)
{
    bench_init(&bench, TB_MODE_RELAY, TB_ON_VIOLATION_LOCK, BENCH_ALL);
    bench_hello(&bench, secret);
    bench_reload(&bench, policy);
    forget_welcome();
}

static inline void begin(void)
{
    static const struct bench_policy policy = {.commands = (1u << BENCH_ALL) - 1,
                                               .memory_mib = 64,
                                               .resources = 1,
                                               .hooked = 1 << BENCH_ECHO | 1 << BENCH_LISTEN};
    begin_under(&policy);
}

static inline struct tb_hook *hook(void)
{
    return &bench.broker.views.slots[0].hook;
}

/* At the plugin, past the hook. */
static inline struct tb_handle call_past(struct tb_bytes text, uint64_t *ret_number)
{
    struct tb_handle handle = stream_call(&bench, BENCH_ECHO, text);
    hook_passes(&bench, hook_takes(&bench, TB_HOOK_REQUEST).id);
    *ret_number = stream_live(&bench, &handle)->number;
    CHECK_INT(plugin_takes(&bench, TB_PLUGIN_CALL, *ret_number).more, text.n > NO_ARGS.n);
    return handle;
}

/* The hook leaves the bytes that it is asked about at so many. */
static inline void hook_leaves(enum tb_hook_what what, size_t n)
{
    const struct tb_bytes raw = tb_bytes_of(stream_zeros, n);
    hook_answers(&bench, hook_takes(&bench, what).id, none, &raw);
}
