#include "tests/unit/fake_broker.h"

#include "base/fd.h"
#include "base/result.h"

#include <sodium.h>
#include <sys/socket.h>

static const uint8_t broker_sk[TB_KEY_SIZE] = {7};
static const msgpack_object nil = {.type = MSGPACK_OBJECT_NIL};

/* ---- the link ---- */

static size_t write_bootstrap(struct tb_bootstrap *bootstrap, uint8_t *ret_text)
{
    *bootstrap = (struct tb_bootstrap){
        .document = 1, .label = tb_bytes_of_string("main"), .origin = tb_bytes_of_string("local")};
    CHECK_INT(crypto_scalarmult_base(bootstrap->broker_pk, broker_sk), 0);
    return tb_bootstrap_write(bootstrap, ret_text);
}

static void boot(struct fake_broker *broker, struct tb_bytes text)
{
    uint8_t header[TB_HEADER_SIZE];
    tb_frame_header(header, TB_BOOT, 0, text.n);
    CHECK_INT(tb_fd_write_all(broker->fd, tb_bytes_of(header, sizeof header)), 0);
    CHECK_INT(tb_fd_write_all(broker->fd, text), 0);
    CHECK_INT(tb_endpoint_dispatch(broker->endpoint, false), TB_OK);
}

void fake_send(struct fake_broker *broker)
{
    struct tb_buffer *out = &broker->out;
    CHECK_INT(tb_fd_write_all(broker->fd, tb_buffer_bytes(out)), 0);
    tb_buffer_consume(out, tb_buffer_n(out));
    while (tb_endpoint_dispatch(broker->endpoint, false) == TB_OK) {
    }
}

static void welcome(struct fake_broker *broker)
{
    uint8_t handles[FAKE_POOL * TB_HANDLE_SIZE] = {0};
    struct tb_packer packer;
    for (uint8_t i = 0; i < FAKE_POOL; i++)
        handles[i * TB_HANDLE_SIZE] = (uint8_t)(i + 1);
    struct tb_seal seal =
        tb_welcome_begin(&packer, &broker->out, tb_bytes_of_string("0123456789abcdef"), 1);
    const struct tb_welcome_command command = {0, tb_bytes_of_string("pour"), FAKE_POOL,
                                               tb_bytes_of(handles, sizeof handles)};
    tb_welcome_add(&packer, &command);
    CHECK_INT(
        tb_seal_finish(&seal, broker->keys.to_endpoint, &tb_handle_zero, 0, (struct tb_bytes){0}),
        TB_OK);
    fake_send(broker);
    CHECK(tb_endpoint_ready(broker->endpoint));
}

void fake_open(struct fake_broker *broker, bool direct)
{
    uint8_t text[TB_BOOTSTRAP_MAX];
    uint8_t frame[TB_HEADER_SIZE + TB_HELLO_SIZE];
    struct tb_bootstrap bootstrap;
    struct tb_hello hello;
    int pair[2];
    *broker = (struct fake_broker){0};
    size_t n = write_bootstrap(&bootstrap, text);
    CHECK_INT(tb_fd_pair(SOCK_STREAM, pair), 0);
    broker->fd = pair[1];
    tb_buffer_init(&broker->in, 64 * 1024 * 1024);
    tb_buffer_init(&broker->out, 2 * TB_FRAME_MAX);
    CHECK_INT(tb_unpacker_init(&broker->unpacker, &tb_scan_peer), 0);
    broker->endpoint = tb_endpoint_new(pair[0], tb_bytes_of(text, direct ? 0 : n));
    CHECK(broker->endpoint);
    if (direct)
        boot(broker, tb_bytes_of(text, n));
    CHECK_INT(tb_endpoint_flush(broker->endpoint), TB_OK);
    CHECK_INT(tb_fd_receive(pair[1], frame, sizeof frame, NULL, 0), sizeof frame);
    CHECK_INT(tb_hello_read(tb_bytes_of(frame + TB_HEADER_SIZE, TB_HELLO_SIZE), &hello), TB_OK);
    CHECK_INT(
        tb_keys_derive(&bootstrap, broker_sk, hello.endpoint_pk, hello.endpoint_pk, &broker->keys),
        TB_OK);
    welcome(broker);
}

