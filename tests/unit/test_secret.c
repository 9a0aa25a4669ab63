/* A plugin asks a person for a passphrase: who may, what the host is told, what each answer does.
 */
#include "tests/unit/secret_call.h"

/* ---- the answers ---- */

static void what_is_typed_reaches_the_plugin_as_it_came(void)
{
    begin(&secretive);
    struct held held = hold(BENCH_ECHO);
    plugin_asks(held.number, "the key of Ann", true);
    struct told told = hear();
    CHECK_INT(told.kind, TB_SECRET);
    CHECK(told.is_new && strcmp(told.what, "the key of Ann") == 0);
    CHECK(plugin_hears_nothing());
    type(told.id, sizeof sealed);
    CHECK_INT(plugin_hears(held.number), sizeof sealed);
    CHECK_INT(hear().kind, 0);
    check_answered(&held);
    bench_deinit(&bench);
}

static void dismissed_is_told_and_counts_for_a_while(void)
{
    begin(&secretive);
    struct held held = asked();
    type(hear_secret(), 0);
    CHECK_INT(plugin_hears(held.number), 0);
    plugin_asks(held.number, "again", false); /* nobody is asked */
    CHECK_INT(plugin_hears(held.number), 0);
    check_answered(&held);
    held = asked();
    CHECK_INT(plugin_hears(held.number), 0);
    CHECK_INT(hear().kind, 0);
    check_answered(&held);
    held = hold(BENCH_OTHER); /* of another command */
    plugin_asks(held.number, "a key", false);
    CHECK_INT(hear().kind, TB_SECRET);
    bench_deinit(&bench);
}

/* Reloading the page washes nothing off. */
static void dismissed_counts_over_documents(void)
{
    begin(&secretive);
    (void)asked();
    type(hear_secret(), 0);
    bench_open_again(&bench);
    bench_hello(&bench, secret);
    tb_buffer_consume(&bench.end.from_broker, tb_buffer_n(&bench.end.from_broker));
    tb_buffer_consume(&bench.to_plugin, tb_buffer_n(&bench.to_plugin));
    struct held held = asked();
    CHECK_INT(hear().kind, 0);
    CHECK_INT(plugin_hears(held.number), 0);
    bench_deinit(&bench);
}

static void an_answer_counts_once(void)
{
    begin(&secretive);
    struct held held = asked();
    uint32_t id = hear_secret();
    type(id, sizeof sealed);
    CHECK_INT(plugin_hears(held.number), sizeof sealed);
    type(id, sizeof sealed);
    type(id, 0);
    CHECK(plugin_hears_nothing());
    plugin_asks(held.number, "another", false);
    uint32_t next = hear_secret();
    CHECK(next != id);
    type(id, sizeof sealed); /* the id of the one before */
    CHECK(plugin_hears_nothing());
    type(next, sizeof sealed);
    CHECK_INT(plugin_hears(held.number), sizeof sealed);
    bench_deinit(&bench);
}

static void an_id_that_was_never_given_is_nobodys(void)
{
    begin(&secretive);
    struct held held = asked();
    uint32_t id = hear_secret();
    type(0, sizeof sealed);
    type(id + 1, sizeof sealed);
    type(UINT32_MAX, sizeof sealed);
    CHECK(plugin_hears_nothing());
    type(id, sizeof sealed);
    CHECK_INT(plugin_hears(held.number), sizeof sealed);
    bench_deinit(&bench);
}

/* ---- with prompts of the other kind ---- */

static const struct bench_policy both = {
    .commands = 7, .memory_mib = 64, .secrets = 1, .asks = 1u << BENCH_OTHER};

static void a_yes_is_no_passphrase_and_the_other_way_round(void)
{
    begin(&both);
    struct held held = asked();
    uint32_t id = hear_secret();
    for (int i = 0; i < TB_N_ANSWERS; i++)
        say(id, (enum tb_answered)i);
    CHECK(plugin_hears_nothing());
    type(id, 0);
    CHECK_INT(plugin_hears(held.number), 0);

    struct tb_handle other = stream_call(&bench, BENCH_OTHER, NO_ARGS);
    struct told told = hear();
    CHECK_INT(told.kind, TB_ASK);
    type(told.id, sizeof sealed);
    type(told.id, 0);
    CHECK(plugin_hears_nothing()); /* it was not dispatched */
    CHECK(stream_live(&bench, &other)->waiting);
    bench_deinit(&bench);
}

static void a_view_has_one_prompt_at_a_time(void)
{
    begin(&both);
    struct held first = asked();
    uint32_t id = hear_secret();
    (void)stream_call(&bench, BENCH_OTHER, NO_ARGS);
    struct held third = asked();
    CHECK_INT(hear().kind, 0);
    type(id, sizeof sealed);
    CHECK_INT(plugin_hears(first.number), sizeof sealed);
    struct told told = hear();
    CHECK_INT(told.kind, TB_ASK);
    CHECK_INT(hear().kind, 0);
    say(told.id, TB_ANSWER_ONCE);
    CHECK(!plugin_hears_nothing()); /* the call */
    type(hear_secret(), sizeof sealed);
    CHECK_INT(plugin_hears(third.number), sizeof sealed);
    bench_deinit(&bench);
}

