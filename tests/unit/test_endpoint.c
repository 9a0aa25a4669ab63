/* The parts of the C endpoint that the vectors do not reach: what it holds, and what it tells. */
#include "base/clock.h"
#include "base/result.h"
#include "endpoint/channels.h"
#include "endpoint/commands.h"
#include "endpoint/misses.h"
#include "tests/unit/test.h"

static struct tb_unpacker unpacker;
static struct tb_buffer text;

/* The `commands` of a WELCOME: two of pool 4 with two handles each, all different. */
static const msgpack_object *two_commands(const char *first, const char *second)
{
    const char *const names[] = {first, second};
    struct tb_packer packer;
    const msgpack_object *root;
    tb_buffer_init(&text, 4096);
    tb_packer_init(&packer, &text);
    tb_pack_array(&packer, 2);
    for (uint32_t i = 0; i < 2; i++) {
        uint8_t handles[2 * TB_HANDLE_SIZE] = {
            [0] = (uint8_t)(2 * i + 1), [TB_HANDLE_SIZE] = (uint8_t)(2 * i + 2)};
        const struct tb_welcome_command command = {i, tb_bytes_of_string(names[i]), 4,
                                                   tb_bytes_of(handles, sizeof handles)};
        tb_welcome_add(&packer, &command);
    }
    CHECK_INT(tb_unpacker_init(&unpacker, &tb_scan_peer), 0);
    CHECK_INT(tb_unpack(&unpacker, &tb_scan_peer, tb_buffer_bytes(&text), &root), TB_OK);
    return root;
}

static void done(struct tb_commands *commands)
{
    tb_commands_deinit(commands);
    tb_unpacker_deinit(&unpacker);
    tb_buffer_deinit(&text);
}

static void commands_are_found_by_name(void)
{
    struct tb_commands commands;
    CHECK_INT(tb_commands_init(&commands, two_commands("zebra", "ant")), TB_OK);
    CHECK_INT(tb_commands_find(&commands, tb_bytes_of_string("zebra")), 0);
    CHECK_INT(tb_commands_find(&commands, tb_bytes_of_string("ant")), 1);
    CHECK_INT(tb_commands_find(&commands, tb_bytes_of_string("bee")), UINT32_MAX);
    CHECK_INT(tb_commands_find(&commands, tb_bytes_of_string("")), UINT32_MAX);
    done(&commands);
}

static void a_name_that_comes_twice_is_refused(void)
{
    struct tb_commands commands;
    CHECK_INT(tb_commands_init(&commands, two_commands("same", "same")), TB_MALFORMED);
    done(&commands);
}

static void no_handle_is_taken_twice_or_beyond_the_pool(void)
{
    struct tb_commands commands;
    const struct tb_handle held = {{1}};
    CHECK_INT(tb_commands_init(&commands, two_commands("a", "b")), TB_OK);
    CHECK_INT(tb_commands_add(&commands, 0, &held), TB_MALFORMED);
    CHECK_INT(tb_commands_add(&commands, 1, &held), TB_MALFORMED);
    tb_commands_spend(&commands, 0, 17);
    CHECK_INT(tb_commands_call(&commands, &held), 17);
    CHECK_INT(tb_commands_add(&commands, 0, &held), TB_MALFORMED); /* live */
    for (uint8_t i = 0; i < 2; i++) {
        const struct tb_handle fresh = {{9, i}};
        CHECK_INT(tb_commands_add(&commands, 0, &fresh), TB_OK);
    }
    const struct tb_handle fifth = {{9, 9}};
    CHECK_INT(tb_commands_add(&commands, 0, &fifth), TB_MALFORMED); /* live ones count */
    tb_commands_release(&commands, 0);                              /* a stream, or answered */
    CHECK_INT(tb_commands_add(&commands, 0, &held), TB_MALFORMED);
    CHECK_INT(tb_commands_add(&commands, 0, &fifth), TB_OK);
    tb_commands_forget(&commands, &held);
    CHECK_INT(tb_commands_call(&commands, &held), UINT32_MAX);
    done(&commands);
}

