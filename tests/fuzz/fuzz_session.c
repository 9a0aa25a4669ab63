/*
 * The real broker with one view, and an input that decides what the endpoint, the plugin, the app's
 * hook, the supervisor and the clock do. Frames are sent raw, or correctly sealed around what the
 * input says. After every step the broker's books must balance, and what the endpoint was sent must
 * be frames that an endpoint accepts, never more replies than calls.
 */
#include "base/clock.h"
#include "base/fd.h"
#include "base/result.h"
#include "proto/ask.h"
#include "proto/plugin_stream.h"
#include "tests/broker/bench.h"
#include "tests/fuzz/chance.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/heard.h"
#include "tests/fuzz/input.h"

#include <sodium.h>

enum { STEPS = 64 };

struct play {
    struct bench bench;
    uint64_t n_calls; /* CALLs under a handle that was issued */
    uint64_t n_replies;
    uint64_t n_zero; /* frames under the zero handle that came from the broker */
    uint64_t n_told; /* frames under the zero handle that the broker has taken */
    struct tb_handle spent;
    uint32_t n_hellos; /* with the right ticket */
};

static struct play play;

/* ---- what the broker sends ---- */

/* Of a frame under the handle of a call: its messages are in their format. */
static void check_call_frame(const struct tb_frame *frame, const struct tb_address *address,
                             const struct tb_plaintext *plaintext)
{
    struct tb_unpacker *unpacker = &play.bench.broker.unpacker;
    struct heard_frame heard = {.kind = frame->kind, .counter = address->counter};
    struct tb_reply reply;
    struct tb_chunk chunk;
    struct tb_credit credit;
    tb_assert(!tb_handle_equal(&address->handle, &tb_handle_zero));
    if (frame->kind == TB_REPLY) {
        tb_assert(tb_reply_read(unpacker, plaintext, &reply) == TB_OK);
        heard.has_next = reply.has_next;
        play.n_replies++;
    } else if (frame->kind == TB_CHUNK) {
        tb_assert(tb_chunk_read(unpacker, plaintext, &chunk) == TB_OK);
        heard.has_next = chunk.has_next;
        heard.cost = tb_chunk_cost(plaintext);
    } else {
        tb_assert(tb_credit_read(unpacker, plaintext, &credit) == TB_OK);
        tb_assert(credit.bytes > 0 || address->counter == 0);
        heard.has_next = credit.has_next;
    }
    heard_frame(&address->handle, &heard);
}

static void check_frame(struct tb_frame *frame)
{
    struct tb_plaintext plaintext;
    if (frame->kind == TB_BOOT || frame->kind == TB_CLOSE)
        return;
    struct tb_address address = tb_sealed_address(frame);
    tb_assert(tb_seal_open(frame, play.bench.end.keys.to_endpoint, &plaintext) == TB_OK);
    if (frame->kind == TB_REPLY || frame->kind == TB_CHUNK || frame->kind == TB_CREDIT) {
        check_call_frame(frame, &address, &plaintext);
    } else {
        tb_assert(tb_handle_equal(&address.handle, &tb_handle_zero));
        tb_assert(address.counter == play.n_zero++);
        tb_assert((frame->kind == TB_WELCOME) == (address.counter == 0));
    }
}

static void check_sent(void)
{
    struct tb_buffer *in = &play.bench.end.from_broker;
    struct tb_frame frame;
    size_t size;
    while (tb_frame_parse(TB_SIDE_ENDPOINT, tb_buffer_bytes(in), &frame, &size) == TB_OK) {
        check_frame(&frame);
        tb_buffer_consume(in, size);
    }
    tb_assert(tb_buffer_n(in) == 0 && play.n_replies <= play.n_calls);
}

/* Of what plugin and hook were sent only that it is frames: it may have been cut off within one. */
static void check_told(enum tb_side side, struct tb_buffer *in)
{
    struct tb_frame frame;
    size_t size;
    int r;
    while ((r = tb_frame_parse(side, tb_buffer_bytes(in), &frame, &size)) == TB_OK)
        tb_buffer_consume(in, size);
    tb_assert(r == TB_AGAIN);
}

/* ---- what the endpoint sends ---- */

static const struct tb_live_call *live_call(const struct tb_session *session)
{
    for (uint32_t i = 0; i < TB_SESSION_CALLS; i++)
        if (session->calls.slots[i].used && !session->calls.slots[i].answered)
            return &session->calls.slots[i];
    return NULL;
}

