/* Values as a plugin reads and packs them. */
#include "base/result.h"
#include "tests/unit/sdk_link.h"

static void pack_values(struct tb_packer *packer)
{
    tb_pack_map(packer, 3);
    tb_pack_key(packer, "list");
    tb_pack_array(packer, 4);
    tb_pack_uint(packer, UINT64_MAX);
    tb_pack_int(packer, INT64_MIN);
    tb_pack_bin(packer, tb_bytes_of("b", 1));
    tb_pack_map(packer, 0);
    tb_pack_key_text(packer, "text", "abc");
    tb_pack_key(packer, "nil");
    tb_pack_nil(packer);
}

static void look(struct tb_call *call)
{
    const struct tb_value *map = call->args.map;
    const struct tb_value *list = tb_value_get(map, "list");
    uint64_t number = 1;
    int64_t whole = 1;
    double real = 0;
    struct tb_bytes bytes;
    CHECK_INT(tb_value_n(map), 3);
    CHECK(tb_bytes_are(tb_value_key(map, 1), "text"));
    CHECK(tb_value_str(tb_value_at(map, 1), &bytes) && tb_bytes_are(bytes, "abc"));
    CHECK(tb_value_uint(tb_value_at(list, 0), &number) && number == UINT64_MAX);
    CHECK(!tb_value_int(tb_value_at(list, 0), &whole) && whole == 1);
    CHECK(tb_value_int(tb_value_at(list, 1), &whole) && whole == INT64_MIN);
    CHECK(!tb_value_uint(tb_value_at(list, 1), &number));
    CHECK(tb_value_double(tb_value_at(list, 1), &real) && real < -9e18);
    CHECK(tb_value_bytes(tb_value_at(list, 2), &bytes) && tb_bytes_are(bytes, "b"));
    CHECK(!tb_value_str(tb_value_at(list, 2), &bytes));
    CHECK_INT(tb_value_type(tb_value_at(list, 3)), TB_VALUE_MAP);
    CHECK_INT(tb_value_type(tb_value_get(map, "nil")), TB_VALUE_NULL);
    tb_pack_value(tb_reply_value(call), map);
}

static void what_is_not_there_is_nothing(struct tb_call *call)
{
    const struct tb_value *map = call->args.map;
    const struct tb_value *list = tb_value_get(map, "list");
    struct tb_bytes bytes = tb_bytes_of_string("same");
    bool truth = true;
    double real = 1;
    CHECK(!tb_value_at(list, 4) && !tb_value_at(map, 3) && !tb_value_get(map, "lists"));
    CHECK(!tb_value_get(list, "list") && !tb_value_at(tb_value_get(map, "text"), 0));
    CHECK_INT(tb_value_key(map, 3).n, 0);
    CHECK_INT(tb_value_key(list, 0).n, 0);
    CHECK_INT(tb_value_type(NULL), TB_VALUE_NULL);
    CHECK_INT(tb_value_n(NULL), 0);
    CHECK(!tb_value_get(NULL, "x") && !tb_value_at(NULL, 0));
    CHECK(!tb_value_str(NULL, &bytes) && !tb_value_bytes(NULL, &bytes));
    CHECK(!tb_value_bool(NULL, &truth) && truth && !tb_value_double(NULL, &real));
    CHECK(tb_bytes_are(bytes, "same"));
    tb_pack_value(tb_reply_value(call), NULL);
}

static void values_are_read_and_packed_again(void)
{
    sdk_start(0, 0);
    sdk_args = pack_values;
    struct sdk_frame reply = sdk_call(look, SDK_NO_RAW);
    const struct tb_value *back = tb_value_get(tb_value_of(reply.map), "value");
    CHECK_INT(tb_value_n(back), 3);
    CHECK_INT(tb_value_n(tb_value_get(back, "list")), 4);
    reply = sdk_call(what_is_not_there_is_nothing, SDK_NO_RAW);
    back = tb_value_get(tb_value_of(reply.map), "value");
    CHECK(back && tb_value_type(back) == TB_VALUE_NULL);
    sdk_stop();
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {TEST(values_are_read_and_packed_again)};
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
