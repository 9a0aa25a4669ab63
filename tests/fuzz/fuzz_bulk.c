/*
 * Large bodies through the real broker, over a direct link: an input that decides in which pieces
 * the endpoint sends them and whether it reads, what the plugin releases and answers from its pool,
 * and who dies meanwhile. After every step whoever holds the pool must be somebody who reads into
 * it or sends from it, and what the endpoint was sent must be frames that open.
 */
#include "base/fd.h"
#include "base/result.h"
#include "proto/plugin_stream.h"
#include "tests/broker/bench.h"
#include "tests/fuzz/chance.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input.h"

#include <sodium.h>

enum { STEPS = 48, ECHO = 0 };

static struct bench bench;
static struct tb_buffer rest; /* of a CALL that is half sent */

/* ---- the endpoint ---- */

static void check_sent(void)
{
    struct tb_frame frame;
    struct tb_plaintext plaintext;
    size_t size;
    int r;
    while ((r = tb_frame_parse(TB_SIDE_ENDPOINT, tb_buffer_bytes(&bench.end.from_broker), &frame,
                               &size)) == TB_OK) {
        if (frame.kind != TB_BOOT && frame.kind != TB_CLOSE)
            tb_assert(tb_seal_open(&frame, bench.end.keys.to_endpoint, &plaintext) == TB_OK);
        tb_buffer_consume(&bench.end.from_broker, size);
    }
    tb_assert(r == TB_AGAIN);
}

static void send_some(size_t n)
{
    n = n < tb_buffer_n(&rest) ? n : tb_buffer_n(&rest);
    if (n == 0)
        return;
    bench_send(&bench, tb_bytes_of(tb_buffer_bytes(&rest).data, n));
    tb_buffer_consume(&rest, n);
}

static void begin_call(struct input *input)
{
    static uint8_t body[TB_FRAME_MAX - 256];
    struct tb_handle handle = {{9}};
    uint8_t choice = input_u8(input);
    size_t n = (size_t)input_u8(input) * 4096;
    if (choice & 1)
        (void)bench_issued(&bench, ECHO, &handle);
    const struct tb_envelope envelope = {bench.end.keys.to_broker, handle, choice & 2 ? 1 : 0};
    const struct tb_call call = {.has_raw = true, .raw = tb_bytes_of(body, n)};
    tb_assert(tb_call_write(&rest, &envelope, tb_bytes_of("\x80", 1), &call, true) == TB_OK);
    if (choice & 4)
        rest.data[rest.start + 40] ^= 1;
    send_some((size_t)input_u8(input) * 1021);
}

static const struct tb_live_call *live_call(uint8_t which)
{
    const struct tb_session *session = bench_session(&bench);
    for (uint32_t i = 0; i < 16; i++) {
        const struct tb_live_call *call = &session->calls.slots[(i + which) % 16];
        if (call->used && call->at_plugin)
            return call;
    }
    return NULL;
}

static void cancel(struct input *input)
{
    const struct tb_live_call *call = live_call(input_u8(input));
    if (call && !call->answered && tb_buffer_n(&rest) == 0)
        bench_send_sealed(&bench, TB_CANCEL, 0, &call->handle, call->counter,
                          tb_bytes_of("\x80", 1), (struct tb_bytes){0});
}

/* ---- the plugin ---- */

/* One of its own places, or one of the broker's, or none. */
static uint64_t pick_place(struct input *input)
{
    uint8_t choice = input_u8(input);
    uint64_t at = (uint64_t)input_u8(input) * TB_BLOCK_UNIT;
    if (choice & 1)
        at += TB_BULK_IN;
    if (choice & 2)
        at += input_u8(input);
    return choice & 4 ? at << 40 : at;
}

static void release(struct input *input)
{
    struct tb_buffer out;
    tb_buffer_init(&out, 256);
    tb_assert(tb_plugin_release_write(&out, pick_place(input)) == TB_OK);
    bench_plugin_send(&bench, tb_buffer_bytes(&out));
    tb_buffer_deinit(&out);
}

static void answer_from_pool(struct input *input, enum tb_kind kind)
{
    struct tb_buffer out;
    struct tb_packer packer;
    const struct tb_live_call *call = live_call(input_u8(input));
    uint64_t n = (uint64_t)input_u8(input) * (kind == TB_PLUGIN_CHUNK ? 256 : 4113);
    if (!call)
        return;
    tb_buffer_init(&out, 256);
    struct tb_plain plain = tb_plain_begin(&packer, &out, kind);
    tb_pack_map(&packer, 3);
    tb_pack_key_uint(&packer, "call", call->number);
    tb_pack_key_uint(&packer, "bytes", n);
    tb_pack_key_uint(&packer, "at", pick_place(input));
    tb_assert(tb_plain_finish(&plain, &packer, (struct tb_bytes){0}) == TB_OK);
    bench_plugin_send(&bench, tb_buffer_bytes(&out));
    tb_buffer_deinit(&out);
}

static void answer(struct input *input)
{
    const struct tb_live_call *call = live_call(input_u8(input));
    if (call)
        bench_plugin_answer(&bench, call->number);
}

static void plugin_ends(void)
{
    tb_fd_close(&bench.plugin);
    bench_run(&bench);
    struct tb_session *session = bench_session(&bench);
    if (session)
        session->plugins[0].back_off.not_before_ns =
            0; /* or else nothing would be launched again */
}

static void step(struct input *input)
{
    const struct bench_policy policy = {
        .commands = 7, .scope = (uint32_t)(input->n % 3), .memory_mib = 64};
    switch (input_u8(input) % 10) {
    case 0:
        if (tb_buffer_n(&rest) == 0)
            begin_call(input);
        break;
    case 1:
        send_some((size_t)input_u8(input) * 521);
        break;
    case 2:
        send_some(tb_buffer_n(&rest));
        break;
    case 3:
        release(input);
        break;
    case 4:
        answer_from_pool(input, TB_PLUGIN_REPLY);
        break;
    case 5:
        answer_from_pool(input, TB_PLUGIN_CHUNK);
        break;
    case 6:
        answer(input);
        break;
    case 7:
        bench.deaf = !bench.deaf;
        bench_run(&bench);
        break;
    case 8:
        cancel(input);
        break;
    default:
        input_u8(input) & 1 ? plugin_ends() : bench_reload(&bench, &policy);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t secret[TB_KEY_SIZE] = {3, 1, 4};
    struct input input = {data, size};
    chance_reset();
    tb_buffer_init(&rest, 2 * TB_FRAME_MAX);
    bench_init(&bench, TB_MODE_DIRECT,
               input_u8(&input) & 1 ? TB_ON_VIOLATION_DENY : TB_ON_VIOLATION_LOCK, BENCH_COMMANDS);
    bench_hello(&bench, secret);
    for (int i = 0; i < STEPS && input.n > 0 && bench_session(&bench); i++) {
        step(&input);
        bench_check(&bench);
        check_sent();
    }
    bench_deinit(&bench);
    tb_buffer_deinit(&rest);
    return 0;
}