/* The handle that the input picks, and the counter that would be right for it. */
static struct tb_handle pick_handle(const struct tb_session *session, uint8_t which,
                                    uint64_t *ret_counter)
{
    struct tb_handle handle = tb_handle_zero;
    const struct tb_live_call *live = live_call(session);
    *ret_counter = 0;
    if (which % 8 < BENCH_COMMANDS) {
        (void)bench_issued(&play.bench, which & 64 ? which % BENCH_ALL : which % 8, &handle);
    } else if (which % 8 == 3) {
        handle = play.spent;
    } else if (which % 8 == 4) {
        handle.bytes[5] = which;
    } else if (which % 8 == 5) {
        *ret_counter = play.n_told;
    } else if (live) {
        *ret_counter = live->counter;
        handle = live->handle;
    }
    return handle;
}

static void send_sealed(struct input *input)
{
    static const enum tb_kind kinds[] = {TB_CALL, TB_CANCEL, TB_CHUNK,   TB_CREDIT,
                                         TB_WANT, TB_MISS,   TB_WELCOME, TB_REPLY};
    const struct tb_session *session = bench_session(&play.bench);
    uint8_t choice = input_u8(input);
    enum tb_kind kind = kinds[choice % 8];
    uint64_t counter;
    uint32_t value;
    struct tb_handle handle = pick_handle(session, input_u8(input), &counter);
    counter += (uint64_t)(int64_t)(int8_t)input_u8(input);
    uint8_t flags = choice & 0x80 ? (uint8_t)(choice >> 3) : 0;
    struct tb_bytes text = input_bytes(input);
    struct tb_bytes raw = flags || (choice & 0x40) ? input_bytes(input) : (struct tb_bytes){0};
    if (kind == TB_CREDIT)
        heard_credit(&handle, TB_CREDIT_MOST);
    if (kind == TB_CALL &&
        tb_handle_pool_look(&session->handles, &handle, &value) == TB_HANDLE_ISSUED) {
        play.n_calls++;
        play.spent = handle;
    }
    /* Behind raw bytes that began a frame, this one is only more of them; one with m = 0 does not
     * open. */
    bool whole = tb_buffer_n(&session->link.in) == session->link.n_taken && text.n > 0;
    bool told = whole && (kind == TB_WANT || kind == TB_MISS) && counter == play.n_told &&
                tb_handle_equal(&handle, &tb_handle_zero);
    bench_send_sealed(&play.bench, kind, flags, &handle, counter, text, raw);
    play.n_told += told;
    session = bench_session(&play.bench);
    tb_assert(!session || session->n_received == play.n_told);
}

static void call_with(uint8_t command, struct tb_bytes text)
{
    struct tb_handle handle;
    if (!bench_issued(&play.bench, command, &handle))
        return;
    play.n_calls++;
    play.spent = handle;
    bench_send_sealed(&play.bench, TB_CALL, 0, &handle, 0, text, (struct tb_bytes){0});
}

static void send_good_call(uint8_t choice)
{
    static const uint8_t args[] = "\x81\xa4"
                                  "args\x80";
    static const uint8_t more[] = "\x82\xa4"
                                  "args\x80\xa4"
                                  "more\xc3";
    call_with(choice % BENCH_COMMANDS,
              choice & 16 ? tb_bytes_of(more, sizeof more - 1) : tb_bytes_of(args, 7));
}

/* Arguments that all commands of the broker's own find something in. */
static void send_own_call(struct input *input)
{
    uint8_t choice = input_u8(input);
    struct tb_buffer out;
    struct tb_packer packer;
    tb_buffer_init(&out, TB_FRAME_MAX);
    tb_packer_init(&packer, &out);
    tb_pack_map(&packer, 1);
    tb_pack_key(&packer, "args");
    tb_pack_map(&packer, 5);
    tb_pack_key_text(&packer, "event", choice & 8 ? "test://a" : "a");
    tb_pack_key_text(&packer, "target", choice & 16 ? "main" : "settings");
    tb_pack_key_uint(&packer, "eventId", 1 + (choice >> 5));
    tb_pack_key_uint(&packer, "rid", bench_session(&play.bench)->plugins[0].ids | choice);
    tb_pack_key(&packer, "payload");
    tb_pack_bin(&packer, input_bytes(input));
    tb_assert(!packer.failed);
    call_with((uint8_t)(BENCH_EMIT + choice % (BENCH_ALL - BENCH_EMIT)), tb_buffer_bytes(&out));
    tb_buffer_deinit(&out);
}

