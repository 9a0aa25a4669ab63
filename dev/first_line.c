#include "dev/arrival.h"

#include "base/result.h"

static bool printable(struct tb_bytes text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.data[i] <= 0x20 || text.data[i] > 0x7e)
            return false;
    return true;
}

/* `METHOD TARGET VERSION`, with one space between them. */
int dev_arrival_read(struct tb_bytes untrusted_head, struct tb_bytes *ret_target)
{
    struct tb_bytes rest = untrusted_head;
    if (rest.n == 0 || !memchr(rest.data, '\n', rest.n))
        return TB_AGAIN;
    struct tb_bytes line = tb_bytes_cut(&rest, '\n');
    struct tb_bytes method = tb_bytes_cut(&line, ' ');
    struct tb_bytes target = tb_bytes_cut(&line, ' ');
    if (method.n == 0 || !tb_bytes_begin(line, "HTTP/") || target.n > DEV_TARGET_MAX ||
        !tb_bytes_begin(target, "/") || tb_bytes_begin(target, "//") || !printable(target))
        return TB_MALFORMED;
    *ret_target = target;
    return TB_OK;
}
