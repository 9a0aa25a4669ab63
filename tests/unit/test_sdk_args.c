/* The readers of arguments: what they read, and what they say when it is something else. */
#include "base/result.h"
#include "tests/unit/sdk_link.h"

#include <math.h>

static void pack_mixed(struct tb_packer *packer)
{
    tb_pack_map(packer, 16);
    tb_pack_key_text(packer, "text", "abc");
    tb_pack_key_bool(packer, "yes", true);
    tb_pack_key_uint(packer, "seven", 7);
    tb_pack_key(packer, "float");
    tb_pack_double(packer, 7.0);
    tb_pack_key(packer, "half");
    tb_pack_double(packer, 7.5);
    tb_pack_key(packer, "negative");
    tb_pack_int(packer, -3);
    tb_pack_key(packer, "nil");
    tb_pack_nil(packer);
    tb_pack_key(packer, "map");
    tb_pack_map(packer, 2);
    tb_pack_key_uint(packer, "text", 1);
    tb_pack_key(packer, "inner");
    tb_pack_map(packer, 1);
    tb_pack_key_uint(packer, "text", 2);
    tb_pack_key(packer, "bin");
    tb_pack_bin(packer, tb_bytes_of("\x00\xff", 2));
    tb_pack_key(packer, "bytes");
    tb_pack_array(packer, 3);
    tb_pack_uint(packer, 0);
    tb_pack_uint(packer, 128);
    tb_pack_double(packer, 255);
    tb_pack_key(packer, "strings");
    tb_pack_array(packer, 2);
    tb_pack_text(packer, "one");
    tb_pack_text(packer, "two");
    tb_pack_key(packer, "mixed");
    tb_pack_array(packer, 2);
    tb_pack_uint(packer, 256);
    tb_pack_text(packer, "two");
    tb_pack_key(packer, "empty");
    tb_pack_array(packer, 0);
    tb_pack_key_text(packer, "channel", "__CHANNEL__:4294967295");
    tb_pack_key_text(packer, "path", "a/b");
    tb_pack_key(packer, "wild");
    tb_pack_double(packer, INFINITY);
}

static const char *const choices[] = {"xyz", "abc", "other"};

static void read_simple(struct tb_call *c)
{
    struct tb_bytes text = tb_bytes_of_string("untouched");
    bool yes = false;
    uint64_t number = 99;
    int64_t whole = 99;
    double real = 0;
    CHECK(tb_arg_str(c, c->args, "none", TB_OPTIONAL, &text) && tb_bytes_are(text, "untouched"));
    CHECK(tb_arg_str(c, c->args, "nil", TB_OPTIONAL, &text) && tb_bytes_are(text, "untouched"));
    CHECK(tb_arg_str(c, c->args, "text", TB_REQUIRED, &text) && tb_bytes_are(text, "abc"));
    CHECK(tb_arg_name(c, c->args, "text", TB_REQUIRED, &text) && tb_bytes_are(text, "abc"));
    CHECK(tb_arg_bool(c, c->args, "yes", TB_REQUIRED, &yes) && yes);
    CHECK(tb_arg_uint(c, c->args, "nil", TB_OPTIONAL, 10, &number) && number == 99);
    CHECK(tb_arg_uint(c, c->args, "seven", TB_REQUIRED, 7, &number) && number == 7);
    number = 0;
    CHECK(tb_arg_uint(c, c->args, "float", TB_REQUIRED, 7, &number) && number == 7);
    CHECK(tb_arg_int(c, c->args, "none", TB_OPTIONAL, 0, 1, &whole) && whole == 99);
    CHECK(tb_arg_int(c, c->args, "negative", TB_REQUIRED, -3, -3, &whole) && whole == -3);
    CHECK(tb_arg_int(c, c->args, "float", TB_REQUIRED, -7, 7, &whole) && whole == 7);
    CHECK(tb_arg_double(c, c->args, "half", TB_REQUIRED, &real) && real > 7.4 && real < 7.6);
    CHECK(tb_arg_double(c, c->args, "negative", TB_REQUIRED, &real) && real < -2.9);
    tb_reply_nil(c);
}

