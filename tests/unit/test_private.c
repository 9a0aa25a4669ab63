/* Private commands: what the log has of their arguments, and what stays of them in memory. */
#include "base/wipe.h"
#include "broker/private.h"
#include "proto/json.h"
#include "tests/unit/ask_call.h"
#include "tests/unit/scribe_bench.h"

static const struct bench_policy private = {
    .commands = 7, .memory_mib = 64, .records = 1u << BENCH_ECHO};
static const struct bench_policy private_asking = {
    .commands = 7, .memory_mib = 64, .asks = ASKED, .records = 1u << BENCH_ECHO};

static const char hidden[] = "the secret of the test";

/* ---- a call ---- */

static struct tb_buffer call_text;

/* CALL's text, with n names of `to` and, in between, what nobody is to find again. */
static struct tb_bytes make_call(const char *key, uint32_t n_to)
{
    struct tb_packer packer;
    tb_buffer_init(&call_text, 65536);
    tb_packer_init(&packer, &call_text);
    tb_pack_map(&packer, 1);
    tb_pack_key(&packer, "args");
    tb_pack_map(&packer, key ? 4 : 3);
    tb_pack_key_text(&packer, "hash", hidden);
    if (key)
        tb_pack_key_text(&packer, "key", key);
    tb_pack_key(&packer, "numbers");
    tb_pack_array(&packer, 8);
    for (uint32_t i = 0; i < 8; i++)
        tb_pack_uint(&packer, 0xfeedface00 + i);
    tb_pack_key(&packer, "to");
    tb_pack_array(&packer, n_to);
    for (uint32_t i = 0; i < n_to; i++)
        tb_pack_str(&packer, tb_bytes_of_string("0123456789012345678901234567890123456789"));
    CHECK(!packer.failed);
    return tb_buffer_bytes(&call_text);
}

static struct tb_handle call_with(const char *key, uint32_t n_to)
{
    struct tb_handle handle = stream_call(&bench, BENCH_ECHO, make_call(key, n_to));
    tb_buffer_deinit(&call_text);
    return handle;
}

/* The args of a record as JSON. */
static const char *json_of(const struct tb_record *record)
{
    static char json[TB_RECORD_ARGS_MAX];
    const msgpack_object *root;
    struct tb_unpacker unpacker;
    struct tb_text text = tb_text_init(json, sizeof json - 1);
    CHECK_INT(record->args_kind, TB_ARGS_FULL);
    CHECK_INT(tb_unpacker_init(&unpacker, &tb_scan_peer), 0);
    CHECK_INT(tb_unpack(&unpacker, &tb_scan_peer, record->args, &root), TB_OK);
    tb_text_value(&text, root);
    CHECK(!text.full);
    json[text.n] = 0;
    tb_unpacker_deinit(&unpacker);
    return json;
}

/* ---- the log ---- */

static void the_log_has_what_is_on_the_list_and_no_digest(void)
{
    begin(&private);
    scribe_listen(&bench);
    (void)call_with("AB", 1);
    struct tb_record call = scribe_take(&bench, TB_EVENT_CALL);
    CHECK_STR(json_of(&call),
              "{\"key\":\"AB\",\"to\":[\"0123456789012345678901234567890123456789\"]}");
    bench_deinit(&bench);
}

static void what_is_absent_or_too_long_is_left_out(void)
{
    begin(&private);
    scribe_listen(&bench);
    (void)call_with("AB", 64);
    struct tb_record call = scribe_take(&bench, TB_EVENT_CALL);
    CHECK_STR(json_of(&call), "{\"key\":\"AB\"}");
    scribe_listen(&bench);
    (void)call_with(NULL, 64);
    call = scribe_take(&bench, TB_EVENT_CALL);
    CHECK_STR(json_of(&call), "{}");
    bench_deinit(&bench);
}

static void other_commands_are_recorded_as_ever(void)
{
    begin(&private);
    scribe_listen(&bench);
    (void)stream_call(&bench, BENCH_OTHER, make_call("AB", 1));
    struct tb_record call = scribe_take(&bench, TB_EVENT_CALL);
    CHECK_INT(call.args_kind, TB_ARGS_DIGEST);
    tb_buffer_deinit(&call_text);
    bench_deinit(&bench);
}

static void a_prompt_is_recorded_like_its_call(void)
{
    begin(&private_asking);
    scribe_listen(&bench);
    (void)call_with("AB", 0);
    struct tb_record asked = scribe_take(&bench, TB_EVENT_ASK);
    CHECK_STR(json_of(&asked), "{\"key\":\"AB\",\"to\":[]}");
    scribe_listen(&bench);
    answer(hear_ask(), TB_ANSWER_DISMISSED);
    struct tb_record denied = scribe_take(&bench, TB_EVENT_CALL);
    CHECK_INT(denied.args_kind, TB_ARGS_NONE);
    bench_deinit(&bench);
}

