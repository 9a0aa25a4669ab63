/*
 * The broker's end of a view link, with a test in the broker's place: the endpoint at the other end
 * is the real one. Its grant has one command, 0 `pour`, with FAKE_POOL handles whose first bytes
 * are 1, 2 and so on.
 */
#pragma once

#include "endpoint/endpoint.h"
#include "tests/unit/test.h"

enum { FAKE_POOL = 4 };

struct fake_broker {
    struct tb_endpoint *endpoint; /* NULL: a handler has freed it */
    int fd;
    struct tb_session_keys keys;
    struct tb_buffer in;
    size_t n_taken; /* of what is in it, by the frame that was heard last */
    struct tb_buffer out;
    struct tb_unpacker unpacker;
};

void fake_open(struct fake_broker *broker, bool direct);
void fake_close(struct fake_broker *broker); /* the endpoint too */

/* The next frame that the endpoint has sent, opened; false: there is none. */
bool fake_hear(struct fake_broker *broker, struct tb_frame *ret_frame,
               struct tb_plaintext *ret_plaintext);
/* The same, which must be of that kind. */
struct tb_address fake_expect(struct fake_broker *broker, enum tb_kind kind,
                              struct tb_plaintext *ret_plaintext);
bool fake_silent(struct fake_broker *broker);

/* Under the handle with that first byte. */
struct tb_envelope fake_under(const struct fake_broker *broker, uint8_t handle, uint64_t counter);
/* Sends what was written to `out`, and lets the endpoint deal with it. */
void fake_send(struct fake_broker *broker);
void fake_message(struct fake_broker *broker, uint8_t handle, uint64_t counter,
                  int64_t channel); /* -1: of the call itself */
void fake_part(struct fake_broker *broker, uint8_t handle, uint64_t counter, size_t n);
void fake_credit(struct fake_broker *broker, uint8_t handle, uint64_t counter, uint32_t n);
void fake_reply(struct fake_broker *broker, uint8_t handle, uint64_t counter);