static void say_hello(void)
{
    static const uint8_t secret[TB_KEY_SIZE] = {3, 1, 4};
    play.n_hellos++;
    bench_hello(&play.bench, secret);
}

/* Before WELCOME: a HELLO with the right ticket and any key, or any bytes. */
static void try_hello(struct input *input)
{
    struct tb_session *session = bench_session(&play.bench);
    uint8_t frame[TB_HEADER_SIZE + TB_HELLO_SIZE];
    struct tb_hello hello = {0};
    bool with_ticket = input_u8(input) & 1;
    struct tb_bytes bytes = input_bytes(input);
    if (!with_ticket) {
        bench_send(&play.bench, bytes);
        return;
    }
    memcpy(hello.ticket_id, session->bootstrap.ticket_id, sizeof hello.ticket_id);
    if (bytes.n > 0)
        memcpy(hello.endpoint_pk, bytes.data, bytes.n < TB_KEY_SIZE ? bytes.n : TB_KEY_SIZE);
    tb_frame_header(frame, TB_HELLO, 0, TB_HELLO_SIZE);
    tb_hello_write(&hello, frame + TB_HEADER_SIZE);
    bool whole = tb_buffer_n(&session->link.in) == session->link.n_taken; /* as above */
    play.n_hellos += whole;
    bench_send(&play.bench, tb_bytes_of(frame, sizeof frame));
    session = bench_session(&play.bench);
    bool open = session && session->state == TB_SESSION_OPEN;
    tb_assert(whole ? !session || (open && play.n_hellos == 1) : !open);
    if (open)
        play.bench.end.keys = session->keys;
}

/* ---- what the others do ---- */

/* A frame in the format, for a call that the plugin may have. */
static void plugin_says(struct input *input)
{
    static const char *const keys[] = {"value", "message", "bytes"};
    static uint8_t raw[TB_CHUNK_RAW_MAX];
    uint8_t choice = input_u8(input);
    uint8_t slot = input_u8(input);
    size_t n = (size_t)input_u8(input) << (choice >> 4 & 8);
    const struct tb_live_call *call = &bench_session(&play.bench)->calls.slots[slot % 8];
    struct tb_packer packer;
    struct tb_buffer out;
    static const enum tb_kind kinds[] = {TB_PLUGIN_CHUNK, TB_PLUGIN_CHUNK, TB_PLUGIN_REPLY,
                                         TB_PLUGIN_CREDIT};
    enum tb_kind kind = kinds[choice & 3];
    const char *key = kind == TB_PLUGIN_CREDIT ? "bytes" : keys[(choice >> 2 & 3) % 3];
    bool is_raw = kind != TB_PLUGIN_CREDIT && strcmp(key, "bytes") == 0;
    bool has_channel = kind == TB_PLUGIN_CHUNK && (choice & 16);
    tb_buffer_init(&out, TB_FRAME_MAX);
    struct tb_plain plain = tb_plain_begin(&packer, &out, kind);
    tb_pack_map(&packer, 2u + has_channel);
    tb_pack_key_uint(&packer, "call", call->number);
    tb_pack_key_uint(&packer, key, n);
    if (has_channel)
        tb_pack_key_uint(&packer, "channel", 7);
    tb_assert(tb_plain_finish(&plain, &packer, tb_bytes_of(raw, is_raw ? n : 0)) == TB_OK);
    bench_plugin_send(&play.bench, tb_buffer_bytes(&out));
    tb_buffer_deinit(&out);
}

/* It asks for a passphrase, in a call that it may have. */
static void plugin_asks(struct input *input)
{
    uint8_t choice = input_u8(input);
    const struct tb_secret secret = {
        .call = bench_session(&play.bench)->calls.slots[choice % 8].number,
        .key = (const uint8_t[TB_SECRET_KEY_SIZE]){choice},
        .what = tb_bytes_of_string("a key"),
        .is_new = choice & 8,
    };
    struct tb_buffer out;
    tb_buffer_init(&out, TB_CONTROL_MAX);
    tb_assert(tb_secret_write(&out, &secret) == TB_OK);
    bench_plugin_send(&play.bench, tb_buffer_bytes(&out));
    tb_buffer_deinit(&out);
}

