/* Calls whose plugin asks for a passphrase, on the bench: what the host is told and types, and what
 * the plugin hears of it. */
#pragma once

#include "base/clock.h"
#include "base/fd.h"
#include "proto/ask.h"
#include "proto/secret.h"
#include "tests/unit/stream_bench.h"

static struct bench bench;

static const struct bench_policy secretive = {.commands = 7, .memory_mib = 64, .secrets = 1};
static const struct bench_policy without = {.commands = 7, .memory_mib = 64};
static const uint8_t seal_key[TB_SECRET_KEY_SIZE] = {5, 6, 7};
static const uint8_t sealed[304] = {8, 9};

/* A call that is at the plugin. */
struct held {
    struct tb_handle handle;
    uint64_t number;
};

/* ---- the host ---- */

/* What the host was told. */
struct told {
    enum tb_kind kind;
    uint32_t id;
    bool is_new;
    char what[TB_SECRET_WHAT_MAX + 1];
};

static inline void read_prompt(struct tb_unpacker *unpacker, struct tb_bytes body,
                               struct told *ret_told)
{
    struct tb_secret_prompt prompt;
    CHECK_INT(tb_secret_prompt_read(unpacker, body, &prompt), TB_OK);
    CHECK(tb_bytes_are(prompt.view, "main") || tb_bytes_are(prompt.view, "settings"));
    CHECK(tb_bytes_are(prompt.origin, "local") && tb_bytes_are(prompt.plugin, "test"));
    CHECK(prompt.command.n > 0 && memcmp(prompt.key, seal_key, sizeof seal_key) == 0);
    ret_told->id = prompt.id;
    ret_told->is_new = prompt.is_new;
    memcpy(ret_told->what, prompt.what.data, prompt.what.n);
}

static inline bool read_told(struct tb_unpacker *unpacker, const struct tb_frame *frame,
                             struct told *ret_told)
{
    struct tb_ask ask;
    ret_told->kind = frame->kind;
    switch ((int)frame->kind) {
    case TB_ASK:
        CHECK_INT(tb_ask_read(unpacker, frame->body, &ask), TB_OK);
        ret_told->id = ask.id;
        return true;
    case TB_ASK_OVER:
        CHECK_INT(tb_ask_over_read(unpacker, frame->body, &ret_told->id), TB_OK);
        return true;
    case TB_SECRET:
        read_prompt(unpacker, frame->body, ret_told);
        return true;
    default:
        return false;
    }
}

/* The next SECRET, ASK or ASK_OVER; kind 0: there is none. */
static inline struct told hear(void)
{
    struct told told = {0};
    struct tb_unpacker unpacker;
    struct tb_frame frame;
    size_t size;
    bool ours = false;
    CHECK_INT(tb_unpacker_init(&unpacker, &tb_scan_peer), 0);
    while (!ours &&
           tb_frame_parse(TB_SIDE_HOST, tb_buffer_bytes(&bench.to_host), &frame, &size) == TB_OK) {
        ours = read_told(&unpacker, &frame, &told);
        tb_buffer_consume(&bench.to_host, size);
    }
    tb_unpacker_deinit(&unpacker);
    return ours ? told : (struct told){0};
}

static inline uint32_t hear_secret(void)
{
    struct told told = hear();
    CHECK_INT(told.kind, TB_SECRET);
    return told.id;
}

static inline void check_over(uint32_t id)
{
    struct told told = hear();
    CHECK(told.kind == TB_ASK_OVER && told.id == id);
}

static inline void host_sends(struct tb_buffer *out)
{
    ssize_t sent = tb_fd_send(bench.host, tb_buffer_bytes(out), -1, 0);
    CHECK_INT(sent, tb_buffer_n(out));
    tb_buffer_deinit(out);
    bench_run(&bench);
    bench_check(&bench);
}

/* Nothing of it: dismissed. */
static inline void type(uint32_t id, size_t n)
{
    const struct tb_secret_typed typed = {id, tb_bytes_of(sealed, n)};
    struct tb_buffer out;
    tb_buffer_init(&out, TB_CONTROL_MAX);
    CHECK_INT(tb_secret_typed_write(&out, &typed), TB_OK);
    host_sends(&out);
}

