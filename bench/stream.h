/*
 * Messages with a 4-byte length in front over a stream socket, for the floor: as little as a relay
 * can do. What has come is read with one call, and each message is sent with one of its own.
 */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"

enum { STREAM_LENGTH = 4, STREAM_MESSAGE_MAX = 1024 * 1024 };

struct stream {
    int fd;
    uint8_t *data;
    size_t start;
    size_t end;
};

tb_must_check bool stream_init(struct stream *stream, int fd); /* borrows fd; false: no memory */
void stream_deinit(struct stream *stream);

enum stream_result { STREAM_OK, STREAM_AGAIN, STREAM_END };

/* Reads once; flags is 0 or MSG_DONTWAIT. */
enum stream_result stream_read(struct stream *stream, int flags);
/* The next whole message, its length included; valid until the next read. False: none is there. */
bool stream_peek(const struct stream *stream, struct tb_bytes *ret_message);
void stream_skip(struct stream *stream, size_t n);

/* Sends what is left of a message and takes off what was sent. */
enum stream_result stream_send(int fd, struct tb_bytes *rest, int flags);
