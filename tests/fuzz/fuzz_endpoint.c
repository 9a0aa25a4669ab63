/* The C endpoint, and an input that decides what the broker and the page do: every call ends
 * exactly once, and what is sent are frames that a broker accepts. */
#include "base/fd.h"
#include "base/result.h"
#include "endpoint/endpoint.h"
#include "tests/fuzz/chance.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input.h"

#include <sodium.h>
#include <sys/socket.h>

enum { STEPS = 128 };

struct play {
    struct tb_endpoint *endpoint;
    int broker;
    struct tb_session_keys keys;
    struct tb_buffer out;
    struct tb_buffer from_endpoint;
    uint64_t n_zero;         /* of our frames under the zero handle */
    uint64_t n_heard;        /* of theirs */
    struct tb_handle called; /* by the last CALL */
    uint32_t n_calls;
    uint32_t n_done;
};

static struct play play;

static const uint8_t broker_sk[TB_KEY_SIZE] = {7, 7};

static void on_done(void *data, const struct tb_reply *reply)
{
    (void)reply;
    tb_assert(data == &play);
    play.n_done++;
    tb_assert(play.n_done <= play.n_calls);
}

/* ---- what the endpoint sends ---- */

static void check_frame(const struct tb_frame *frame)
{
    struct tb_plaintext plaintext;
    if (frame->kind == TB_HELLO || frame->kind == TB_CLOSE)
        return;
    struct tb_address address = tb_sealed_address(frame);
    tb_assert(tb_seal_open(frame, play.keys.to_broker, &plaintext) == TB_OK);
    if (tb_handle_equal(&address.handle, &tb_handle_zero)) {
        tb_assert(frame->kind == TB_WANT || frame->kind == TB_MISS);
        tb_assert(address.counter == play.n_heard++);
    } else if (frame->kind == TB_CALL) {
        tb_assert(address.counter == 0);
        play.called = address.handle;
    }
}

static void hear(void)
{
    static uint8_t chunk[64 * 1024];
    struct tb_frame frame;
    size_t size;
    (void)tb_endpoint_flush(play.endpoint);
    ssize_t n = tb_fd_receive(play.broker, chunk, sizeof chunk, NULL, MSG_DONTWAIT);
    if (n > 0)
        tb_assert(tb_buffer_append(&play.from_endpoint, tb_bytes_of(chunk, (size_t)n)));
    while (tb_frame_parse(TB_SIDE_BROKER_VIEW, tb_buffer_bytes(&play.from_endpoint), &frame,
                          &size) == TB_OK) {
        check_frame(&frame);
        tb_buffer_consume(&play.from_endpoint, size);
    }
    tb_assert(tb_buffer_n(&play.from_endpoint) == 0);
}

/* ---- what the broker sends ---- */

static void deliver(struct tb_bytes bytes)
{
    ssize_t n = tb_fd_send(play.broker, bytes, -1, MSG_DONTWAIT);
    int r = n > 0 ? tb_endpoint_dispatch(play.endpoint, false) : TB_OK;
    tb_assert((r == TB_CLOSED) == tb_endpoint_lost(play.endpoint) || n <= 0);
}

static void seal(enum tb_kind kind, uint8_t flags, const struct tb_handle *handle, uint64_t counter,
                 struct tb_bytes text, struct tb_bytes raw)
{
    struct tb_seal frame = tb_seal_begin(&play.out, kind, flags);
    frame.failed |= !tb_buffer_append(&play.out, text);
    if (tb_seal_finish(&frame, play.keys.to_endpoint, handle, counter, raw) == TB_OK)
        deliver(tb_buffer_bytes(&play.out));
    tb_buffer_consume(&play.out, tb_buffer_n(&play.out));
}

static void send_sealed(struct input *input)
{
    static const enum tb_kind kinds[] = {TB_WELCOME, TB_REPLY, TB_HANDLES, TB_CHUNK, TB_CREDIT};
    uint8_t choice = input_u8(input);
    enum tb_kind kind = kinds[choice % TB_ARRAY_LEN(kinds)];
    uint64_t counter = (uint64_t)(int64_t)(int8_t)input_u8(input);
    const struct tb_handle *handle = kind == TB_WELCOME || kind == TB_HANDLES || (choice & 0x80)
                                         ? &tb_handle_zero
                                         : &play.called;
    if (handle == &tb_handle_zero)
        counter += play.n_zero++;
    struct tb_bytes text = input_bytes(input);
    struct tb_bytes raw = choice & 0x40 ? input_bytes(input) : (struct tb_bytes){0};
    seal(kind, choice & 0x20 ? 1 : 0, handle, counter, text, raw);
}

