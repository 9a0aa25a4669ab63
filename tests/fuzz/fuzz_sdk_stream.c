/*
 * A plugin with streams between a broker that keeps to the protocol and an author who does not keep
 * to the header's advice: the input decides what both do, inside events and between them. Whatever
 * happens, the plugin's side keeps to the protocol too: one REPLY for each CALL and nothing behind
 * it, no byte above its credit, each place in the pool released once and none used that is held,
 * and a body that arrives as it was sent.
 */
#include "base/result.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input.h"
#include "tests/unit/sdk_link.h"

enum { CALLS = 8, PLACES = 4, PLACE = 80 * 1024, POOL_OUT = 300 * 1024, STEPS = 200 };

struct live {
    bool open; /* its CALL was sent, and its REPLY has not come */
    bool more;
    bool cancelled;
    bool deaf;       /* its stream has no events */
    uint64_t credit; /* what the plugin may still send */
    uint64_t window; /* what it may still be sent */
    uint8_t sent;    /* the next byte of the body */
    struct tb_stream *stream;
    uint8_t taken; /* the next byte that the author expects */
};

static struct input input;
static struct live live[CALLS];
static unsigned n_calls; /* the i-th call's number is i; it is live[i % CALLS] */
static bool lent[PLACES];
static struct {
    uint64_t at;
    uint64_t n;
} held[TB_POOL_BLOCKS];
static size_t n_held;
static bool ending; /* of the link */

static struct live *live_of(uint64_t call)
{
    tb_assert(call < n_calls && live[call % CALLS].open && call + CALLS >= n_calls);
    return &live[call % CALLS];
}

/* ---- the author ---- */

static void send_one(struct tb_stream *stream, size_t n)
{
    static const uint8_t zeros[256 * 280];
    const struct tb_channel channel = {.given = true, .id = 1};
    const struct tb_channel *to = n % 2 ? &channel : NULL;
    uint8_t what = input_u8(&input);
    struct tb_packer *packer = what % 4 == 0   ? tb_stream_value(stream)
                               : what % 4 == 1 ? tb_stream_end_value(stream)
                                               : tb_stream_message(stream, to);
    if (what & 0x10)
        tb_pack_array(packer, 1 + what % 3);
    tb_pack_bin(packer, tb_bytes_of(zeros, n));
    if (what & 0x20)
        tb_pack_nil(tb_plugin_emit(&session, "x"));
    if (!(what & 0x40))
        (void)tb_stream_send(stream);
    if (what & 0x20)
        (void)tb_plugin_emit_send(&session);
}

static void send_bytes(struct tb_stream *stream, size_t n)
{
    const struct tb_channel channel = {.given = true, .id = 2};
    uint8_t *room = tb_stream_bytes_room(stream, n % 3 ? NULL : &channel, n);
    if (room)
        memset(room, 'r', n);
    (void)tb_stream_bytes_send(stream, input_u8(&input) % 4 ? n : n + 1);
}

static void let_go(struct live *call)
{
    struct tb_stream *stream = call->stream;
    call->stream = NULL;
    tb_stream_free(stream);
}

static void act(struct live *call)
{
    struct tb_stream *stream = call->stream;
    uint8_t what = input_u8(&input);
    size_t n = (size_t)input_u8(&input) * 280;
    static const uint8_t zeros[256 * 280];
    if (!stream)
        return;
    switch (what % 8) {
    case 0:
        send_one(stream, n);
        break;
    case 1:
    case 2:
        send_bytes(stream, n < tb_stream_room(stream) ? n : tb_stream_room(stream));
        break;
    case 3:
        send_bytes(stream, n);
        break;
    case 4:
        tb_stream_resume(stream);
        break;
    case 5:
        (void)tb_stream_end_bytes(stream, tb_bytes_of(zeros, n));
        break;
    case 6:
        (void)(n % 2 ? tb_stream_end_nil(stream)
                     : tb_stream_end_error(stream, TB_CODE_IO, (int)n, "%zu", n));
        break;
    default:
        let_go(call);
        break;
    }
}

static size_t on_body(struct tb_stream *stream, struct tb_bytes bytes, tb_unused bool last)
{
    struct live *call = tb_stream_data(stream);
    uint8_t how = input_u8(&input);
    size_t n = how % 3 == 0 ? bytes.n : bytes.n * (how % 5) / 4;
    for (size_t i = 0; i < n; i++)
        tb_assert(bytes.data[i] == call->taken++);
    if (how & 0x40)
        act(call);
    return n;
}

