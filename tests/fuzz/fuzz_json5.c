/* The JSON5 reader: whatever it takes has to come out as a tree within its limits, and whatever is
 * JSON has to be JSON5 too. */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tb_bytes text = tb_bytes_of(data, size);
    if (!tree_read(TB_FORMAT_JSON5, TB_DUPLICATES_LAST_WINS, text))
        tb_assert(!tree_read(TB_FORMAT_JSON, TB_DUPLICATES_TYPED, text));
    return 0;
}
