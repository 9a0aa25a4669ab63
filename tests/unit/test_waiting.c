/* Calls that wait while things change around them. */
#include "broker/waiting.h"
#include "tests/unit/hook_call.h"

#include <sodium.h>
#include <sys/socket.h>

static struct tb_buffer schema;

static void check_reply(enum tb_code code, const struct tb_handle *handle)
{
    CHECK_INT(stream_take(&bench, TB_REPLY, handle, 0).code, code);
}

/* From now on every command takes `a`, and has to have it. */
static void reload_with_schema(void)
{
    struct tb_packer packer;
    tb_buffer_init(&schema, 256);
    tb_packer_init(&packer, &schema);
    tb_pack_map(&packer, 4);
    tb_pack_key_text(&packer, "file", "trollbridge.toml");
    tb_pack_key_uint(&packer, "line", 7);
    tb_pack_key(&packer, "args");
    tb_pack_map(&packer, 1);
    tb_pack_key(&packer, "a");
    tb_pack_map(&packer, 3);
    tb_pack_key_uint(&packer, "types", 2);
    tb_pack_key_bool(&packer, "required", true);
    tb_pack_key_bool(&packer, "more", false);
    tb_pack_key_bool(&packer, "more", false);
    CHECK(!packer.failed);
    const struct bench_filters filters = {.schema = tb_buffer_bytes(&schema)};
    struct bench_policy policy = hooks_echo;
    policy.filters = &filters;
    bench_reload(&bench, &policy);
    CHECK(tb_session_command(bench_session(&bench), BENCH_ECHO)->granted->schema);
    bench_check(&bench);
    tb_buffer_deinit(&schema);
}

/* ---- what is kept ---- */

static void a_parked_body_takes_no_more_memory_than_it_has_bytes(void)
{
    static uint8_t body[1024 * 1024];
    begin_under(&hooks_echo);
    struct tb_handle handle = session_issued(&bench, BENCH_ECHO);
    bench_send_sealed(&bench, TB_CALL, 0, &handle, 0,
                      tb_bytes_of("\x82\xa4"
                                  "args\x80\xa5"
                                  "bytes\xce\0\x10\0\0",
                                  18),
                      tb_bytes_of(body, sizeof body));
    const struct tb_waiting *waiting = stream_live(&bench, &handle)->waiting;
    CHECK(waiting && tb_waiting_raw(waiting).n == sizeof body);
    CHECK_INT(waiting->bytes.cap, tb_buffer_n(&waiting->bytes));
    bench_deinit(&bench);
}

/* ---- another policy ---- */

static void another_schema_judges_what_waits_for_the_hook(void)
{
    struct stream_told told;
    begin_under(&hooks_echo);
    struct tb_handle at_hook = call(BENCH_ECHO);
    struct tb_handle behind = call(BENCH_OTHER);
    reload_with_schema();
    CHECK(stream_quiet(&bench) && bench.broker.n_parked == 2);
    hook_passes(&bench, hook_takes(&bench, TB_HOOK_REQUEST).id);
    check_reply(TB_CODE_INVALID_ARGS, &at_hook);
    check_reply(TB_CODE_INVALID_ARGS, &behind);
    CHECK(!plugin_told(&bench, &told));
    bench_deinit(&bench);
}

static void what_is_hooked_by_now_is_asked_about(void)
{
    struct bench_policy policy = hooks_echo;
    struct stream_told told;
    begin_under(&hooks_echo);
    struct tb_handle at_hook = call(BENCH_ECHO);
    struct tb_handle behind = call(BENCH_OTHER);
    policy.hooked |= 1 << BENCH_OTHER;
    bench_reload(&bench, &policy);
    hook_passes(&bench, hook_takes(&bench, TB_HOOK_REQUEST).id);
    (void)plugin_takes(&bench, TB_PLUGIN_CALL, stream_live(&bench, &at_hook)->number);
    CHECK(!plugin_told(&bench, &told));
    hook_refuses(&bench, hook_takes(&bench, TB_HOOK_REQUEST).id, "no");
    check_reply(TB_CODE_HOOK, &behind);
    bench_deinit(&bench);
}

/* Nothing did while it came: it was the broker's own to answer. */
static void what_a_plugin_implements_by_now_is_its_call(void)
{
    struct bench_policy policy = hooks_echo;
    begin_under(&hooks_echo);
    policy.hooked |= 1 << BENCH_NOTHING;
    bench_reload(&bench, &policy);
    struct tb_handle handle = call(BENCH_NOTHING);
    policy.nothing = 1;
    bench_reload(&bench, &policy);
    hook_passes(&bench, hook_takes(&bench, TB_HOOK_REQUEST).id);
    uint64_t number = stream_live(&bench, &handle)->number;
    (void)plugin_takes(&bench, TB_PLUGIN_CALL, number);
    bench_plugin_answer(&bench, number);
    hook_answers(&bench, hook_takes(&bench, TB_HOOK_REPLY).id, tb_bytes_of("\x07", 1), NULL);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 0).value, 7);
    bench_deinit(&bench);
}

/* ---- turns ---- */

/* Of an endpoint that does not read its own frames wait. */
static void fill_link(const struct tb_handle *busy)
{
    uint64_t number = stream_live(&bench, busy)->number;
    stream_credit(&bench, busy, 1, TB_CREDIT_MOST - TB_CREDIT_FIRST);
    bench.deaf = true;
    while (tb_link_n_out(&bench_session(&bench)->link) < 1024 * 1024)
        plugin_sends(&bench, number, TB_CHUNK_RAW_MAX);
}

static void read_some(void)
{
    static uint8_t bytes[64 * 1024];
    struct tb_link *link = &bench_session(&bench)->link;
    while (tb_link_n_out(link) > 512 * 1024) {
        CHECK(recv(bench.end.view, bytes, sizeof bytes, 0) > 0);
        tb_link_flush(link);
    }
}

/* It is read in the course of a round, behind which nothing else might wake the broker. */
static void a_cancel_that_waited_lets_those_behind_pass_in_its_round(void)
{
    begin_under(&hooks_echo);
    struct tb_handle busy = call(BENCH_OTHER);
    struct tb_handle at_hook = call(BENCH_ECHO);
    (void)call(BENCH_OTHER);
    fill_link(&busy);
    stream_cancel(&bench, &at_hook, 1);
    CHECK(bench_session(&bench)->link.paused && bench.broker.n_parked == 2);
    read_some();
    tb_route_resume(&bench.broker);
    CHECK(!bench_session(&bench)->link.paused && bench.broker.n_parked == 0);
    bench_deinit(&bench);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(a_parked_body_takes_no_more_memory_than_it_has_bytes),
        TEST(another_schema_judges_what_waits_for_the_hook),
        TEST(what_is_hooked_by_now_is_asked_about),
        TEST(what_a_plugin_implements_by_now_is_its_call),
        TEST(a_cancel_that_waited_lets_those_behind_pass_in_its_round),
    };
    return sodium_init() < 0 ? 1 : test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
