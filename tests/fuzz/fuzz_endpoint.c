/* The C endpoint, and an input that decides what the broker and the page do: every call ends
 * exactly once, what is sent are frames that a broker accepts, and credit is kept to. Handlers
 * call, cancel and free. */
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
    struct tb_endpoint *endpoint; /* NULL: a handler has freed it */
    int broker;
    struct tb_session_keys keys;
    struct tb_buffer out;
    struct tb_buffer from_endpoint;
    uint64_t n_zero;  /* of our frames under the zero handle */
    uint64_t n_heard; /* of theirs */
    uint32_t n_calls;
    uint32_t n_done;
    uint8_t habit; /* what handlers do */

    /* The last call. */
    uint64_t id;
    struct tb_handle handle;
    uint64_t n_under; /* our frames under its handle */
    uint64_t n_from;  /* theirs */
    uint64_t may_send;
    uint32_t n_held; /* told to its handler, and not consumed */
    uint32_t n_owed; /* consumed, or dropped at least; CREDIT may bring it back */
};

static struct play play;

static const uint8_t broker_sk[TB_KEY_SIZE] = {7, 7};

static void call(uint8_t which);

enum habit { CALLS = 1, CANCELS = 2, FREES = 4, CONSUMES = 8 };

static void free_endpoint(void)
{
    uint32_t n_open = play.n_calls - play.n_done;
    struct tb_endpoint *endpoint = play.endpoint;
    play.endpoint = NULL;
    play.habit = 0;
    uint32_t n_before = play.n_done;
    tb_endpoint_free(endpoint);
    tb_assert(play.n_done - n_before == n_open);
}

static void consume(void)
{
    uint32_t n = play.n_held;
    play.n_held = 0;
    play.n_owed += n;
    tb_endpoint_consumed(play.endpoint, play.id, n);
}

static void act(void)
{
    if ((play.habit & CALLS) && play.endpoint)
        call(play.habit >> 4);
    if ((play.habit & CANCELS) && play.endpoint)
        (void)!tb_endpoint_cancel(play.endpoint, play.id);
    tb_assert(!play.endpoint || tb_endpoint_dispatch(play.endpoint, false) == TB_AGAIN);
    if ((play.habit & FREES) && play.endpoint)
        free_endpoint();
}

static void on_done(void *data, const struct tb_reply *reply)
{
    tb_assert(data == &play);
    play.n_done++;
    tb_assert(play.n_done <= play.n_calls);
    if (reply)
        act();
}

static void on_chunk(void *data, const struct tb_chunk *chunk, uint32_t cost)
{
    tb_assert(data == &play);
    tb_assert(!chunk->has_channel || chunk->channel == 7);
    tb_assert(cost > 0 && cost <= TB_CREDIT_FIRST);
    play.n_held += cost;
    if (play.habit & CONSUMES)
        consume();
    act();
}

static void on_room(void *data)
{
    tb_assert(data == &play);
    act();
}

/* ---- what the endpoint sends ---- */

static void check_part(const struct tb_plaintext *plaintext)
{
    struct tb_unpacker unpacker;
    struct tb_part part;
    uint64_t cost = tb_chunk_cost(plaintext);
    tb_assert(tb_unpacker_init(&unpacker, &tb_scan_peer) == 0);
    tb_assert(tb_part_read(&unpacker, plaintext, &part) == TB_OK);
    tb_unpacker_deinit(&unpacker);
    tb_assert(cost <= play.may_send);
    play.may_send -= cost;
}

static void check_credit(const struct tb_plaintext *plaintext)
{
    struct tb_unpacker unpacker;
    struct tb_credit credit;
    tb_assert(tb_unpacker_init(&unpacker, &tb_scan_peer) == 0);
    tb_assert(tb_credit_read(&unpacker, plaintext, &credit) == TB_OK && !credit.has_next);
    tb_unpacker_deinit(&unpacker);
    tb_assert(credit.bytes > 0 && credit.bytes <= play.n_owed);
    play.n_owed -= credit.bytes;
}

static void check_of_call(const struct tb_frame *frame, const struct tb_plaintext *plaintext,
                          uint64_t counter)
{
    tb_assert(counter == play.n_from++);
    if (frame->kind == TB_CHUNK)
        check_part(plaintext);
    else if (frame->kind == TB_CREDIT)
        check_credit(plaintext);
    else
        tb_assert(frame->kind == TB_CANCEL);
}

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
        play.handle = address.handle;
        play.n_under = 0;
        play.n_from = 1;
        play.may_send = TB_CREDIT_FIRST;
        play.n_owed = 0;
    } else if (tb_handle_equal(&address.handle, &play.handle)) {
        check_of_call(frame, &plaintext, address.counter);
    }
}

