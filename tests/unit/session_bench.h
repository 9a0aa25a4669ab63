/* A session on the bench as the tests of routing and of reloads drive it. */
#pragma once

#include "base/result.h"
#include "tests/broker/bench.h"
#include "tests/unit/test.h"

static const uint8_t secret[TB_KEY_SIZE] = {1, 2, 3};
static const struct tb_bytes none;

#define EMPTY_MAP tb_bytes_of("\x80", 1)
#define NO_ARGS                                                                                    \
    tb_bytes_of("\x81\xa4"                                                                         \
                "args\x80",                                                                        \
                7)

/* Open, and everything that WELCOME brought taken. */
static inline void session_begin(struct bench *bench, enum tb_violation_action action)
{
    bench_init(bench, TB_MODE_RELAY, action, BENCH_COMMANDS);
    bench_hello(bench, secret);
    CHECK_INT(bench_session(bench)->state, TB_SESSION_OPEN);
    tb_buffer_consume(&bench->end.from_broker, tb_buffer_n(&bench->end.from_broker));
}

static inline struct tb_handle session_issued(struct bench *bench, uint32_t command)
{
    struct tb_handle handle = {{0}};
    CHECK(bench_issued(bench, command, &handle));
    return handle;
}

struct session_reply {
    enum tb_code code; /* of its error, or none */
    bool has_next;
};

/* The next REPLY that the endpoint was sent, which has to be to that handle. */
static inline struct session_reply session_take_reply(struct bench *bench,
                                                      const struct tb_handle *handle)
{
    struct tb_unpacker unpacker;
    struct tb_frame frame;
    struct tb_plaintext plaintext;
    struct tb_reply reply;
    size_t size;
    CHECK_INT(tb_unpacker_init(&unpacker, &tb_scan_peer), 0);
    CHECK_INT(
        tb_frame_parse(TB_SIDE_ENDPOINT, tb_buffer_bytes(&bench->end.from_broker), &frame, &size),
        TB_OK);
    struct tb_address address = tb_sealed_address(&frame);
    CHECK(frame.kind == TB_REPLY && tb_handle_equal(&address.handle, handle));
    CHECK_INT(tb_seal_open(&frame, bench->end.keys.to_endpoint, &plaintext), TB_OK);
    CHECK_INT(tb_reply_read(&unpacker, &plaintext, &reply), TB_OK);
    struct session_reply seen = {
        .code = reply.type == TB_REPLY_ERROR ? reply.error.code : TB_CODE_NONE,
        .has_next = reply.has_next,
    };
    tb_buffer_consume(&bench->end.from_broker, size);
    tb_unpacker_deinit(&unpacker);
    return seen;
}
