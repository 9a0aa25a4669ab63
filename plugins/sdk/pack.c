/* What packing has beside proto/pack.c. */
#include "plugins/sdk/value.h"

void tb_pack_text(struct tb_packer *packer, const char *text)
{
    tb_pack_str(packer, tb_bytes_of_string(text));
}

void tb_pack_value(struct tb_packer *packer, const struct tb_value *value)
{
    if (value)
        tb_pack_object(packer, tb_value_object(value));
    else
        tb_pack_nil(packer);
}

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
    packer->failed = at < 4 || at > tb_buffer_n(packer->out);
    uint8_t *end = packer->out->data + packer->out->start + at;
    for (int i = 1; i <= 4 && !packer->failed; i++, n >>= 8)
        end[-i] = (uint8_t)n; /* msgpack is big-endian */
}

bool tb_pack_failed(const struct tb_packer *packer)
{
    return packer->failed;
}