/* ---- bounds ---- */

static void beyond_the_cap_of_a_session_nobody_is_asked(void)
{
    begin(&both);
    for (unsigned i = 0; i < TB_ASKS_PER_SESSION; i++) {
        struct tb_handle handle = stream_call(&bench, BENCH_OTHER, NO_ARGS);
        CHECK_INT(stream_take(&bench, TB_CREDIT, &handle, 0).credit, 0);
    }
    struct held held = asked();
    CHECK_INT(plugin_hears(held.number), 0);
    CHECK_INT(hear().kind, TB_ASK);
    CHECK_INT(hear().kind, 0);
    bench_deinit(&bench);
}

static void a_call_asks_four_times(void)
{
    begin(&secretive);
    struct held held = hold(BENCH_ECHO);
    for (unsigned i = 0; i < TB_SECRETS_PER_CALL; i++) {
        plugin_asks(held.number, "a key", false);
        type(hear_secret(), sizeof sealed);
        CHECK_INT(plugin_hears(held.number), sizeof sealed);
    }
    plugin_asks(held.number, "a key", false);
    CHECK_INT(hear().kind, 0);
    check_ended(&held);
    bench_deinit(&bench);
}

/* ---- what ends a plugin ---- */

static void one_that_may_not_ask_is_ended(void)
{
    begin(&without);
    struct held held = asked();
    CHECK_INT(hear().kind, 0);
    check_ended(&held);
    bench_deinit(&bench);
}

static void a_second_at_once_ends_it_and_takes_the_first_away(void)
{
    begin(&secretive);
    struct held held = asked();
    uint32_t id = hear_secret();
    plugin_asks(held.number, "a key", false);
    check_over(id);
    check_ended(&held);
    type(id, sizeof sealed);
    CHECK_INT(hear().kind, 0);
    bench_deinit(&bench);
}

static void a_call_that_it_does_not_have_ends_it(void)
{
    begin(&secretive);
    struct held held = hold(BENCH_ECHO);
    plugin_asks(held.number + 1, "a key", false);
    check_ended(&held);
    bench_deinit(&bench);
}

static void behind_its_reply_it_ends_it(void)
{
    begin(&secretive);
    struct held first = hold(BENCH_ECHO);
    struct held second = hold(BENCH_ECHO);
    check_answered(&first);
    plugin_asks(first.number, "a key", false);
    CHECK_INT(hear().kind, 0);
    check_ended(&second);
    bench_deinit(&bench);
}

static void what_is_not_in_the_format_ends_it(void)
{
    static const char *const texts[] = {"", "\xff"};
    for (size_t i = 0; i < TB_ARRAY_LEN(texts); i++) {
        begin(&secretive);
        struct held held = hold(BENCH_ECHO);
        plugin_asks(held.number, texts[i], false);
        check_ended(&held);
        bench_deinit(&bench);
    }
}

/* ---- what ends a broker ---- */

static void a_host_that_breaks_the_format_ends_the_broker(void)
{
    struct tb_buffer out;
    begin(&secretive);
    (void)asked();
    const struct tb_secret_typed typed = {hear_secret(), tb_bytes_of(sealed, 100)};
    tb_buffer_init(&out, TB_CONTROL_MAX);
    CHECK_INT(tb_secret_typed_write(&out, &typed), TB_OK);
    host_sends(&out);
    CHECK(bench.broker.ending && plugin_hears_nothing());
    bench_deinit(&bench);
}

static void a_mebibyte_is_no_passphrase(void)
{
    struct tb_buffer out;
    begin(&secretive);
    (void)asked();
    tb_buffer_init(&out, TB_CONTROL_MAX);
    uint8_t *header = tb_buffer_reserve(&out, TB_HEADER_SIZE);
    tb_frame_header(header, TB_SECRET_ANSWER, 0, 1024 * 1024);
    tb_buffer_commit(&out, TB_HEADER_SIZE);
    host_sends(&out);
    CHECK(bench.broker.ending);
    bench_deinit(&bench);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(what_is_typed_reaches_the_plugin_as_it_came),
        TEST(dismissed_is_told_and_counts_for_a_while),
        TEST(dismissed_counts_over_documents),
        TEST(an_answer_counts_once),
        TEST(an_id_that_was_never_given_is_nobodys),
        TEST(a_yes_is_no_passphrase_and_the_other_way_round),
        TEST(a_view_has_one_prompt_at_a_time),
        TEST(beyond_the_cap_of_a_session_nobody_is_asked),
        TEST(a_call_asks_four_times),
        TEST(one_that_may_not_ask_is_ended),
        TEST(a_second_at_once_ends_it_and_takes_the_first_away),
        TEST(a_call_that_it_does_not_have_ends_it),
        TEST(behind_its_reply_it_ends_it),
        TEST(what_is_not_in_the_format_ends_it),
        TEST(a_host_that_breaks_the_format_ends_the_broker),
        TEST(a_mebibyte_is_no_passphrase),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
