/* Calls of the commands that the broker answers itself, in one view or two. */
#pragma once

#include "tests/unit/stream_bench.h"

static struct bench bench;

static inline uint64_t n_violations(void)
{
    return bench.broker.views.slots[bench.end.slot].n_violations;
}

static inline void forget_welcome(void)
{
    tb_buffer_consume(&bench.end.from_broker, tb_buffer_n(&bench.end.from_broker));
}

/* One view, `main`, that may emit as far as that. */
static inline void begin_one(enum bench_events events)
{
    bench_init(&bench, TB_MODE_RELAY, TB_ON_VIOLATION_LOCK, BENCH_ALL);
    bench_hello(&bench, secret);
    const struct bench_policy policy = {
        .commands = (1u << BENCH_ALL) - 1, .memory_mib = 64, .events = events, .resources = 1};
    bench_reload(&bench, &policy);
    forget_welcome();
}

/* And `settings`, which is silent first. */
static inline void begin_two(enum bench_events events)
{
    begin_one(events);
    bench_open_second(&bench);
    bench_hello(&bench, secret);
    forget_welcome();
    bench_switch(&bench);
}

struct text {
    struct tb_buffer out;
    struct tb_packer packer;
};

static inline struct tb_packer *begin_args(struct text *text, size_t n)
{
    tb_buffer_init(&text->out, TB_FRAME_MAX);
    tb_packer_init(&text->packer, &text->out);
    tb_pack_map(&text->packer, 1);
    tb_pack_key(&text->packer, "args");
    tb_pack_map(&text->packer, n);
    return &text->packer;
}

static inline struct tb_handle call_with(enum bench_command command, struct text *text)
{
    CHECK(!text->packer.failed);
    struct tb_handle handle = stream_call(&bench, command, tb_buffer_bytes(&text->out));
    tb_buffer_deinit(&text->out);
    return handle;
}

static inline struct tb_handle listen_at(const char *event, const char *kind, const char *label)
{
    struct text text;
    struct tb_packer *packer = begin_args(&text, 2);
    tb_pack_key_text(packer, "event", event);
    tb_pack_key(packer, "target");
    tb_pack_map(packer, label ? 2 : 1);
    tb_pack_key_text(packer, "kind", kind);
    if (label)
        tb_pack_key_text(packer, "label", label);
    return call_with(BENCH_LISTEN, &text);
}

/* A listener that hears everything of that name. Its id follows. */
static inline struct tb_handle listener_of(const char *event)
{
    struct tb_handle handle = listen_at(event, "Any", NULL);
    struct stream_seen seen = stream_take(&bench, TB_CHUNK, &handle, 0);
    CHECK(seen.type == TB_CHUNK_VALUE && seen.value > 0);
    return handle;
}

static inline struct tb_handle emit_bytes(const char *event, size_t n)
{
    struct text text;
    struct tb_packer *packer = begin_args(&text, 2);
    tb_pack_key_text(packer, "event", event);
    tb_pack_key(packer, "payload");
    tb_pack_bin(packer, tb_bytes_of(stream_zeros, n));
    return call_with(BENCH_EMIT, &text);
}

static inline struct tb_handle emit_to(const char *event, const char *kind, const char *label)
{
    struct text text;
    struct tb_packer *packer = begin_args(&text, 2);
    tb_pack_key_text(packer, "event", event);
    tb_pack_key(packer, "target");
    if (kind) {
        tb_pack_map(packer, label ? 2 : 1);
        tb_pack_key_text(packer, "kind", kind);
        if (label)
            tb_pack_key(packer, "label");
    }
    if (label)
        tb_pack_str(packer, tb_bytes_of_string(label));
    return call_with(BENCH_EMIT_TO, &text);
}

static inline enum tb_code answer_to(const struct tb_handle *handle)
{
    return stream_take(&bench, TB_REPLY, handle, 0).code;
}

/* Emits a small event and takes the answer, behind what its own listeners got: how many. */
static inline uint32_t emit_small(const char *event)
{
    uint32_t n = 0;
    struct stream_seen seen;
    struct tb_handle handle = emit_bytes(event, 1);
    for (;; n++) {
        CHECK(stream_look(&bench, &seen));
        if (seen.kind == TB_REPLY)
            break;
        CHECK(seen.kind == TB_CHUNK && seen.type == TB_CHUNK_MESSAGE);
    }
    CHECK(tb_handle_equal(&seen.handle, &handle) && seen.code == TB_CODE_NONE);
    return n;
}

/* What the silent endpoint has been sent in the meantime. */
static inline uint32_t heard_by_other(void)
{
    uint32_t n = 0;
    struct stream_seen seen;
    bench_switch(&bench);
    while (stream_look(&bench, &seen))
        n++;
    bench_switch(&bench);
    return n;
}

static inline struct tb_listener *first_listener(void)
{
    return bench_session(&bench)->listeners;
}

static inline uint64_t start_plugin(void)
{
    struct tb_handle handle = stream_call(&bench, BENCH_ECHO, NO_ARGS);
    uint64_t number = stream_live(&bench, &handle)->number;
    bench_plugin_answer(&bench, number);
    (void)stream_take(&bench, TB_REPLY, &handle, 0);
    tb_buffer_consume(&bench.to_plugin, tb_buffer_n(&bench.to_plugin));
    return bench_session(&bench)->plugins[0].ids;
}

static inline void begin_emit(struct stream_says *says, const char *event, size_t n)
{
    tb_buffer_init(&says->out, TB_FRAME_MAX);
    says->plain = tb_plain_begin(&says->packer, &says->out, TB_PLUGIN_EMIT);
    tb_pack_map(&says->packer, 2);
    tb_pack_key_text(&says->packer, "event", event);
    tb_pack_key(&says->packer, "payload");
    tb_pack_bin(&says->packer, tb_bytes_of(stream_zeros, n));
}