static inline void say(uint32_t id, enum tb_answered answered)
{
    const struct tb_ask_answer answer = {id, answered};
    struct tb_buffer out;
    tb_buffer_init(&out, TB_CONTROL_MAX);
    CHECK_INT(tb_ask_answer_write(&out, &answer), TB_OK);
    host_sends(&out);
}

/* ---- view and plugin ---- */

static inline void begin(const struct bench_policy *policy)
{
    session_begin(&bench, TB_ON_VIOLATION_LOCK);
    bench_reload(&bench, policy);
    tb_buffer_consume(&bench.to_host, tb_buffer_n(&bench.to_host));
}

static inline struct held hold(uint32_t command)
{
    struct stream_told told;
    struct held held = {.handle = stream_call(&bench, command, NO_ARGS)};
    CHECK(plugin_told(&bench, &told));
    CHECK_INT(told.kind, TB_PLUGIN_CALL);
    held.number = told.call;
    return held;
}

static inline void plugin_asks(uint64_t call, const char *what, bool is_new)
{
    const struct tb_secret request = {call, seal_key, tb_bytes_of_string(what), is_new};
    struct tb_buffer out;
    tb_buffer_init(&out, TB_CONTROL_MAX);
    CHECK_INT(tb_secret_write(&out, &request), TB_OK);
    bench_plugin_send(&bench, tb_buffer_bytes(&out));
    tb_buffer_deinit(&out);
    bench_check(&bench);
}

/* A call that is at the plugin, which asks in it. */
static inline struct held asked(void)
{
    struct held held = hold(BENCH_ECHO);
    plugin_asks(held.number, "a key", false);
    return held;
}

/* The bytes that the plugin hears; 0: dismissed. */
static inline size_t plugin_hears(uint64_t call)
{
    struct tb_unpacker unpacker;
    struct tb_frame frame;
    struct tb_secret_answer answer;
    size_t size;
    CHECK_INT(tb_frame_parse(TB_SIDE_PLUGIN, tb_buffer_bytes(&bench.to_plugin), &frame, &size),
              TB_OK);
    CHECK_INT(frame.kind, TB_PLUGIN_SECRET_ANSWER);
    CHECK_INT(tb_unpacker_init(&unpacker, &tb_scan_peer), 0);
    CHECK_INT(tb_secret_answer_read(&unpacker, frame.body, &answer), TB_OK);
    CHECK(answer.call == call);
    CHECK(answer.sealed.n == 0 || memcmp(answer.sealed.data, sealed, answer.sealed.n) == 0);
    tb_unpacker_deinit(&unpacker);
    tb_buffer_consume(&bench.to_plugin, size);
    return answer.sealed.n;
}

static inline bool plugin_hears_nothing(void)
{
    struct stream_told told;
    return !plugin_told(&bench, &told);
}

static inline void check_answered(const struct held *held)
{
    bench_plugin_answer(&bench, held->number);
    CHECK_INT(stream_take(&bench, TB_REPLY, &held->handle, 0).value, 1);
}

/* What it did has ended it. */
static inline void check_ended(const struct held *held)
{
    CHECK_INT(stream_take(&bench, TB_REPLY, &held->handle, 0).code, TB_CODE_PLUGIN_CRASHED);
    CHECK(bench.plugin < 0);
    CHECK_INT(bench_session(&bench)->state, TB_SESSION_OPEN);
}

/* The deadline that the call has now is over. */
static inline void let_pass(const struct held *held)
{
    stream_live(&bench, &held->handle)->deadline_ns = bench.broker.now_ns;
    bench_session(&bench)->next_deadline_ns = bench.broker.next_deadline_ns = 0;
    bench_run(&bench);
    bench_check(&bench);
}

static inline uint64_t seconds_left(const struct held *held)
{
    return (stream_live(&bench, &held->handle)->deadline_ns - bench.broker.now_ns + TB_S_NS / 2) /
           TB_S_NS;
}
