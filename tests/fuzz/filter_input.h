/* Two msgpack values: what a grant holds, and args. */
#pragma once

#include "base/result.h"
#include "base/wire.h"
#include "proto/limits.h"
#include "proto/pack.h"

struct filter_input {
    struct tb_unpacker grant;
    struct tb_unpacker call;
    const msgpack_object *filter;
    const msgpack_object *args;
    uint64_t n_raw;
};

/* u32 length of the first one, u8 bytes of a body. False: they are not two values. */
static inline bool filter_input_read(struct filter_input *input, const uint8_t *data, size_t n)
{
    struct tb_reader reader = tb_reader_init(tb_bytes_of(data, n));
    uint32_t length = tb_read_u32(&reader);
    input->n_raw = tb_read_u8(&reader);
    struct tb_bytes filter = tb_read_bytes(&reader, length);
    tb_assert(tb_unpacker_init(&input->grant, &tb_scan_grant) == 0);
    tb_assert(tb_unpacker_init(&input->call, &tb_scan_peer) == 0);
    return !reader.failed &&
           tb_unpack(&input->grant, &tb_scan_grant, filter, &input->filter) == TB_OK &&
           tb_unpack(&input->call, &tb_scan_peer, tb_bytes_of(reader.p, reader.left),
                     &input->args) == TB_OK;
}

static inline void filter_input_deinit(struct filter_input *input)
{
    tb_unpacker_deinit(&input->grant);
    tb_unpacker_deinit(&input->call);
}