/* The args that the next ASK shows, as the host writes them. */
static const char *shown(void)
{
    static char json[TB_FRAME_MAX];
    struct tb_unpacker unpacker;
    struct tb_frame frame;
    struct tb_ask ask;
    size_t size;
    struct tb_text text = tb_text_init(json, sizeof json - 1);
    CHECK_INT(tb_unpacker_init(&unpacker, &tb_scan_peer), 0);
    CHECK_INT(tb_frame_parse(TB_SIDE_HOST, tb_buffer_bytes(&bench.to_host), &frame, &size), TB_OK);
    CHECK_INT(frame.kind, TB_ASK);
    CHECK_INT(tb_ask_read(&unpacker, frame.body, &ask), TB_OK);
    tb_text_value(&text, ask.args);
    CHECK(!text.full);
    json[text.n] = 0;
    tb_buffer_consume(&bench.to_host, size);
    tb_unpacker_deinit(&unpacker);
    return json;
}

/* What goes on after a yes is the call as it came. */
static void a_person_is_shown_what_is_on_the_list_and_that_there_is_more(void)
{
    struct stream_told told;
    begin(&private_asking);
    (void)call_with("AB", 64);
    const char *json = shown();
    CHECK(strstr(json, "\"hash\":\"(secret)\"") && strstr(json, "\"numbers\":\"(secret)\""));
    CHECK(strstr(json, "\"key\":\"AB\"") && strstr(json, "\"to\":[\"0123456789"));
    CHECK(!strstr(json, hidden));
    answer(1, TB_ANSWER_ONCE);
    CHECK(plugin_told(&bench, &told));
    CHECK_INT(told.kind, TB_PLUGIN_CALL);
    bench_deinit(&bench);
}

/* ---- memory ---- */

/* Whatever the buffer's memory holds, used or not. */
static void check_clean(const struct tb_buffer *buffer)
{
    CHECK(!buffer->data || !memmem(buffer->data, buffer->cap, hidden, sizeof hidden - 1));
}

static void check_all_clean(void)
{
    struct tb_session *session = bench_session(&bench);
    check_clean(&session->link.in);
    check_clean(&session->link.out);
    for (uint32_t i = 0; i < session->n_plugins; i++) {
        check_clean(&session->plugins[i].link.in);
        check_clean(&session->plugins[i].link.out);
    }
    check_clean(&bench.broker.control.out);
    check_clean(&bench.broker.audit.out);
}

static void nothing_of_a_call_stays_once_it_is_passed_on(void)
{
    begin(&private);
    struct tb_handle handle = call_with("AB", 1);
    check_all_clean();
    const uint64_t number = stream_live(&bench, &handle)->number;
    bench_plugin_answer(&bench, number);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 0).code, 0);
    check_all_clean();
    bench_deinit(&bench);
}

static void nothing_of_a_reply_stays_once_it_is_sent(void)
{
    struct stream_says says;
    begin(&private);
    struct tb_handle handle = call_with("AB", 1);
    struct tb_packer *packer =
        stream_begin(&says, TB_PLUGIN_REPLY, 2, stream_live(&bench, &handle)->number);
    tb_pack_key_text(packer, "value", hidden);
    stream_end(&bench, &says, none);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 0).code, 0);
    check_all_clean();
    bench_deinit(&bench);
}

/* What msgpack-c has made of numbers. */
static void nothing_stays_in_the_unpackers(void)
{
    begin(&private);
    (void)call_with("AB", 1);
    CHECK_INT(bench.broker.unpacker.root.type, MSGPACK_OBJECT_NIL);
    CHECK_INT(bench.broker.event_unpacker.root.type, MSGPACK_OBJECT_NIL);
    const msgpack_object *root;
    const struct tb_bytes text = make_call("AB", 1);
    CHECK_INT(tb_unpack(&bench.broker.unpacker, &tb_scan_peer, text, &root), TB_OK);
    const msgpack_object *numbers = root->via.map.ptr[0].val.via.map.ptr[2].val.via.array.ptr;
    CHECK_INT(numbers[7].via.u64, 0xfeedface07);
    tb_unpacker_forget(&bench.broker.unpacker);
    CHECK(numbers[0].via.u64 == 0 && numbers[7].via.u64 == 0);
    tb_buffer_deinit(&call_text);
    bench_deinit(&bench);
}

static void a_process_without_secrets_does_not_wipe(void)
{
    begin(&free_again);
    CHECK(!tb_wiping);
    bench_reload(&bench, &private);
    CHECK(tb_wiping);
    bench_reload(&bench, &free_again);
    CHECK(tb_wiping); /* what it has held may still be there */
    bench_deinit(&bench);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(the_log_has_what_is_on_the_list_and_no_digest),
        TEST(what_is_absent_or_too_long_is_left_out),
        TEST(other_commands_are_recorded_as_ever),
        TEST(a_prompt_is_recorded_like_its_call),
        TEST(a_person_is_shown_what_is_on_the_list_and_that_there_is_more),
        TEST(nothing_of_a_call_stays_once_it_is_passed_on),
        TEST(nothing_of_a_reply_stays_once_it_is_sent),
        TEST(nothing_stays_in_the_unpackers),
        TEST(a_process_without_secrets_does_not_wipe),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
