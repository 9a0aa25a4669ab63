/* Packets of the supervisor link: what is read is written back as it was, but for texts that the
 * writer would have cut. */
#include "base/result.h"
#include "proto/inner.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tb_inner message;
    uint8_t again[TB_INNER_MAX];
    struct tb_bytes in = tb_bytes_of(data, size);
    if (tb_inner_read(in, &message) != TB_OK)
        return 0;
    tb_assert(message.type >= TB_INNER_START && message.type <= TB_INNER_GRAFT);
    tb_assert(message.slot < TB_SLOTS);
    size_t n = tb_inner_write(&message, again);
    if (message.view.n <= TB_ORIGIN_MAX && message.webview.n <= TB_ORIGIN_MAX &&
        message.origin.n <= TB_ORIGIN_MAX && message.command.n <= TB_ORIGIN_MAX)
        tb_assert(tb_bytes_equal(in, tb_bytes_of(again, n)));
    tb_assert(tb_inner_read(tb_bytes_of(again, n), &message) == TB_OK);
    return 0;
}