static void handles_answer_wants_in_their_order(void)
{
    struct tb_commands commands;
    const struct tb_handles none_first = {.command = 0};
    const struct tb_handles none_second = {.command = 1};
    CHECK_INT(tb_commands_init(&commands, two_commands("a", "b")), TB_OK);
    CHECK_INT(tb_commands_answered(&commands, &none_first), TB_MALFORMED); /* nothing was asked */
    CHECK_INT(tb_commands_lack(&commands, 0), 0);
    tb_commands_spend(&commands, 0, 0);
    tb_commands_spend(&commands, 1, 1);
    CHECK_INT(tb_commands_lack(&commands, 0), 2);
    tb_commands_asked(&commands, 0, 2);
    CHECK_INT(tb_commands_lack(&commands, 0), 0); /* one WANT at a time */
    tb_commands_asked(&commands, 1, 1);
    CHECK_INT(tb_commands_answered(&commands, &none_second), TB_MALFORMED);
    CHECK_INT(tb_commands_answered(&commands, &none_first), TB_OK);
    uint8_t two[2 * TB_HANDLE_SIZE] = {7, [TB_HANDLE_SIZE] = 8};
    const struct tb_handles too_many = {1, tb_bytes_of(two, sizeof two)};
    CHECK_INT(tb_commands_answered(&commands, &too_many), TB_MALFORMED);
    const struct tb_handles one = {1, tb_bytes_of(two, TB_HANDLE_SIZE)};
    CHECK_INT(tb_commands_answered(&commands, &one), TB_OK);
    CHECK_INT(tb_commands_answered(&commands, &none_second), TB_MALFORMED);
    done(&commands);
}

static void ten_misses_a_second_are_told_and_the_rest_counted(void)
{
    struct tb_misses misses = {.most = TB_MISS_PER_S};
    struct tb_miss miss;
    uint64_t now = 5;
    for (int i = 0; i < TB_MISS_PER_S; i++, now++) {
        tb_misses_add(&misses, tb_bytes_of_string("x"));
        CHECK(tb_misses_take(&misses, now, &miss) && miss.count == 0);
    }
    for (int i = 0; i < 30; i++) {
        tb_misses_add(&misses, tb_bytes_of_string(i == 29 ? "last" : "other"));
        CHECK(!tb_misses_take(&misses, now + TB_S_NS / 2, &miss));
    }
    CHECK(!tb_misses_take(&misses, 5 + TB_S_NS - 1, &miss));
    CHECK(tb_misses_take(&misses, 5 + TB_S_NS, &miss));
    CHECK(tb_bytes_are(miss.name, "other") && miss.count == 28);
    CHECK(!tb_misses_take(&misses, 5 + TB_S_NS, &miss));
    CHECK(tb_misses_take(&misses, 6 + TB_S_NS, &miss));
    CHECK(tb_bytes_are(miss.name, "last") && miss.count == 0);
    CHECK(!tb_misses_take(&misses, now + 9 * TB_S_NS, &miss)); /* nothing more to tell */
}

/* The next name that is due, and how many it stands for beside itself. */
static const char *taken(struct tb_misses *misses, uint64_t now_ns)
{
    static char said[TB_COMMAND_MAX + 16];
    struct tb_miss miss;
    if (!tb_misses_take(misses, now_ns, &miss))
        return "nothing";
    (void)snprintf(said, sizeof said, "%.*s +%u", (int)miss.name.n, (const char *)miss.name.data,
                   miss.count);
    return said;
}

static void a_flood_of_one_name_does_not_hide_another(void)
{
    struct tb_misses misses = {.most = 1};
    tb_misses_add(&misses, tb_bytes_of_string("flood"));
    CHECK_STR(taken(&misses, 1), "flood +0");
    for (int i = 0; i < 1000; i++)
        tb_misses_add(&misses, tb_bytes_of_string(i == 500 ? "tripwire" : "flood"));
    CHECK_STR(taken(&misses, 1 + TB_S_NS), "tripwire +998"); /* it was never told */
    CHECK_STR(taken(&misses, 1 + 2 * TB_S_NS), "flood +0");
    CHECK_STR(taken(&misses, 1 + 3 * TB_S_NS), "nothing");
}