static void on_room(struct tb_stream *stream)
{
    act(tb_stream_data(stream));
}

/* Does what it should, or not: then the stream goes on without a reader. */
static void on_cancel(struct tb_stream *stream)
{
    if (ending)
        let_go(tb_stream_data(stream));
    else
        act(tb_stream_data(stream));
}

static void handle(struct tb_call *tb_call)
{
    static const struct tb_stream_events events = {on_body, on_room, on_cancel};
    struct live *call = &live[(n_calls - 1) % CALLS];
    uint8_t how = input_u8(&input);
    if (how % 4 != 0) {
        call->deaf = how & 0x40;
        call->stream = tb_call_stream(tb_call, call->deaf ? NULL : &events, call);
        tb_assert(call->stream);
    } else if (how & 0x10) {
        tb_reply_bytes(tb_call, tb_call->body);
    } /* else there is no answer */
    act(&live[how % CALLS]);
}

/* ---- the broker ---- */

static bool pooled_place(size_t *ret_place)
{
    size_t place = 0;
    while (place < PLACES && lent[place])
        place++;
    *ret_place = place;
    return place < PLACES && input_u8(&input) % 2 == 0;
}

static size_t fill(uint8_t *bytes, struct live *call, size_t n)
{
    for (size_t i = 0; i < n; i++)
        bytes[i] = call->sent++;
    return n;
}

static void forget(struct live *call)
{
    tb_stream_free(call->stream);
    *call = (struct live){
        .open = true, .credit = TB_CREDIT_FIRST_PLUGIN, .window = TB_CREDIT_FIRST_TO_PLUGIN};
}

/* A CALL is made and handled at once, so that the handler knows which it is. */
static void put_call(void)
{
    static uint8_t bytes[PLACE];
    struct live *call = &live[n_calls % CALLS];
    size_t place;
    if (call->open)
        return;
    forget(call);
    call->more = input_u8(&input) % 2;
    size_t n = (size_t)input_u8(&input) * 300;
    unsigned number = n_calls++;
    if (pooled_place(&place)) {
        (void)fill(sdk_pool + place * PLACE, call, n);
        lent[place] = true;
        sdk_put(TB_PLUGIN_CALL, SDK_NO_RAW, "call", number, "command", SDK_RUN, "args", 0, "bytes",
                (unsigned)n, "at", (unsigned)(place * PLACE), call->more ? "?more" : NULL, 1, NULL);
    } else {
        (void)fill(bytes, call, n);
        sdk_put(TB_PLUGIN_CALL, tb_bytes_of(bytes, n), "call", number, "command", SDK_RUN, "args",
                0, "bytes", (unsigned)n, call->more ? "?more" : NULL, 1, NULL);
    }
}

static void put_part(unsigned number)
{
    static uint8_t bytes[TB_CHUNK_RAW_MAX];
    struct live *call = &live[number % CALLS];
    size_t place;
    bool last = input_u8(&input) % 8 == 0;
    size_t n = (size_t)input_u8(&input) * 257 + !last;
    if (!call->open || !call->more || n + 64 > call->window || n > TB_CHUNK_RAW_MAX)
        return;
    call->more = !last;
    call->window -= n + 64; /* the map has less than that */
    if (n > 0 && pooled_place(&place)) {
        (void)fill(sdk_pool + place * PLACE, call, n);
        lent[place] = true;
        sdk_put(TB_PLUGIN_CHUNK, SDK_NO_RAW, "call", number, "bytes", (unsigned)n, "at",
                (unsigned)(place * PLACE), last ? "?last" : NULL, 1, NULL);
    } else {
        (void)fill(bytes, call, n);
        sdk_put(TB_PLUGIN_CHUNK, tb_bytes_of(bytes, n), "call", number, "bytes", (unsigned)n,
                last ? "?last" : NULL, 1, NULL);
    }
}

static void put_credit(unsigned number)
{
    struct live *call = &live[number % CALLS];
    unsigned n = 1 + (unsigned)input_u8(&input) * 600;
    if (!call->open || call->cancelled || call->credit + n > TB_CREDIT_MOST)
        return;
    call->credit += n;
    sdk_put(TB_PLUGIN_CREDIT, SDK_NO_RAW, "call", number, "bytes", n, NULL);
}

static void put_cancel(unsigned number)
{
    struct live *call = &live[number % CALLS];
    if (!call->open || call->cancelled)
        return;
    call->cancelled = true;
    call->more = false;
    sdk_put(TB_PLUGIN_CANCEL, SDK_NO_RAW, "call", number, NULL);
}

