/* Calls of which a person is asked, on the bench: what the host is told, and what it answers. */
#pragma once

#include "base/fd.h"
#include "proto/ask.h"
#include "tests/unit/stream_bench.h"

static struct bench bench;

#define ASKED (1u << BENCH_ECHO)

static const struct bench_policy asking = {.commands = 7, .memory_mib = 64, .asks = ASKED};
static const struct bench_policy asking_more = {
    .commands = 7, .memory_mib = 64, .asks = ASKED | 1u << BENCH_OTHER};
static const struct bench_policy free_again = {.commands = 7, .memory_mib = 64};
static const struct bench_policy revoked = {.commands = 6, .memory_mib = 64};

/* ---- the host ---- */

/* What the host was told. */
struct told {
    enum tb_kind kind;
    uint32_t id;
    uint64_t bytes;
    bool more;
    uint32_t n_args;
};

static inline void read_told(struct tb_unpacker *unpacker, const struct tb_frame *frame,
                             struct told *ret_told)
{
    struct tb_ask ask;
    ret_told->kind = frame->kind;
    if (frame->kind == TB_ASK_OVER)
        CHECK_INT(tb_ask_over_read(unpacker, frame->body, &ret_told->id), TB_OK);
    if (frame->kind != TB_ASK)
        return;
    CHECK_INT(tb_ask_read(unpacker, frame->body, &ask), TB_OK);
    CHECK(tb_bytes_are(ask.view, "main") && tb_bytes_are(ask.origin, "local"));
    CHECK(ask.command.n > 0 && ask.remember_days == 7);
    ret_told->id = ask.id;
    ret_told->bytes = ask.bytes;
    ret_told->more = ask.more;
    ret_told->n_args = ask.args->via.map.size;
}

/* The next ASK or ASK_OVER; kind 0: there is none. */
static inline struct told hear(void)
{
    struct told told = {0};
    struct tb_unpacker unpacker;
    struct tb_frame frame;
    size_t size;
    CHECK_INT(tb_unpacker_init(&unpacker, &tb_scan_peer), 0);
    while (tb_frame_parse(TB_SIDE_HOST, tb_buffer_bytes(&bench.to_host), &frame, &size) == TB_OK) {
        bool ours = frame.kind == TB_ASK || frame.kind == TB_ASK_OVER;
        if (ours)
            read_told(&unpacker, &frame, &told);
        tb_buffer_consume(&bench.to_host, size);
        if (ours)
            break;
    }
    tb_unpacker_deinit(&unpacker);
    return told;
}

static inline uint32_t hear_ask(void)
{
    struct told told = hear();
    CHECK_INT(told.kind, TB_ASK);
    return told.id;
}

static inline void answer(uint32_t id, enum tb_answered answered)
{
    const struct tb_ask_answer message = {id, answered};
    struct tb_buffer out;
    tb_buffer_init(&out, TB_HEADER_SIZE + TB_CONTROL_MAX);
    CHECK_INT(tb_ask_answer_write(&out, &message), TB_OK);
    ssize_t sent = tb_fd_send(bench.host, tb_buffer_bytes(&out), -1, 0);
    CHECK_INT(sent, tb_buffer_n(&out));
    tb_buffer_deinit(&out);
    bench_run(&bench);
    bench_check(&bench);
}

/* ---- the view ---- */

static inline void begin(const struct bench_policy *policy)
{
    session_begin(&bench, TB_ON_VIOLATION_LOCK);
    bench_reload(&bench, policy);
    tb_buffer_consume(&bench.to_host, tb_buffer_n(&bench.to_host));
}

/* A call that waits for a person has given its slot back. */
static inline struct tb_handle ask(uint32_t command)
{
    struct tb_handle handle = stream_call(&bench, command, NO_ARGS);
    CHECK_INT(stream_take(&bench, TB_CREDIT, &handle, 0).credit, 0);
    return handle;
}

static inline void check_denied(const struct tb_handle *handle, enum tb_code code)
{
    CHECK_INT(stream_take(&bench, TB_REPLY, handle, 1).code, code);
}

/* It is at the plugin; which answers it. */
static inline void check_dispatched(const struct tb_handle *handle)
{
    struct stream_told told;
    CHECK(plugin_told(&bench, &told));
    CHECK_INT(told.kind, TB_PLUGIN_CALL);
    bench_plugin_answer(&bench, told.call);
    CHECK_INT(stream_take(&bench, TB_REPLY, handle, 1).value, 1);
}

static inline void check_nothing_dispatched(void)
{
    struct stream_told told;
    CHECK(!plugin_told(&bench, &told));
}

/* A call of which nobody is asked any more. */
static inline void check_passes(uint32_t command)
{
    struct stream_told told;
    struct tb_handle handle = stream_call(&bench, command, NO_ARGS);
    CHECK_INT(hear().kind, 0);
    CHECK(plugin_told(&bench, &told));
    bench_plugin_answer(&bench, told.call);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 0).code, TB_CODE_NONE);
}

static inline void check_refused(uint32_t command)
{
    struct tb_handle handle = stream_call(&bench, command, NO_ARGS);
    CHECK_INT(hear().kind, 0);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 0).code, TB_CODE_ASK_DENIED);
    check_nothing_dispatched();
}
