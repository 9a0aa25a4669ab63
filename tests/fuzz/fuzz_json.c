/* The JSON reader: whatever it takes has to come out as a tree within its limits. */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    (void)tree_read(TB_FORMAT_JSON, TB_DUPLICATES_TYPED, tb_bytes_of(data, size));
    return 0;
}