static void put_release(void)
{
    if (n_held == 0)
        return;
    size_t i = input_u8(&input) % n_held;
    sdk_put(TB_PLUGIN_RELEASE, SDK_NO_RAW, "at", (unsigned)held[i].at, NULL);
    held[i] = held[--n_held];
}

/* ---- what comes out ---- */

static void check_place(const struct sdk_frame *frame)
{
    if (!sdk_has(*frame, "at"))
        return;
    uint64_t at = sdk_uint(*frame, "at");
    uint64_t n = sdk_uint(*frame, "bytes");
    tb_assert(n > 0 && at >= PLACES * PLACE && at + n <= PLACES * PLACE + POOL_OUT);
    for (size_t i = 0; i < n_held; i++)
        tb_assert(at + n <= held[i].at || held[i].at + held[i].n <= at);
    held[n_held].at = at;
    held[n_held++].n = n;
}

static void check_release(const struct sdk_frame *frame)
{
    uint64_t at = sdk_uint(*frame, "at");
    tb_assert(at % PLACE == 0 && at / PLACE < PLACES && lent[at / PLACE]);
    lent[at / PLACE] = false;
}

static void check_chunk(const struct sdk_frame *frame)
{
    struct live *call = live_of(sdk_uint(*frame, "call"));
    tb_assert(frame->cost <= call->credit);
    call->credit -= frame->cost;
    check_place(frame);
}

static void check_frame(const struct sdk_frame *frame)
{
    if (frame->kind == TB_PLUGIN_CHUNK)
        check_chunk(frame);
    if (frame->kind == TB_PLUGIN_CREDIT)
        live_of(sdk_uint(*frame, "call"))->window += sdk_uint(*frame, "bytes");
    if (frame->kind == TB_PLUGIN_RELEASE)
        check_release(frame);
    if (frame->kind != TB_PLUGIN_REPLY)
        return;
    live_of(sdk_uint(*frame, "call"))->open = false;
    check_place(frame);
}

/* Takes n frames; all if n is 0. */
static void take(size_t n)
{
    struct sdk_frame frame;
    for (size_t i = 0; (n == 0 || i < n) && !sdk_quiet(); i++) {
        tb_assert(sdk_take_any(&frame));
        check_frame(&frame);
    }
}

static void step(void)
{
    uint8_t what = input_u8(&input);
    unsigned number = n_calls - 1 - input_u8(&input) % CALLS;
    bool known = number < n_calls;
    if (what % 8 == 0 && !tb_session_full(&session))
        put_call();
    else if (what % 8 == 1 && known)
        put_part(number);
    else if (what % 8 == 2 && known)
        put_credit(number);
    else if (what % 8 == 3 && known)
        put_cancel(number);
    else if (what % 8 == 4)
        put_release();
    else if (what % 8 == 5)
        act(&live[number % CALLS]);
    else
        take(what % 16);
    int r = sdk_run();
    tb_assert(r == TB_AGAIN || r == TB_OK);
    /* A handler looks at the newest call: none may wait behind a full link. */
    while (tb_buffer_n(&session.in) > 0) {
        take(0);
        r = sdk_run();
        tb_assert(r == TB_AGAIN || r == TB_OK);
    }
}

/* When the author ends all, every call has its REPLY and every place is back. */
static void finish(void)
{
    for (size_t i = 0; i < CALLS; i++)
        let_go(&live[i]);
    (void)sdk_run();
    take(0);
    for (size_t i = 0; i < CALLS; i++)
        tb_assert(!live[i].open);
    for (size_t i = 0; i < PLACES; i++)
        tb_assert(!lent[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    input = (struct input){data, n};
    memset(live, 0, sizeof live);
    memset(lent, 0, sizeof lent);
    n_calls = 0;
    n_held = 0;
    ending = false;
    sdk_handler = handle;
    sdk_start(PLACES * PLACE, POOL_OUT);
    for (int i = 0; i < STEPS && input.n > 0; i++)
        step();
    if (input_u8(&input) % 2 == 0)
        finish();
    /* Nobody hears of the end who has heard of one already, or does not listen. */
    for (size_t i = 0; i < CALLS; i++)
        if (live[i].stream && (live[i].deaf || tb_stream_over(live[i].stream)))
            let_go(&live[i]);
    ending = true;
    sdk_stop();
    for (size_t i = 0; i < CALLS; i++)
        tb_assert(!live[i].stream);
    return 0;
}