static void read_compound(struct tb_call *c)
{
    struct tb_bytes bytes = {0};
    struct tb_bytes texts[2];
    size_t n = 99;
    struct tb_args map;
    const struct tb_value *value = NULL;
    struct tb_channel channel;
    CHECK(tb_arg_bytes(c, c->args, "bin", TB_REQUIRED, &bytes) && bytes.n == 2);
    CHECK(tb_arg_bytes(c, c->args, "bytes", TB_REQUIRED, &bytes) && bytes.n == 3);
    CHECK(memcmp(bytes.data, "\x00\x80\xff", 3) == 0);
    CHECK(tb_arg_bytes(c, c->args, "empty", TB_REQUIRED, &bytes) && bytes.n == 0);
    CHECK(tb_arg_strs(c, c->args, "none", TB_OPTIONAL, 2, texts, &n) && n == 99);
    CHECK(tb_arg_strs(c, c->args, "strings", TB_REQUIRED, 2, texts, &n) && n == 2);
    CHECK(tb_bytes_are(texts[0], "one") && tb_bytes_are(texts[1], "two"));
    CHECK(tb_arg_strs(c, c->args, "empty", TB_REQUIRED, 0, NULL, &n) && n == 0);
    CHECK(tb_arg_choice(c, c->args, "text", TB_REQUIRED, choices, 3, &n) && n == 1);
    CHECK(tb_arg_args(c, c->args, "none", TB_OPTIONAL, &map) && !map.map);
    CHECK(tb_arg_str(c, map, "x", TB_OPTIONAL, &bytes));
    CHECK(tb_arg_args(c, c->args, "map", TB_REQUIRED, &map) && map.map);
    CHECK(tb_arg_value(c, map, "inner", TB_REQUIRED, &value));
    CHECK_INT(tb_value_type(value), TB_VALUE_MAP);
    CHECK(tb_arg_channel(c, c->args, "none", TB_OPTIONAL, &channel) && !channel.given);
    CHECK(tb_arg_channel(c, c->args, "channel", TB_REQUIRED, &channel) && channel.given);
    CHECK_INT(channel.id, UINT32_MAX);
    tb_reply_nil(c);
}

static void readers_read(void)
{
    sdk_start(0, 0);
    sdk_args = pack_mixed;
    CHECK(sdk_has(sdk_call(read_simple, SDK_NO_RAW), "value"));
    CHECK(sdk_has(sdk_call(read_compound, SDK_NO_RAW), "value"));
    sdk_stop();
}

/* ---- what is wrong ---- */

static struct tb_bytes text;
static uint64_t number;
static int64_t whole;
static double real;
static bool yes;
static size_t n_found;
static struct tb_args map;
static const struct tb_value *value;
static struct tb_channel channel;

#define WRONG(name, expression)                                                                    \
    static void name(struct tb_call *c)                                                            \
    {                                                                                              \
        CHECK(!(expression));                                                                      \
    }

