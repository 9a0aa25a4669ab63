#include "base/buffer.h"

#include "base/wipe.h"

#include <sodium.h>
#include <stdlib.h>

enum {
    FIRST_CAP = 4096,
    KEEP_CAP = 256 * 1024, /* an empty buffer larger than this gives its memory back */
};

void tb_buffer_init(struct tb_buffer *buffer, size_t max)
{
    *buffer = (struct tb_buffer){.max = max};
}

void tb_buffer_deinit(struct tb_buffer *buffer)
{
    if (buffer->data)
        sodium_memzero(buffer->data, buffer->cap);
    free(buffer->data);
    *buffer = (struct tb_buffer){0};
}

/* Moves all that it holds, and gives the old memory back. */
static void put_memory(struct tb_buffer *buffer, uint8_t *data, size_t cap)
{
    size_t n = tb_buffer_n(buffer);
    if (n > 0)
        memcpy(data, buffer->data + buffer->start, n);
    tb_wipe(buffer->data, buffer->end);
    free(buffer->data);
    buffer->data = data;
    buffer->start = 0;
    buffer->end = n;
    buffer->cap = cap;
}

static bool grow(struct tb_buffer *buffer, size_t need)
{
    size_t cap = buffer->cap ? buffer->cap : FIRST_CAP;
    while (cap < need)
        cap *= 2;
    /* Not nearly full again, or every further append would copy all that is held. */
    if (buffer->cap && need > cap / 2 && cap <= buffer->max)
        cap *= 2;
    uint8_t *data = malloc(cap);
    if (!data)
        return false;
    put_memory(buffer, data, cap);
    return true;
}

uint8_t *tb_buffer_reserve(struct tb_buffer *buffer, size_t n)
{
    size_t held = tb_buffer_n(buffer);
    if (n > buffer->max || held > buffer->max - n)
        return NULL;
    if (!buffer->data || n > buffer->cap - buffer->end) {
        /* Moving is worth it only when it frees at least as much as it copies. */
        if (buffer->start >= held && n <= buffer->cap - held && buffer->data) {
            if (held > 0)
                memmove(buffer->data, buffer->data + buffer->start, held);
            tb_wipe(buffer->data + held, buffer->end - held);
            buffer->start = 0;
            buffer->end = held;
        } else if (!grow(buffer, held + n)) {
            return NULL;
        }
    }
    return buffer->data + buffer->end;
}

void tb_buffer_commit(struct tb_buffer *buffer, size_t n)
{
    tb_assert(n <= buffer->cap - buffer->end);
    buffer->end += n;
}

void tb_buffer_truncate(struct tb_buffer *buffer, size_t n)
{
    tb_assert(n <= tb_buffer_n(buffer));
    if (buffer->data) /* no arithmetic on NULL */
        tb_wipe(buffer->data + buffer->start + n, tb_buffer_n(buffer) - n);
    buffer->end = buffer->start + n;
}

void tb_buffer_consume(struct tb_buffer *buffer, size_t n)
{
    tb_assert(n <= tb_buffer_n(buffer));
    if (buffer->data)
        tb_wipe(buffer->data + buffer->start, n);
    buffer->start += n;
    if (buffer->start < buffer->end)
        return;
    buffer->start = 0;
    buffer->end = 0;
    if (buffer->cap > KEEP_CAP) {
        free(buffer->data);
        buffer->data = NULL;
        buffer->cap = 0;
    }
}

bool tb_buffer_append(struct tb_buffer *buffer, struct tb_bytes bytes)
{
    uint8_t *at = tb_buffer_reserve(buffer, bytes.n);
    if (!at)
        return false;
    if (bytes.n > 0)
        memcpy(at, bytes.data, bytes.n);
    tb_buffer_commit(buffer, bytes.n);
    return true;
}

static void swap(struct tb_buffer *a, struct tb_buffer *b)
{
    struct tb_buffer was = *a;
    *a = *b;
    *b = was;
    b->max = a->max;
    a->max = was.max;
}

bool tb_buffer_take(struct tb_buffer *buffer, struct tb_buffer *from)
{
    if (tb_buffer_n(buffer) == 0 && tb_buffer_n(from) <= buffer->max)
        swap(buffer, from);
    else if (!tb_buffer_append(buffer, tb_buffer_bytes(from)))
        return false;
    tb_buffer_consume(from, tb_buffer_n(from));
    return true;
}

void tb_buffer_fit(struct tb_buffer *buffer)
{
    tb_assert(buffer->start == 0);
    uint8_t *data = buffer->end > 0 ? malloc(buffer->end) : NULL;
    if (data)
        put_memory(buffer, data, buffer->end);
}