static void plugin_emits(struct input *input)
{
    struct tb_packer packer;
    struct tb_buffer out;
    tb_buffer_init(&out, TB_FRAME_MAX);
    struct tb_plain plain = tb_plain_begin(&packer, &out, TB_PLUGIN_EMIT);
    tb_pack_map(&packer, 2);
    tb_pack_key_text(&packer, "event", "test://a");
    tb_pack_key(&packer, "payload");
    tb_pack_bin(&packer, input_bytes(input));
    tb_assert(tb_plain_finish(&plain, &packer, (struct tb_bytes){0}) == TB_OK);
    bench_plugin_send(&play.bench, tb_buffer_bytes(&out));
    tb_buffer_deinit(&out);
}

static void plugin_answers(bool twice)
{
    const struct tb_live_call *call = live_call(bench_session(&play.bench));
    if (!call)
        return;
    uint64_t number = call->number;
    bench_plugin_answer(&play.bench, number);
    if (twice)
        bench_plugin_answer(&play.bench, number);
}

static void time_passes(void)
{
    struct tb_session *session = bench_session(&play.bench);
    for (uint32_t i = 0; session->calls.slots && i < TB_SESSION_CALLS; i++)
        if (session->calls.slots[i].used && session->calls.slots[i].deadline_ns != TB_NEVER) {
            session->calls.slots[i].deadline_ns = 1;
            session->calls.slots[i].span_ns = 0;
        }
    session->next_deadline_ns = session->state == TB_SESSION_OPEN ? 1 : session->next_deadline_ns;
    play.bench.broker.next_deadline_ns = 1;
    bench_run(&play.bench);
}

static void plugin_ends(void)
{
    tb_fd_close(&play.bench.plugin);
    bench_run(&play.bench);
    struct tb_session *session = bench_session(&play.bench);
    if (session)
        session->plugins[0].back_off.not_before_ns =
            0; /* or else nothing would be launched again */
}

/* An answer to the first question, or near it, of what the input says; or bytes, or its end. */
static void hook_says(struct input *input)
{
    const struct tb_hook *hook = &play.bench.broker.views.slots[0].hook;
    uint8_t choice = input_u8(input);
    uint64_t id = (hook->first ? hook->first->id : 0) + (choice >> 6 == 3);
    struct tb_bytes bytes = input_bytes(input);
    struct tb_bytes text = tb_bytes_of(bytes.data, bytes.n < 500 ? bytes.n : 500);
    struct tb_buffer out;
    tb_buffer_init(&out, TB_HEADER_SIZE + TB_FRAME_MAX);
    if (choice % 8 == 0)
        tb_fd_close(&play.bench.hook);
    else if (choice % 8 == 1)
        tb_assert(tb_buffer_append(&out, bytes));
    else if (choice % 8 == 2)
        tb_assert(tb_hook_refusal_write(&out, id, text) == TB_OK);
    else if (choice % 8 == 3 || bytes.n == 0)
        tb_assert(tb_hook_answer_write(&out, id, tb_bytes_of("\x80", 1), NULL) == TB_OK);
    else
        tb_assert(tb_hook_answer_write(&out, id, choice & 8 ? bytes : (struct tb_bytes){0},
                                       choice & 8 ? NULL : &bytes) == TB_OK);
    bench_hook_send(&play.bench, tb_buffer_bytes(&out));
    bench_run(&play.bench);
    tb_buffer_deinit(&out);
}

/* It is late, or was left idle; and may be started again. */
static void hook_times_out(void)
{
    struct tb_hook *hook = &play.bench.broker.views.slots[0].hook;
    hook->deadline_ns = 1;
    hook->back_off.not_before_ns = 0;
    play.bench.broker.next_deadline_ns = 1;
    bench_run(&play.bench);
}

/* The supervisor has other answers than before, for one command or for none. */
static void remembers(uint8_t choice)
{
    tb_cleanup(tb_answers_deinit) struct tb_answers answers = {0};
    struct tb_remembered entry = {.answered = choice & 1 ? TB_ANSWER_ALWAYS : TB_ANSWER_NEVER,
                                  .made_s = 1,
                                  .origin = tb_bytes_of_string("local"),
                                  .command = tb_bytes_of_string("echo"),
                                  .view = tb_bytes_of_string("main")};
    bench_ask_key(&play.bench.policy, choice >> 5 & 3, entry.key);
    if (choice & 2)
        tb_assert(tb_answers_put(&answers, &entry) == TB_OK);
    bench_answers(&play.bench, play.bench.remember_token, &answers);
}

