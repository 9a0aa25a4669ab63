#include "plugins/sdk/reply.h"

/* A count that is not known yet is written as an unsigned 32-bit number and filled in later. */
size_t tb_pack_array_begin(struct tb_packer *packer)
{
    static const uint8_t array_32[5] = {0xdd};
    if (!packer->failed)
        packer->failed = !tb_buffer_append(packer->out, tb_bytes_of(array_32, sizeof array_32));
    return packer->failed ? 0 : tb_buffer_n(packer->out);
}

void tb_pack_array_end(struct tb_packer *packer, size_t at, uint32_t n)
{
    if (packer->failed)
        return;
    tb_assert(at >= 4 && at <= tb_buffer_n(packer->out));
    uint8_t *end = packer->out->data + packer->out->start + at;
    for (int i = 1; i <= 4; i++, n >>= 8)
        end[-i] = (uint8_t)n; /* msgpack is big-endian */
}
