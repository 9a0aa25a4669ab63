/* What the tests of streams share: a call at its plugin, and how it may end. */
#pragma once

#include "tests/unit/stream_bench.h"

static struct bench bench;

enum { ECHO };

static inline uint64_t n_violations(void)
{
    return bench.broker.views.slots[0].n_violations;
}

static inline uint32_t token(void)
{
    return bench_session(&bench)->plugins[0].token;
}

/* A call that is at its plugin, which has been told of it. */
static inline struct tb_handle begin_with(struct tb_bytes text, uint64_t *ret_number)
{
    struct tb_handle handle = stream_call(&bench, ECHO, text);
    *ret_number = stream_live(&bench, &handle)->number;
    CHECK_INT(plugin_takes(&bench, TB_PLUGIN_CALL, *ret_number).more, text.n > NO_ARGS.n);
    return handle;
}

static inline struct tb_handle begin(uint64_t *ret_number)
{
    return begin_with(NO_ARGS, ret_number);
}

static inline struct tb_handle begin_body(uint64_t *ret_number)
{
    struct tb_handle handle = begin_with(MORE_ARGS, ret_number);
    CHECK_INT(stream_take(&bench, TB_CREDIT, &handle, 0).credit, 0);
    return handle;
}

/* The plugin was ended, and its call answered by that. */
static inline void check_plugin_ended(const struct tb_handle *handle, uint64_t counter)
{
    CHECK_INT(token(), 0);
    CHECK_INT(stream_take(&bench, TB_REPLY, handle, counter).code, TB_CODE_PLUGIN_CRASHED);
    CHECK(stream_quiet(&bench));
    CHECK_INT(bench_session(&bench)->n_streams, 0);
}