/* A passphrase, or none. */
static int write_typed(struct tb_buffer *out, uint32_t id, uint8_t choice)
{
    static const uint8_t sealed[TB_SECRET_BOX_MAX];
    const struct tb_secret_typed typed = {id, tb_bytes_of(sealed, choice & 1   ? sizeof sealed
                                                                  : choice & 2 ? 304
                                                                               : 0)};
    return tb_secret_typed_write(out, &typed);
}

/* An answer, of either kind, to the prompt that is shown, or to none; or others from elsewhere. */
static void person_says(struct input *input)
{
    uint8_t choice = input_u8(input);
    struct tb_view *view = &play.bench.broker.views.slots[0];
    const struct tb_prompt *prompt = bench_session(&play.bench)->prompts.first;
    const struct tb_ask_answer answer = {
        .id = (prompt ? prompt->id : 1) + (choice >> 3 & 1),
        .answered = (enum tb_answered)((choice & 7) % TB_N_ANSWERS),
    };
    struct tb_buffer out;
    memset(&view->refusals, 0, sizeof view->refusals); /* or else nobody would be asked again */
    if (choice & 16) {
        remembers(choice);
        return;
    }
    tb_buffer_init(&out, TB_HEADER_SIZE + TB_CONTROL_MAX);
    tb_assert((choice & 32 ? write_typed(&out, answer.id, choice)
                           : tb_ask_answer_write(&out, &answer)) == TB_OK);
    ssize_t sent = tb_fd_send(play.bench.host, tb_buffer_bytes(&out), -1, 0);
    tb_assert(sent == (ssize_t)tb_buffer_n(&out));
    tb_buffer_deinit(&out);
    bench_run(&play.bench);
}

static void reload(struct input *input, uint8_t hooked, uint8_t asks)
{
    uint8_t choice = input_u8(input);
    const struct bench_policy policy = {.commands = (choice & 7) | (choice & 64 ? 0 : 0xf8),
                                        .resources = choice & 16,
                                        .scope = choice >> 3 & 3,
                                        .nothing = choice & 8,
                                        .memory_mib = choice & 32 ? 64 : 65,
                                        .hooked = hooked & 0x7fu,
                                        .hook_text = hooked >> 7,
                                        .asks = asks,
                                        .secrets = choice & 2,
                                        .pool = choice & 128 ? 3 : 0};
    play.bench.no_grant = choice & 64;
    bench_reload(&play.bench, &policy);
    struct tb_session *session = bench_session(&play.bench);
    tb_assert(!session || !session->next_grant);
}

static void step(struct input *input)
{
    uint8_t op = input_u8(input);
    switch (op % 8) {
    case 0:
        bench_send(&play.bench, input_bytes(input));
        break;
    case 1:
    case 2:
        send_sealed(input);
        break;
    case 3:
        send_good_call(op >> 3);
        break;
    case 4:
        op & 16 ? send_own_call(input) : plugin_answers(op & 8);
        break;
    case 5:
        if (op & 8)
            (op & 16 ? plugin_emits : op & 32 ? plugin_asks : plugin_says)(input);
        else
            bench_plugin_send(&play.bench, input_bytes(input));
        break;
    case 6:
        if (op & 8)
            op & 16 ? hook_times_out() : hook_says(input);
        else
            time_passes();
        break;
    default:
        if (op & 32)
            person_says(input);
        else if (op & 8)
            reload(input, op & 16 ? input_u8(input) : 0, op & 64 ? input_u8(input) : 0);
        else
            plugin_ends();
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    uint8_t first = input_u8(&input);
    chance_reset();
    heard_reset();
    memset(&play, 0, sizeof play);
    bench_init(&play.bench, first & 1 ? TB_MODE_DIRECT : TB_MODE_RELAY,
               first & 2 ? TB_ON_VIOLATION_DENY : TB_ON_VIOLATION_LOCK,
               first & 16 ? BENCH_ALL : BENCH_COMMANDS);
    if (first & 8)
        reload(&input, first >> 5 == 7 ? 0x29 : 0, first >> 5 == 6 ? 0x25 : 0);
    if (!(first & 4))
        say_hello();
    for (int i = 0; i < STEPS && input.n > 0 && bench_session(&play.bench); i++) {
        if (bench_session(&play.bench)->state == TB_SESSION_OPEN)
            step(&input);
        else
            try_hello(&input);
        bench_check(&play.bench);
        check_sent();
        check_told(TB_SIDE_PLUGIN, &play.bench.to_plugin);
        check_told(TB_SIDE_HOOK, &play.bench.to_hook);
    }
    bench_deinit(&play.bench);
    return 0;
}
