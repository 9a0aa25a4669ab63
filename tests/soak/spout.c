/*
 * A plugin without the SDK whose calls are streams; what a test asks of it is in the args.
 *
 *     pour {"n": bytes, "part": bytes}    a body in parts; n 0: without end
 *     tick {"n": count, "channel": text}  an early value, then messages: of the channel if there is
 *                                         one; n 0: without end
 *     swallow {"pause": bool}             takes a body, and gives no credit for it if `pause`;
 *                                         answers how much it was
 *     state {}                            answers what it has: {"open", "cancelled", "poured",
 *                                         "swallowed"}
 *     hang {}                             never reads its link again
 *     late {}                             answers when it is cancelled, and then serves on
 *     crash {}                            dies
 *     flood {}                            emits events `NAME://drop` without end
 *     say {"message": text}               answers an error that says so
 *
 * A call that is cancelled is answered `io` at once.
 */
#include "base/fd.h"
#include "base/result.h"
#include "base/wire.h"
#include "proto/plugin_stream.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

enum { LINK = 3, CALLS = 1024, COMMANDS = 9, EVENTS_AT_ONCE = 64 };

enum job { NONE, POUR, TICK, SWALLOW, STATE, HANG, LATE, CRASH, FLOOD, SAY };

static const char *const names[] = {"",     "pour", "tick",  "swallow", "state",
                                    "hang", "late", "crash", "flood",   "say"};

struct call {
    uint64_t number;
    enum job job; /* NONE: the slot is free */
    bool endless;
    bool pause;
    bool begun; /* the early value is sent */
    bool has_channel;
    uint32_t channel;
    uint64_t left; /* bytes or messages */
    uint64_t done; /* of a body too, whose beginning came with the call */
    size_t part;
    uint64_t credit;
};

static struct call calls[CALLS];
static struct {
    uint32_t number;
    enum job job;
} commands[COMMANDS];
static struct tb_buffer in;
static struct tb_buffer out;
static struct tb_unpacker unpacker;
static char event[TB_EVENT_NAME_MAX + 1];
static uint64_t n_cancelled;
static uint64_t n_poured;
static uint64_t n_swallowed;

/* ---- maps ---- */

static const msgpack_object *find(const msgpack_object *map, const char *key)
{
    for (uint32_t i = 0; i < map->via.map.size; i++)
        if (tb_bytes_are(tb_object_bytes(&map->via.map.ptr[i].key), key))
            return &map->via.map.ptr[i].val;
    return NULL;
}

static uint64_t number_of(const msgpack_object *map, const char *key, uint64_t otherwise)
{
    const msgpack_object *value = find(map, key);
    return value ? value->via.u64 : otherwise;
}

static bool truth_of(const msgpack_object *map, const char *key)
{
    const msgpack_object *value = find(map, key);
    return value && value->via.boolean;
}

/* ---- what is sent ---- */

static void flush(void)
{
    while (tb_buffer_n(&out) > 0) {
        ssize_t n = tb_fd_send(LINK, tb_buffer_bytes(&out), -1, 0);
        if (n <= 0)
            _exit(0);
        tb_buffer_consume(&out, (size_t)n);
    }
}

static struct tb_plain begin(struct tb_packer *packer, enum tb_kind kind, size_t n, uint64_t call)
{
    struct tb_plain plain = tb_plain_begin(packer, &out, kind);
    tb_pack_map(packer, n);
    tb_pack_key_uint(packer, "call", call);
    return plain;
}

static void finish(const struct tb_plain *plain, const struct tb_packer *packer,
                   struct tb_bytes raw)
{
    tb_assert(tb_plain_finish(plain, packer, raw) == TB_OK);
    flush();
}

static void reply_value(struct call *call, uint64_t value)
{
    struct tb_packer packer;
    struct tb_plain plain = begin(&packer, TB_PLUGIN_REPLY, 2, call->number);
    tb_pack_key(&packer, "value");
    if (call->begun)
        tb_pack_nil(&packer);
    else
        tb_pack_uint(&packer, value);
    finish(&plain, &packer, (struct tb_bytes){0});
    call->job = NONE;
}

static void reply_body(struct call *call)
{
    struct tb_packer packer;
    struct tb_plain plain = begin(&packer, TB_PLUGIN_REPLY, 2, call->number);
    tb_pack_key_uint(&packer, "bytes", 0);
    finish(&plain, &packer, (struct tb_bytes){0});
    call->job = NONE;
}

static void reply_error(struct call *call, struct tb_bytes message)
{
    struct tb_packer packer;
    struct tb_plain plain = begin(&packer, TB_PLUGIN_REPLY, 2, call->number);
    tb_pack_key(&packer, "error");
    tb_pack_map(&packer, 2);
    tb_pack_key_text(&packer, "code", "io");
    tb_pack_key_str(&packer, "message", message);
    finish(&plain, &packer, (struct tb_bytes){0});
    call->job = NONE;
}