static void hear(void)
{
    static uint8_t chunk[64 * 1024];
    struct tb_frame frame;
    size_t size;
    if (!play.endpoint)
        return;
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
    tb_assert(!play.endpoint || (r == TB_CLOSED) == tb_endpoint_lost(play.endpoint) || n <= 0);
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
                                         : &play.handle;
    counter += handle == &tb_handle_zero ? play.n_zero++ : play.n_under++;
    struct tb_bytes text = input_bytes(input);
    struct tb_bytes raw = choice & 0x40 ? input_bytes(input) : (struct tb_bytes){0};
    play.n_owed += kind == TB_CHUNK ? (uint32_t)(text.n + raw.n) : 0;
    play.may_send += kind == TB_CREDIT ? TB_CREDIT_MOST : 0;
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

static struct tb_handle fresh(uint8_t choice)
{
    return (struct tb_handle){{9, choice, [8] = (uint8_t)play.n_under, [9] = (uint8_t)play.n_from}};
}

/* Messages in their format, so that what they mean is reached. The sizes are of one packed byte. */
static void send_of_call(struct input *input)
{
    static const uint8_t raw[TB_CHUNK_RAW_MAX];
    static const msgpack_object nil = {.type = MSGPACK_OBJECT_NIL};
    uint8_t choice = input_u8(input);
    size_t n = (size_t)input_u8(input) << (choice & 1 ? 8 : 0);
    const struct tb_envelope envelope = {play.keys.to_endpoint, play.handle, play.n_under};
    bool has_next = (choice & 0x80) || play.n_under == 0;
    int r = TB_OK;
    if ((choice >> 1) % 4 == 0) {
        const struct tb_reply reply = {.type = (enum tb_reply_type)((choice >> 3) % 3),
                                       .value = &nil,
                                       .raw = tb_bytes_of(raw, n),
                                       .error = {.code = TB_CODE_DENIED},
                                       .has_total = choice & 0x40,
                                       .total = n,
                                       .has_next = has_next,
                                       .next = fresh(choice)};
        r = tb_reply_write(&play.out, &envelope, &reply, false);
    } else if ((choice >> 1) % 4 == 1) {
        const struct tb_credit credit = {(uint32_t)n << 8, has_next, fresh(choice)};
        r = tb_credit_write(&play.out, &envelope, &credit);
        play.may_send += credit.bytes;
    } else {
        const struct tb_chunk chunk = {.type = (enum tb_chunk_type)((choice >> 3) % 3),
                                       .value = &nil,
                                       .raw = tb_bytes_of(raw, n),
                                       .has_channel = choice & 0x40,
                                       .channel = choice & 0x20 ? 7 : 8,
                                       .has_next = has_next,
                                       .next = fresh(choice)};
        r = tb_chunk_write(&play.out, &envelope, &chunk, false);
        play.n_owed += chunk.has_channel && chunk.channel == 8 ? (uint32_t)n + 64 : 0;
    }
    tb_assert(r == TB_OK);
    play.n_under++;
    deliver(tb_buffer_bytes(&play.out));
    tb_buffer_consume(&play.out, tb_buffer_n(&play.out));
}

/* ---- what the page does ---- */

static const struct tb_endpoint_handler handler = {on_done, on_chunk, on_room};

static void call(uint8_t which)
{
    /* {"c": "__CHANNEL__:7"} */
    static const uint8_t args[] = "\x81\xa1"
                                  "c"
                                  "\xad"
                                  "__CHANNEL__:7";
    uint32_t command = tb_endpoint_find(play.endpoint, tb_bytes_of(which & 1 ? "a" : "b", 1));
    const struct tb_endpoint_request request = {.args = tb_bytes_of(args, sizeof args - 1),
                                                .has_raw = which & 2,
                                                .more = which & 4,
                                                .raw = tb_bytes_of("raw", which & 2 ? 3 : 0)};
    if (command == TB_NO_COMMAND ||
        tb_endpoint_call(play.endpoint, command, &request, &handler, &play, &play.id) != TB_OK)
        return;
    play.n_calls++;
    play.n_held = 0;
}

static void send_part(struct input *input)
{
    static const uint8_t raw[TB_CHUNK_RAW_MAX];
    uint8_t size = input_u8(input);
    int r = tb_endpoint_send(play.endpoint, play.id, tb_bytes_of(raw, (size_t)size << 8), size & 1);
    tb_assert(r == TB_OK || r == TB_AGAIN || r == TB_UNKNOWN || r == TB_MALFORMED);
}

static void cancel(void)
{
    int r = tb_endpoint_cancel(play.endpoint, play.id);
    tb_assert(r == TB_OK || r == TB_UNKNOWN || r == TB_FULL);
}

static void step(struct input *input)
{
    uint8_t op = input_u8(input);
    switch (op % 13) {
    case 0:
        deliver(input_bytes(input));
        break;
    case 1:
        send_sealed(input);
        break;
    case 2:
    case 3:
    case 4:
        send_of_call(input);
        break;
    case 5:
    case 6:
        call(op >> 4);
        break;
    case 7:
        cancel();
        break;
    case 8:
        send_part(input);
        break;
    case 9:
        consume();
        break;
    case 10:
        (void)tb_endpoint_miss(play.endpoint, input_bytes(input));
        break;
    case 11:
        play.habit = input_u8(input);
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
    for (int i = 0; i < STEPS && input.n > 0 && play.endpoint && !tb_endpoint_lost(play.endpoint);
         i++)
        step(&input);
    if (play.endpoint)
        free_endpoint();
    tb_assert(play.n_done == play.n_calls);
    tb_fd_close(&play.broker);
    tb_buffer_deinit(&play.out);
    tb_buffer_deinit(&play.from_endpoint);
    return 0;
}
