/* A schema as a grant holds it, and args that are checked by it. What it says of them is one plain
 * line; a schema that takes no argument takes none. */
#include "base/escape.h"
#include "policy/filter/schema.h"
#include "tests/fuzz/filter_input.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tb_cleanup(filter_input_deinit) struct filter_input input = {0};
    struct tb_filter_schema schema;
    char where[TB_SCHEMA_WHERE_MAX];
    if (!filter_input_read(&input, data, size))
        return 0;
    int r = tb_filter_schema_read(input.filter, &input.grant.zone, &schema);
    tb_assert(r == TB_OK || r == TB_MALFORMED);
    if (r != TB_OK)
        return 0;
    r = tb_filter_schema_check(&schema, input.args, input.n_raw, where);
    if (r == TB_OK) {
        tb_assert(input.args->type == MSGPACK_OBJECT_MAP);
        tb_assert(schema.args.n > 0 || schema.args.more || input.args->via.map.size == 0);
        tb_assert(!schema.has_raw_max || input.n_raw <= schema.raw_max);
        return 0;
    }
    tb_assert(r == TB_DENIED || r == TB_TOO_LARGE);
    tb_assert(memchr(where, 0, sizeof where) && tb_is_plain_line(tb_bytes_of_string(where)));
    return 0;
}