static void reply_state(struct call *call)
{
    struct tb_packer packer;
    uint64_t n_open = 0;
    for (size_t i = 0; i < CALLS; i++)
        n_open += calls[i].job != NONE && calls[i].job != STATE;
    struct tb_plain plain = begin(&packer, TB_PLUGIN_REPLY, 2, call->number);
    tb_pack_key(&packer, "value");
    tb_pack_map(&packer, 4);
    tb_pack_key_uint(&packer, "open", n_open);
    tb_pack_key_uint(&packer, "cancelled", n_cancelled);
    tb_pack_key_uint(&packer, "poured", n_poured);
    tb_pack_key_uint(&packer, "swallowed", n_swallowed);
    finish(&plain, &packer, (struct tb_bytes){0});
    call->job = NONE;
}

/* A chunk was sent: it cost its text and its raw bytes. */
static void pay(struct call *call, size_t n_text, size_t n_raw)
{
    call->credit -= n_text + n_raw;
    call->done++;
}

static void pour(struct call *call)
{
    static uint8_t water[TB_CHUNK_RAW_MAX];
    struct tb_packer packer;
    size_t n = call->endless || call->left > call->part ? call->part : (size_t)call->left;
    if (!water[1])
        for (size_t i = 0; i < sizeof water; i++)
            water[i] = (uint8_t)(i ^ i >> 8);
    struct tb_plain plain = begin(&packer, TB_PLUGIN_CHUNK, 2, call->number);
    tb_pack_key_uint(&packer, "bytes", n);
    size_t n_text = tb_buffer_n(&out) - plain.at - TB_HEADER_SIZE - 4;
    finish(&plain, &packer, tb_bytes_of(water, n));
    pay(call, n_text, n);
    call->left -= call->endless ? 0 : n;
    n_poured += n;
    if (!call->endless && call->left == 0)
        reply_body(call);
}

static void tick(struct call *call)
{
    struct tb_packer packer;
    bool is_message = call->begun;
    struct tb_plain plain =
        begin(&packer, TB_PLUGIN_CHUNK, 2u + (is_message && call->has_channel), call->number);
    tb_pack_key_uint(&packer, is_message ? "message" : "value", call->done);
    if (is_message && call->has_channel)
        tb_pack_key_uint(&packer, "channel", call->channel);
    size_t n_text = tb_buffer_n(&out) - plain.at - TB_HEADER_SIZE - 4;
    finish(&plain, &packer, (struct tb_bytes){0});
    pay(call, n_text, 0);
    call->begun = true;
    call->left -= is_message && !call->endless;
    if (!call->endless && call->left == 0)
        reply_value(call, 0);
}

static void flood(void)
{
    struct tb_packer packer;
    for (int i = 0; i < EVENTS_AT_ONCE; i++) {
        struct tb_plain plain = tb_plain_begin(&packer, &out, TB_PLUGIN_EMIT);
        tb_pack_map(&packer, 2);
        tb_pack_key_text(&packer, "event", event);
        tb_pack_key_uint(&packer, "payload", (uint64_t)i);
        tb_assert(tb_plain_finish(&plain, &packer, (struct tb_bytes){0}) == TB_OK);
    }
    flush();
}

/* One step of every call that can take one. False: none could. */
static bool work(void)
{
    bool worked = false;
    for (size_t i = 0; i < CALLS; i++) {
        struct call *call = &calls[i];
        bool may = call->credit >= call->part + 64;
        if (call->job == POUR && may)
            pour(call);
        else if (call->job == TICK && may)
            tick(call);
        else if (call->job == FLOOD)
            flood();
        else
            continue;
        worked = true;
    }
    return worked;
}

/* ---- what comes ---- */

tb_noreturn static void hang(void)
{
    for (;;)
        (void)poll(NULL, 0, -1);
}

static struct call *call_of(uint64_t number)
{
    for (size_t i = 0; i < CALLS; i++)
        if (calls[i].job != NONE && calls[i].number == number)
            return &calls[i];
    return NULL;
}

static struct call *free_call(void)
{
    for (size_t i = 0; i < CALLS; i++)
        if (calls[i].job == NONE)
            return &calls[i];
    tb_assert(false);
    return NULL;
}

static void release(const msgpack_object *map)
{
    if (find(map, "at"))
        tb_assert(tb_plugin_release_write(&out, number_of(map, "at", 0)) == TB_OK);
}

static void on_init(const msgpack_object *map)
{
    const msgpack_object *list = find(map, "commands");
    struct tb_bytes name = tb_object_bytes(find(map, "plugin"));
    (void)snprintf(event, sizeof event, "%.*s://drop", (int)name.n, (const char *)name.data);
    for (uint32_t i = 0; i < list->via.array.size && i < COMMANDS; i++) {
        const msgpack_object *command = &list->via.array.ptr[i];
        commands[i].number = (uint32_t)number_of(command, "number", 0);
        for (size_t k = 1; k < TB_ARRAY_LEN(names); k++)
            if (tb_bytes_are(tb_object_bytes(find(command, "name")), names[k]))
                commands[i].job = (enum job)k;
    }
}