void fake_close(struct fake_broker *broker)
{
    tb_endpoint_free(broker->endpoint);
    tb_fd_close(&broker->fd);
    tb_buffer_deinit(&broker->in);
    tb_buffer_deinit(&broker->out);
    tb_unpacker_deinit(&broker->unpacker);
}

/* The next frame that the endpoint has sent; false: there is none. */
bool fake_hear(struct fake_broker *broker, struct tb_frame *ret_frame,
               struct tb_plaintext *ret_plaintext)
{
    struct tb_buffer *in = &broker->in;
    size_t size;
    tb_buffer_consume(in, broker->n_taken);
    broker->n_taken = 0;
    while (tb_frame_parse(TB_SIDE_BROKER_VIEW, tb_buffer_bytes(in), ret_frame, &size) != TB_OK) {
        (void)tb_endpoint_flush(broker->endpoint);
        uint8_t *room = tb_buffer_reserve(in, TB_FRAME_MAX);
        CHECK(room);
        ssize_t n = tb_fd_receive(broker->fd, room, TB_FRAME_MAX, NULL, MSG_DONTWAIT);
        if (n <= 0)
            return false;
        tb_buffer_commit(in, (size_t)n);
    }
    broker->n_taken = size;
    CHECK_INT(tb_seal_open(ret_frame, broker->keys.to_broker, ret_plaintext), TB_OK);
    return true;
}

struct tb_address fake_expect(struct fake_broker *broker, enum tb_kind kind,
                              struct tb_plaintext *ret_text)
{
    struct tb_frame frame;
    CHECK(fake_hear(broker, &frame, ret_text));
    CHECK_INT(frame.kind, kind);
    return tb_sealed_address(&frame);
}

bool fake_silent(struct fake_broker *broker)
{
    struct tb_frame frame;
    struct tb_plaintext plaintext;
    return !fake_hear(broker, &frame, &plaintext);
}

/* ---- what the broker says, under the handle whose first byte is `handle` ---- */

struct tb_envelope fake_under(const struct fake_broker *broker, uint8_t handle, uint64_t counter)
{
    return (struct tb_envelope){broker->keys.to_endpoint, {{handle}}, counter};
}

void fake_message(struct fake_broker *broker, uint8_t handle, uint64_t counter, int64_t channel)
{
    const struct tb_envelope envelope = fake_under(broker, handle, counter);
    const struct tb_chunk chunk = {.type = TB_CHUNK_MESSAGE,
                                   .value = &nil,
                                   .has_channel = channel >= 0,
                                   .channel = (uint32_t)channel};
    CHECK_INT(tb_chunk_write(&broker->out, &envelope, &chunk, false), TB_OK);
    fake_send(broker);
}

void fake_part(struct fake_broker *broker, uint8_t handle, uint64_t counter, size_t n)
{
    static const uint8_t raw[TB_CHUNK_RAW_MAX];
    const struct tb_envelope envelope = fake_under(broker, handle, counter);
    const struct tb_chunk chunk = {.type = TB_CHUNK_BYTES, .raw = tb_bytes_of(raw, n)};
    CHECK_INT(tb_chunk_write(&broker->out, &envelope, &chunk, false), TB_OK);
    fake_send(broker);
}

void fake_credit(struct fake_broker *broker, uint8_t handle, uint64_t counter, uint32_t n)
{
    const struct tb_envelope envelope = fake_under(broker, handle, counter);
    const struct tb_credit credit = {.bytes = n};
    CHECK_INT(tb_credit_write(&broker->out, &envelope, &credit), TB_OK);
    fake_send(broker);
}

void fake_reply(struct fake_broker *broker, uint8_t handle, uint64_t counter)
{
    const struct tb_envelope envelope = fake_under(broker, handle, counter);
    const struct tb_reply reply = {.type = TB_REPLY_VALUE, .value = &nil};
    CHECK_INT(tb_reply_write(&broker->out, &envelope, &reply, false), TB_OK);
    fake_send(broker);
}
