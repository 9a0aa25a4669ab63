/* The first bytes of a connection: a target that is found is one that may go on to another server,
 * and begins a path. */
#include "base/result.h"
#include "dev/arrival.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct tb_bytes target;
    int r = dev_arrival_read(tb_bytes_of(data, n), &target);
    tb_assert(r == TB_OK || r == TB_AGAIN || r == TB_MALFORMED);
    if (r != TB_OK)
        return 0;
    tb_assert(target.n > 0 && target.n <= DEV_TARGET_MAX && target.data[0] == '/');
    for (size_t i = 0; i < target.n; i++)
        tb_assert(target.data[i] > 0x20 && target.data[i] < 0x7f);
    return 0;
}
