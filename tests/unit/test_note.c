/* What a plugin says of a call, on its way into the log. */
#include "tests/unit/hook_back.h"
#include "tests/unit/scribe_bench.h"

static const struct bench_policy plain = {.commands = (1u << BENCH_ALL) - 1, .memory_mib = 64};
/* The plugin answers with a value and that note. */
static void reply_with(uint64_t number, struct tb_bytes note)
{
    struct stream_says says;
    struct tb_packer *packer = stream_begin(&says, TB_PLUGIN_REPLY, 3, number);
    tb_pack_key_str(packer, "note", note);
    tb_pack_key(packer, "value");
    tb_pack_nil(packer);
    stream_end(&bench, &says, none);
}

static struct tb_handle call_plain(uint64_t *ret_number)
{
    begin_under(&plain);
    struct tb_handle handle = stream_call(&bench, BENCH_ECHO, NO_ARGS);
    *ret_number = stream_live(&bench, &handle)->number;
    return handle;
}

static void it_is_the_reason_of_the_done_record(void)
{
    uint64_t number;
    struct tb_handle handle = call_plain(&number);
    scribe_listen(&bench);
    reply_with(number, tb_bytes_of_string("sign 0123"));
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 0).code, 0);
    struct tb_record done = scribe_take(&bench, TB_EVENT_DONE);
    CHECK(tb_bytes_are(done.reason, "sign 0123") && done.code == TB_CODE_NONE);
    bench_deinit(&bench);
}

static void it_does_not_stay_for_the_next_call(void)
{
    uint64_t number;
    struct tb_handle handle = call_plain(&number);
    reply_with(number, tb_bytes_of_string("sign 0123"));
    (void)stream_take(&bench, TB_REPLY, &handle, 0);
    handle = stream_call(&bench, BENCH_ECHO, NO_ARGS);
    scribe_listen(&bench);
    bench_plugin_answer(&bench, stream_live(&bench, &handle)->number);
    CHECK_INT(scribe_take(&bench, TB_EVENT_DONE).reason.n, 0);
    bench_deinit(&bench);
}

static void it_waits_while_the_hook_judges_the_reply(void)
{
    uint64_t number;
    begin();
    struct tb_handle handle = call_past(NO_ARGS, &number);
    reply_with(number, tb_bytes_of_string("sign 0123"));
    scribe_listen(&bench);
    hook_passes(&bench, hook_takes(&bench, TB_HOOK_REPLY).id);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 0).code, 0);
    CHECK(tb_bytes_are(scribe_take(&bench, TB_EVENT_DONE).reason, "sign 0123"));
    bench_deinit(&bench);
}

static void what_denies_the_reply_has_the_word(void)
{
    uint64_t number;
    begin();
    (void)call_past(NO_ARGS, &number);
    reply_with(number, tb_bytes_of_string("sign 0123"));
    scribe_listen(&bench);
    hook_refuses(&bench, hook_takes(&bench, TB_HOOK_REPLY).id, "not today");
    struct tb_record done = scribe_take(&bench, TB_EVENT_DONE);
    CHECK(done.code == TB_CODE_HOOK && !tb_bytes_are(done.reason, "sign 0123"));
    bench_deinit(&bench);
}

static void one_behind_a_cancelled_call_is_nobodys(void)
{
    uint64_t number;
    struct tb_handle handle = call_plain(&number);
    stream_cancel(&bench, &handle, 1);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 0).code, TB_CODE_CANCELLED);
    reply_with(number, tb_bytes_of_string("sign 0123"));
    CHECK_INT(bench_session(&bench)->calls.n_used, 0);
    bench_deinit(&bench);
}

/* Ends the plugin, and with it the call. */
static void is_malformed(struct tb_bytes note)
{
    uint64_t number;
    struct tb_handle handle = call_plain(&number);
    reply_with(number, note);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 0).code, TB_CODE_PLUGIN_CRASHED);
    bench_deinit(&bench);
}

static void only_a_short_text_is_taken(void)
{
    static uint8_t text[TB_NOTE_MAX + 1];
    uint64_t number;
    memset(text, 'n', sizeof text);
    struct tb_handle handle = call_plain(&number);
    scribe_listen(&bench);
    reply_with(number, tb_bytes_of(text, TB_NOTE_MAX));
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 0).code, 0);
    CHECK_INT(scribe_take(&bench, TB_EVENT_DONE).reason.n, TB_NOTE_MAX);
    bench_deinit(&bench);
    is_malformed(tb_bytes_of(text, sizeof text));
    is_malformed(tb_bytes_of("\xff", 1));
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(it_is_the_reason_of_the_done_record),      TEST(it_does_not_stay_for_the_next_call),
        TEST(it_waits_while_the_hook_judges_the_reply), TEST(what_denies_the_reply_has_the_word),
        TEST(one_behind_a_cancelled_call_is_nobodys),   TEST(only_a_short_text_is_taken),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