static void welcome(void)
{
    static const uint8_t handles[4 * TB_HANDLE_SIZE] = {[0] = 1, [16] = 2, [32] = 3, [48] = 4};
    static const struct tb_envelope envelope = {.key = play.keys.to_endpoint};
    struct tb_packer packer;
    struct tb_seal frame =
        tb_welcome_begin(&packer, &play.out, tb_bytes_of_string("0123456789abcdef"), 2);
    const struct tb_welcome_command first = {0, tb_bytes_of_string("b"), 8,
                                             tb_bytes_of(handles, 32)};
    const struct tb_welcome_command second = {1, tb_bytes_of_string("a"), 2,
                                              tb_bytes_of(handles + 32, 32)};
    tb_welcome_add(&packer, &first);
    tb_welcome_add(&packer, &second);
    tb_assert(tb_seal_finish(&frame, envelope.key, &envelope.handle, play.n_zero++,
                             (struct tb_bytes){0}) == TB_OK);
    deliver(tb_buffer_bytes(&play.out));
    tb_buffer_consume(&play.out, tb_buffer_n(&play.out));
}

/* ---- what the page does ---- */

static void call(uint8_t which)
{
    uint32_t command = tb_endpoint_find(play.endpoint, tb_bytes_of(which & 1 ? "a" : "b", 1));
    if (command == TB_NO_COMMAND)
        return;
    play.n_calls++; /* before: a call that ends at once is counted */
    if (tb_endpoint_call(play.endpoint, command, tb_bytes_of("\x80", 1), which & 2,
                         tb_bytes_of("raw", which & 2 ? 3 : 0), on_done, &play) != TB_OK)
        play.n_calls--;
}

static void step(struct input *input)
{
    uint8_t op = input_u8(input);
    switch (op % 8) {
    case 0:
        deliver(input_bytes(input));
        break;
    case 1:
    case 2:
        send_sealed(input);
        break;
    case 3:
    case 4:
        call(op >> 3);
        break;
    case 5: {
        int r = tb_endpoint_cancel(play.endpoint, &play);
        tb_assert(r == TB_OK || r == TB_UNKNOWN || r == TB_FULL);
        break;
    }
    case 6:
        (void)tb_endpoint_miss(play.endpoint, input_bytes(input));
        break;
    default:
        welcome();
        break;
    }
    hear();
}

static void open_session(void)
{
    struct tb_bootstrap bootstrap = {
        .document = 1, .label = tb_bytes_of_string("main"), .origin = tb_bytes_of_string("local")};
    uint8_t text[TB_BOOTSTRAP_MAX];
    uint8_t frame[TB_HEADER_SIZE + TB_HELLO_SIZE];
    struct tb_hello hello;
    int pair[2];
    tb_assert(crypto_scalarmult_base(bootstrap.broker_pk, broker_sk) == 0);
    tb_assert(tb_fd_pair(SOCK_STREAM, pair) == 0);
    play.broker = pair[1];
    size_t n = tb_bootstrap_write(&bootstrap, text);
    play.endpoint = tb_endpoint_new(pair[0], tb_bytes_of(text, n));
    tb_assert(play.endpoint && tb_endpoint_flush(play.endpoint) == TB_OK);
    tb_assert(tb_fd_receive(pair[1], frame, sizeof frame, NULL, 0) == (ssize_t)sizeof frame);
    tb_assert(tb_hello_read(tb_bytes_of(frame + TB_HEADER_SIZE, TB_HELLO_SIZE), &hello) == TB_OK);
    tb_assert(tb_keys_derive(&bootstrap, broker_sk, hello.endpoint_pk, hello.endpoint_pk,
                             &play.keys) == TB_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    chance_reset();
    memset(&play, 0, sizeof play);
    tb_buffer_init(&play.out, 2 * TB_FRAME_MAX);
    tb_buffer_init(&play.from_endpoint, 64 * 1024 * 1024);
    open_session();
    if (input_u8(&input) & 1)
        welcome();
    for (int i = 0; i < STEPS && input.n > 0 && !tb_endpoint_lost(play.endpoint); i++)
        step(&input);
    tb_endpoint_free(play.endpoint);
    tb_assert(play.n_done == play.n_calls);
    tb_fd_close(&play.broker);
    tb_buffer_deinit(&play.out);
    tb_buffer_deinit(&play.from_endpoint);
    return 0;
}