WRONG(no_string, tb_arg_str(c, c->args, "none", TB_REQUIRED, &text))
WRONG(null_string, tb_arg_str(c, c->args, "nil", TB_REQUIRED, &text))
WRONG(number_as_string, tb_arg_str(c, c->args, "seven", TB_OPTIONAL, &text))
WRONG(map_as_string, tb_arg_str(c, c->args, "map", TB_OPTIONAL, &text))
WRONG(number_as_bool, tb_arg_bool(c, c->args, "half", TB_REQUIRED, &yes))
WRONG(too_much, tb_arg_uint(c, c->args, "seven", TB_REQUIRED, 6, &number))
WRONG(half_as_uint, tb_arg_uint(c, c->args, "half", TB_REQUIRED, 100, &number))
WRONG(negative_as_uint, tb_arg_uint(c, c->args, "negative", TB_REQUIRED, 100, &number))
WRONG(too_little, tb_arg_int(c, c->args, "negative", TB_REQUIRED, -2, 2, &whole))
WRONG(half_as_int, tb_arg_int(c, c->args, "half", TB_REQUIRED, -9, 9, &whole))
WRONG(wild_as_double, tb_arg_double(c, c->args, "wild", TB_REQUIRED, &real))
WRONG(string_as_double, tb_arg_double(c, c->args, "text", TB_REQUIRED, &real))
WRONG(string_as_bytes, tb_arg_bytes(c, c->args, "text", TB_REQUIRED, &text))
WRONG(mixed_as_bytes, tb_arg_bytes(c, c->args, "mixed", TB_REQUIRED, &text))
WRONG(path_as_name, tb_arg_name(c, c->args, "path", TB_REQUIRED, &text))
WRONG(bytes_as_name, tb_arg_name(c, c->args, "bin", TB_REQUIRED, &text))
WRONG(not_a_choice, tb_arg_choice(c, c->args, "path", TB_REQUIRED, choices, 3, &n_found))
WRONG(bool_as_choice, tb_arg_choice(c, c->args, "yes", TB_REQUIRED, choices, 3, &n_found))
WRONG(too_many, tb_arg_strs(c, c->args, "strings", TB_REQUIRED, 1, &text, &n_found))
WRONG(mixed_as_strings, tb_arg_strs(c, c->args, "mixed", TB_REQUIRED, 2, &text, &n_found))
WRONG(map_as_strings, tb_arg_strs(c, c->args, "map", TB_REQUIRED, 2, &text, &n_found))
WRONG(string_as_map, tb_arg_args(c, c->args, "text", TB_OPTIONAL, &map))
WRONG(inside, tb_arg_args(c, c->args, "map", TB_REQUIRED, &map) &&
                  tb_arg_str(c, map, "text", TB_REQUIRED, &text))
WRONG(further_inside, tb_arg_args(c, c->args, "map", TB_REQUIRED, &map) &&
                          tb_arg_args(c, map, "inner", TB_REQUIRED, &map) &&
                          tb_arg_str(c, map, "text", TB_REQUIRED, &text))
WRONG(no_value, tb_arg_value(c, c->args, "nil", TB_REQUIRED, &value))
WRONG(not_a_channel, tb_arg_channel(c, c->args, "text", TB_REQUIRED, &channel))
WRONG(array_as_channel, tb_arg_channel(c, c->args, "empty", TB_OPTIONAL, &channel))

static void readers_say_what_is_wrong(void)
{
    static const struct {
        void (*read)(struct tb_call *call);
        const char *message;
    } wrong[] = {
        {no_string, "none: expected a string, got nothing"},
        {null_string, "nil: expected a string, got null"},
        {number_as_string, "seven: expected a string, got 7"},
        {map_as_string, "map: expected a string, got an object"},
        {number_as_bool, "half: expected true or false, got 7.5"},
        {too_much, "seven: expected a whole number from 0 to 6, got 7"},
        {half_as_uint, "half: expected a whole number from 0 to 100, got 7.5"},
        {negative_as_uint, "negative: expected a whole number from 0 to 100, got -3"},
        {too_little, "negative: expected a whole number from -2 to 2, got -3"},
        {half_as_int, "half: expected a whole number from -9 to 9, got 7.5"},
        {wild_as_double, "wild: expected a finite number, got inf"},
        {string_as_double, "text: expected a finite number, got a string"},
        {string_as_bytes,
         "text: expected bytes, or an array of numbers from 0 to 255, got a string"},
        {mixed_as_bytes, "mixed[0]: expected a whole number from 0 to 255, got 256"},
        {path_as_name,
         "path: expected the name of one file or folder, without slashes, got another string"},
        {bytes_as_name, "bin: expected the name of one file or folder, without slashes, got bytes"},
        {not_a_choice, "path: expected one of \"xyz\", \"abc\", \"other\", got another string"},
        {bool_as_choice, "yes: expected one of \"xyz\", \"abc\", \"other\", got true"},
        {too_many, "strings: expected an array of at most 1 strings, got one of 2"},
        {mixed_as_strings, "mixed[0]: expected a string, got 256"},
        {map_as_strings, "map: expected an array of at most 2 strings, got an object"},
        {string_as_map, "text: expected an object, got a string"},
        {inside, "map.text: expected a string, got 1"},
        {further_inside, "map.inner.text: expected a string, got 2"},
        {no_value, "nil: expected a value, got null"},
        {not_a_channel, "text: expected a channel, got another string"},
        {array_as_channel, "empty: expected a channel, got an array"},
    };
    sdk_start(0, 0);
    sdk_args = pack_mixed;
    for (size_t i = 0; i < TB_ARRAY_LEN(wrong); i++) {
        struct sdk_frame reply = sdk_call(wrong[i].read, SDK_NO_RAW);
        if (!sdk_is_error(reply, "invalid_args", wrong[i].message))
            test_fail(wrong[i].message, __FILE__, __LINE__);
    }
    sdk_stop();
}