static void names_that_were_told_make_room_and_others_do_not(void)
{
    struct tb_misses misses = {.most = 1};
    char name[] = "a";
    tb_misses_add(&misses, tb_bytes_of_string("told"));
    CHECK_STR(taken(&misses, 1), "told +0");
    tb_misses_add(&misses, tb_bytes_of_string("told"));
    for (int i = 0; i < TB_MISSES_NAMES + 2; i++, name[0]++)
        tb_misses_add(&misses, tb_bytes_of_string(name));
    CHECK_INT(misses.n_waiting, TB_MISSES_NAMES);
    CHECK_STR(taken(&misses, 1 + TB_S_NS), "a +3");  /* `told`, and two without room */
    tb_misses_add(&misses, tb_bytes_of_string("a")); /* was told, and comes last */
    tb_misses_add(&misses, tb_bytes_of_string("z")); /* takes its place */
    uint64_t now = 1 + TB_S_NS;
    for (char at = 'b'; at < 'a' + TB_MISSES_NAMES; at++) {
        const char wanted[] = {at, ' ', '+', at == 'b' ? '1' : '0', 0};
        CHECK_STR(taken(&misses, now += TB_S_NS), wanted);
    }
    CHECK_STR(taken(&misses, now += TB_S_NS), "z +0");
    CHECK_STR(taken(&misses, now += TB_S_NS), "nothing");
}

static void a_long_name_is_cut_between_characters(void)
{
    struct tb_misses misses = {.most = 1};
    struct tb_miss miss;
    char name[TB_COMMAND_MAX + 2];
    memset(name, 'n', sizeof name);
    memcpy(name + TB_COMMAND_MAX - 1, "\xc3\xa9", 2);
    tb_misses_add(&misses, tb_bytes_of(name, sizeof name));
    CHECK(tb_misses_take(&misses, 1, &miss));
    CHECK(miss.name.n == TB_COMMAND_MAX - 1 && tb_utf8_valid(miss.name));
}

static void ids_of_channels_are_decimal_and_below_2_32(void)
{
    static const struct {
        const char *text;
        int64_t id; /* -1: none */
    } cases[] = {
        {"__CHANNEL__:0", 0},   {"__CHANNEL__:4294967295", UINT32_MAX},
        {"__CHANNEL__:", -1},   {"__CHANNEL__:4294967296", -1},
        {"__CHANNEL__:1x", -1}, {"__CHANNEL__:-1", -1},
        {"x__CHANNEL__:1", -1}, {"__CHANNEL__", -1},
        {"__CHANNEL__: 1", -1}, {"__CHANNEL__:99999999999999999999", -1},
        {"__channel__:1", -1},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(cases); i++) {
        struct tb_buffer args;
        struct tb_packer packer;
        struct tb_channels channels;
        tb_buffer_init(&args, 256);
        tb_packer_init(&packer, &args);
        tb_pack_map(&packer, 1);
        tb_pack_key_text(&packer, "c", cases[i].text);
        CHECK_INT(tb_channels_init(&channels, tb_buffer_bytes(&args)), TB_OK);
        CHECK_INT(channels.n, cases[i].id >= 0);
        CHECK(cases[i].id < 0 || tb_channels_has(&channels, (uint32_t)cases[i].id));
        CHECK(!tb_channels_has(&channels, 12345));
        tb_channels_deinit(&channels);
        tb_buffer_deinit(&args);
    }
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(commands_are_found_by_name),
        TEST(a_name_that_comes_twice_is_refused),
        TEST(no_handle_is_taken_twice_or_beyond_the_pool),
        TEST(handles_answer_wants_in_their_order),
        TEST(ten_misses_a_second_are_told_and_the_rest_counted),
        TEST(a_flood_of_one_name_does_not_hide_another),
        TEST(names_that_were_told_make_room_and_others_do_not),
        TEST(a_long_name_is_cut_between_characters),
        TEST(ids_of_channels_are_decimal_and_below_2_32),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
