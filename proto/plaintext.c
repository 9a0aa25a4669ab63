#include "proto/plaintext.h"

#include "base/result.h"
#include "base/wire.h"

int tb_plaintext_split(struct tb_bytes plain, struct tb_plaintext *ret_plaintext)
{
    struct tb_reader reader = tb_reader_init(plain);
    struct tb_bytes text = tb_read_bytes(&reader, tb_read_u32(&reader));
    if (reader.failed || text.n == 0)
        return TB_MALFORMED;
    *ret_plaintext = (struct tb_plaintext){.text = text, .raw = tb_bytes_of(reader.p, reader.left)};
    return TB_OK;
}