/* ---- single arguments that differ ---- */

static double odd_number;
static struct tb_bytes odd_text;

static void pack_odd_number(struct tb_packer *packer)
{
    tb_pack_map(packer, 1);
    tb_pack_key(packer, "n");
    tb_pack_double(packer, odd_number);
}

static void pack_odd_text(struct tb_packer *packer)
{
    tb_pack_map(packer, 1);
    tb_pack_key_str(packer, "n", odd_text);
}

WRONG(odd_uint, tb_arg_uint(c, c->args, "n", TB_REQUIRED, UINT64_MAX, &number))
WRONG(odd_int, tb_arg_int(c, c->args, "n", TB_REQUIRED, INT64_MIN, INT64_MAX, &whole))
WRONG(odd_name, tb_arg_name(c, c->args, "n", TB_REQUIRED, &text))
WRONG(odd_channel, tb_arg_channel(c, c->args, "n", TB_REQUIRED, &channel))

static void odd_floats_are_no_whole_numbers(void)
{
    static const double odd[] = {-0.5, 0.1, 1e300, -1e300, INFINITY, -INFINITY, NAN};
    sdk_start(0, 0);
    sdk_args = pack_odd_number;
    for (size_t i = 0; i < TB_ARRAY_LEN(odd); i++) {
        odd_number = odd[i];
        CHECK(sdk_has(sdk_call(odd_uint, SDK_NO_RAW), "error"));
        CHECK(sdk_has(sdk_call(odd_int, SDK_NO_RAW), "error"));
    }
    sdk_stop();
}

static void odd_texts_are_no_names_and_no_channels(void)
{
    static const char long_name[256] = {'n'};
    const struct tb_bytes odd[] = {
        {0},
        tb_bytes_of_string("."),
        tb_bytes_of_string(".."),
        tb_bytes_of("a\0b", 3),
        tb_bytes_of_string("/"),
        tb_bytes_of(long_name, sizeof long_name),
    };
    static const char *const no_channels[] = {
        "__CHANNEL__:",   "__CHANNEL__:-1", "__CHANNEL__:4294967296",
        "__CHANNEL__: 1", "channel",        "__CHANNEL__:1x",
        "__CHANNEL__",    "x__CHANNEL__:1", "__CHANNEL__:99999999999999999999999999",
        "__channel__:1",
    };
    sdk_start(0, 0);
    sdk_args = pack_odd_text;
    for (size_t i = 0; i < TB_ARRAY_LEN(odd); i++) {
        odd_text = odd[i];
        CHECK(sdk_has(sdk_call(odd_name, SDK_NO_RAW), "error"));
    }
    for (size_t i = 0; i < TB_ARRAY_LEN(no_channels); i++) {
        odd_text = tb_bytes_of_string(no_channels[i]);
        CHECK(sdk_has(sdk_call(odd_channel, SDK_NO_RAW), "error"));
    }
    sdk_stop();
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(readers_read),
        TEST(readers_say_what_is_wrong),
        TEST(odd_floats_are_no_whole_numbers),
        TEST(odd_texts_are_no_names_and_no_channels),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
