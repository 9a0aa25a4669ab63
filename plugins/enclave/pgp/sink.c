#include "plugins/enclave/pgp/sink.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>

enum { FIRST_CAP = 4096 };

static void wipe(uint8_t *data, size_t n)
{
    if (data)
        sodium_memzero(data, n);
    free(data);
}

void pgp_sink_init(struct pgp_sink *sink, size_t max)
{
    *sink = (struct pgp_sink){.max = max};
}

void pgp_sink_deinit(struct pgp_sink *sink)
{
    wipe(sink->data, sink->cap);
    *sink = (struct pgp_sink){0};
}

static bool grow(struct pgp_sink *sink, size_t need)
{
    size_t cap = sink->cap > 0 ? sink->cap : FIRST_CAP;
    while (cap < need)
        cap *= 2;
    uint8_t *data = malloc(cap);
    if (!data)
        return false;
    if (sink->n > 0)
        memcpy(data, sink->data, sink->n);
    wipe(sink->data, sink->cap);
    sink->data = data;
    sink->cap = cap;
    return true;
}

bool pgp_sink_write(struct pgp_sink *sink, const void *data, size_t n)
{
    sink->over = sink->over || n > sink->max - sink->n;
    if (sink->over || sink->no_memory)
        return false;
    sink->no_memory = n > sink->cap - sink->n && !grow(sink, sink->n + n);
    if (sink->no_memory)
        return false;
    if (n > 0)
        memcpy(sink->data + sink->n, data, n);
    sink->n += n;
    return true;
}

struct pgp_data pgp_sink_take(struct pgp_sink *sink)
{
    struct pgp_data data = {.data = sink->data, .n = sink->n, .cap = sink->cap};
    pgp_sink_init(sink, 0);
    return data;
}

int pgp_sink_result(const struct pgp_sink *sink)
{
    if (sink->no_memory)
        return -ENOMEM;
    return sink->over ? PGP_TOO_LARGE : PGP_OK;
}

void pgp_data_deinit(struct pgp_data *data)
{
    wipe(data->data, data->cap);
    *data = (struct pgp_data){0};
}
