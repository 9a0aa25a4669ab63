/* The hook on the bench: what it is asked, and what it says. */
#pragma once

#include "proto/hook.h"
#include "tests/unit/stream_bench.h"

/* A question that the hook was sent. */
struct hook_asked {
    uint64_t id;
    enum tb_hook_what what;
    uint64_t call;
    uint64_t value; /* a number */
    bool has_raw;
    uint64_t n_raw;
    bool in;
};

/* The next question behind INIT; false: there is none. */
static inline bool hook_look(struct bench *bench, struct hook_asked *ret_asked)
{
    struct tb_unpacker unpacker;
    struct tb_hook_init init;
    struct tb_hook_ask ask = {0};
    struct tb_frame frame;
    size_t size;
    if (tb_frame_parse(TB_SIDE_HOOK, tb_buffer_bytes(&bench->to_hook), &frame, &size) != TB_OK)
        return false;
    bool is_init = frame.kind == TB_HOOK_INIT;
    CHECK_INT(tb_unpacker_init(&unpacker, &tb_scan_hook), 0);
    if (is_init)
        CHECK_INT(tb_hook_init_read(&unpacker, frame.body, &init), TB_OK);
    else
        CHECK_INT(tb_hook_ask_read(&unpacker, frame.body, &ask), TB_OK);
    *ret_asked = (struct hook_asked){
        ask.id,      ask.what,  ask.call, ask.value ? stream_number(ask.value) : 0,
        ask.has_raw, ask.raw.n, ask.in};
    tb_unpacker_deinit(&unpacker);
    tb_buffer_consume(&bench->to_hook, size);
    return is_init ? hook_look(bench, ret_asked) : true;
}

static inline struct hook_asked hook_takes(struct bench *bench, enum tb_hook_what what)
{
    struct hook_asked asked;
    CHECK(hook_look(bench, &asked));
    CHECK_INT(asked.what, what);
    return asked;
}

static inline bool hook_quiet(const struct bench *bench)
{
    return tb_buffer_n(&bench->to_hook) == 0;
}

static inline void hook_answers(struct bench *bench, uint64_t id, struct tb_bytes value,
                                const struct tb_bytes *raw)
{
    struct tb_buffer out;
    tb_buffer_init(&out, TB_HEADER_SIZE + TB_FRAME_MAX);
    CHECK_INT(tb_hook_answer_write(&out, id, value, raw), TB_OK);
    bench_hook_send(bench, tb_buffer_bytes(&out));
    tb_buffer_deinit(&out);
    bench_check(bench);
}

/* With args of its own: `{"a": number}`, or none. */
static inline void hook_passes(struct bench *bench, uint64_t id)
{
    hook_answers(bench, id, EMPTY_MAP, NULL);
}

static inline void hook_refuses(struct bench *bench, uint64_t id, const char *why)
{
    struct tb_buffer out;
    tb_buffer_init(&out, TB_HEADER_SIZE + TB_FRAME_MAX);
    CHECK_INT(tb_hook_refusal_write(&out, id, tb_bytes_of_string(why)), TB_OK);
    bench_hook_send(bench, tb_buffer_bytes(&out));
    tb_buffer_deinit(&out);
    bench_check(bench);
}
