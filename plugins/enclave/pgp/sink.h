/* Where bytes are gathered that come out of librnp: with a cap, and wiped wherever they were. */
#pragma once

#include "plugins/enclave/pgp/pgp.h"

struct pgp_sink {
    uint8_t *data;
    size_t n;
    size_t cap;
    size_t max;
    bool over;      /* more was written than `max` */
    bool no_memory; /* or than there was memory */
};

void pgp_sink_init(struct pgp_sink *sink, size_t max);
void pgp_sink_deinit(struct pgp_sink *sink); /* for tb_cleanup; wipes */
/* False: sink->over or sink->no_memory says why. */
tb_must_check bool pgp_sink_write(struct pgp_sink *sink, const void *data, size_t n);
/* The bytes change hands; the sink is empty. */
struct pgp_data pgp_sink_take(struct pgp_sink *sink);

static inline struct tb_bytes pgp_sink_bytes(const struct pgp_sink *sink)
{
    return tb_bytes_of(sink->data, sink->n);
}

/* What went wrong with it: TOO_LARGE, -ENOMEM; 0: nothing. */
int pgp_sink_result(const struct pgp_sink *sink);
