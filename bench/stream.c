#include "bench/stream.h"

#include "base/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { CAP = 2 * (STREAM_LENGTH + STREAM_MESSAGE_MAX), READ_SIZE = 64 * 1024 + STREAM_LENGTH };

bool stream_init(struct stream *stream, int fd)
{
    *stream = (struct stream){.fd = fd, .data = malloc(CAP)};
    return stream->data != NULL;
}

void stream_deinit(struct stream *stream)
{
    free(stream->data);
    *stream = (struct stream){.fd = -1};
}

static size_t message_size(const struct stream *stream)
{
    size_t n = stream->end - stream->start;
    if (n < STREAM_LENGTH)
        return STREAM_LENGTH;
    uint32_t length = tb_load_u32(stream->data + stream->start);
    tb_assert(length <= STREAM_MESSAGE_MAX);
    return STREAM_LENGTH + length;
}

enum stream_result stream_read(struct stream *stream, int flags)
{
    size_t held = stream->end - stream->start;
    size_t missing = message_size(stream) - held;
    size_t want = missing > READ_SIZE ? missing : READ_SIZE;
    if (want > CAP - stream->end) {
        memmove(stream->data, stream->data + stream->start, held);
        stream->start = 0;
        stream->end = held;
    }
    ssize_t n = recv(stream->fd, stream->data + stream->end, want, flags);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return STREAM_AGAIN;
    if (n <= 0)
        return STREAM_END;
    stream->end += (size_t)n;
    return STREAM_OK;
}

bool stream_peek(const struct stream *stream, struct tb_bytes *ret_message)
{
    size_t held = stream->end - stream->start;
    size_t size = message_size(stream);
    if (held < STREAM_LENGTH || held < size)
        return false;
    *ret_message = tb_bytes_of(stream->data + stream->start, size);
    return true;
}

void stream_skip(struct stream *stream, size_t n)
{
    stream->start += n;
    if (stream->start == stream->end)
        stream->start = stream->end = 0;
}

enum stream_result stream_send(int fd, struct tb_bytes *rest, int flags)
{
    while (rest->n > 0) {
        ssize_t n = send(fd, rest->data, rest->n, flags | MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN ? STREAM_AGAIN : STREAM_END;
        *rest = tb_bytes_of(rest->data + n, rest->n - (size_t)n);
    }
    return STREAM_OK;
}