static enum job job_of(uint64_t number)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (commands[i].job != NONE && commands[i].number == number)
            return commands[i].job;
    return NONE;
}

static void take_channel(struct call *call, const msgpack_object *args)
{
    const msgpack_object *text = find(args, "channel");
    if (!text)
        return;
    struct tb_bytes id = tb_object_bytes(text);
    call->has_channel = tb_bytes_begin(id, "__CHANNEL__:");
    for (size_t i = sizeof "__CHANNEL__:" - 1; i < id.n; i++)
        call->channel = 10 * call->channel + (uint32_t)(id.data[i] - '0');
}

static void on_call(const msgpack_object *map)
{
    const msgpack_object *args = find(map, "args");
    struct call *call = free_call();
    *call = (struct call){
        .number = number_of(map, "call", 0),
        .job = job_of(number_of(map, "command", 0)),
        .left = number_of(args, "n", 0),
        .part = (size_t)number_of(args, "part", TB_CHUNK_RAW_MAX),
        .done = number_of(map, "bytes", 0),
        .pause = truth_of(args, "pause"),
        .credit = TB_CREDIT_FIRST_PLUGIN,
    };
    call->endless = call->left == 0;
    call->part = call->job == TICK ? 0 : call->part;
    take_channel(call, args);
    release(map);
    n_swallowed += call->done;
    if (call->job == STATE)
        reply_state(call);
    else if (call->job == CRASH)
        __builtin_trap();
    else if (call->job == HANG)
        hang();
    else if (call->job == SAY)
        reply_error(call, tb_object_bytes(find(args, "message")));
    else if (call->job == SWALLOW && !truth_of(map, "more"))
        reply_value(call, number_of(map, "bytes", 0));
}

static void on_chunk(const msgpack_object *map, uint32_t cost)
{
    struct call *call = call_of(number_of(map, "call", 0));
    uint64_t n = number_of(map, "bytes", 0);
    release(map);
    if (!call)
        return;
    n_swallowed += n;
    call->done += n;
    if (truth_of(map, "last")) {
        reply_value(call, call->done);
    } else if (!call->pause) {
        const struct tb_plugin_credit credit = {call->number, cost};
        tb_assert(tb_plugin_credit_write(&out, &credit) == TB_OK);
    }
}

static void on_cancel(const msgpack_object *map)
{
    struct call *call = call_of(number_of(map, "call", 0));
    n_cancelled += call != NULL;
    if (call)
        reply_error(call, tb_bytes_of_string("cancelled"));
}

static void on_frame(const struct tb_frame *frame)
{
    const msgpack_object *map;
    size_t n_text = tb_load_u32(frame->body.data);
    struct tb_bytes text = tb_bytes_of(frame->body.data + 4, n_text);
    tb_assert(tb_unpack(&unpacker, &tb_scan_peer, text, &map) == TB_OK);
    if (frame->kind == TB_PLUGIN_INIT)
        on_init(map);
    else if (frame->kind == TB_PLUGIN_CALL)
        on_call(map);
    else if (frame->kind == TB_PLUGIN_CHUNK)
        on_chunk(map, (uint32_t)(n_text + number_of(map, "bytes", 0)));
    else if (frame->kind == TB_PLUGIN_CANCEL)
        on_cancel(map);
    else if (frame->kind == TB_PLUGIN_CREDIT && call_of(number_of(map, "call", 0)))
        call_of(number_of(map, "call", 0))->credit += number_of(map, "bytes", 0);
    flush();
}

static void read_link(void)
{
    struct tb_frame frame;
    size_t size;
    uint8_t *room = tb_buffer_reserve(&in, TB_FRAME_MAX);
    ssize_t n = tb_fd_receive(LINK, room, TB_FRAME_MAX, NULL, 0);
    if (n <= 0)
        _exit(0);
    tb_buffer_commit(&in, (size_t)n);
    while (tb_frame_parse(TB_SIDE_PLUGIN, tb_buffer_bytes(&in), &frame, &size) == TB_OK) {
        on_frame(&frame);
        tb_buffer_consume(&in, size);
    }
}

int main(void)
{
    tb_buffer_init(&in, 4 * TB_FRAME_MAX);
    tb_buffer_init(&out, 2 * TB_FRAME_MAX);
    tb_assert(tb_unpacker_init(&unpacker, &tb_scan_peer) == 0);
    for (;;) {
        bool worked = work();
        struct pollfd link = {.fd = LINK, .events = POLLIN};
        if (poll(&link, 1, worked ? 0 : -1) > 0)
            read_link();
    }
}
