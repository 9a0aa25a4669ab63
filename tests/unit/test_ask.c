/* A person is asked: what the host is told, what each answer does, and what ends a prompt. */
#include "proto/ask.h"

#include "base/clock.h"
#include "base/fd.h"
#include "tests/unit/stream_bench.h"

#include <sodium.h>

static struct bench bench;

#define ASKED (1u << BENCH_ECHO)

static const struct bench_policy asking = {.commands = 7, .memory_mib = 64, .asks = ASKED};
static const struct bench_policy asking_more = {
    .commands = 7, .memory_mib = 64, .asks = ASKED | 1u << BENCH_OTHER};
static const struct bench_policy free_again = {.commands = 7, .memory_mib = 64};
static const struct bench_policy revoked = {.commands = 6, .memory_mib = 64};

/* ---- the host ---- */

/* What the host was told. */
struct told {
    enum tb_kind kind;
    uint32_t id;
    uint64_t bytes;
    bool more;
    uint32_t n_args;
};

static void read_told(struct tb_unpacker *unpacker, const struct tb_frame *frame,
                      struct told *ret_told)
{
    struct tb_ask ask;
    ret_told->kind = frame->kind;
    if (frame->kind == TB_ASK_OVER)
        CHECK_INT(tb_ask_over_read(unpacker, frame->body, &ret_told->id), TB_OK);
    if (frame->kind != TB_ASK)
        return;
    CHECK_INT(tb_ask_read(unpacker, frame->body, &ask), TB_OK);
    CHECK(tb_bytes_are(ask.view, "main") && tb_bytes_are(ask.origin, "local"));
    CHECK(ask.command.n > 0 && ask.remember_days == 7);
    ret_told->id = ask.id;
    ret_told->bytes = ask.bytes;
    ret_told->more = ask.more;
    ret_told->n_args = ask.args->via.map.size;
}

/* The next ASK or ASK_OVER; kind 0: there is none. */
static struct told hear(void)
{
    struct told told = {0};
    struct tb_unpacker unpacker;
    struct tb_frame frame;
    size_t size;
    CHECK_INT(tb_unpacker_init(&unpacker, &tb_scan_peer), 0);
    while (tb_frame_parse(TB_SIDE_HOST, tb_buffer_bytes(&bench.to_host), &frame, &size) == TB_OK) {
        bool ours = frame.kind == TB_ASK || frame.kind == TB_ASK_OVER;
        if (ours)
            read_told(&unpacker, &frame, &told);
        tb_buffer_consume(&bench.to_host, size);
        if (ours)
            break;
    }
    tb_unpacker_deinit(&unpacker);
    return told;
}

static uint32_t hear_ask(void)
{
    struct told told = hear();
    CHECK_INT(told.kind, TB_ASK);
    return told.id;
}

static void answer(uint32_t id, enum tb_answered answered)
{
    const struct tb_ask_answer message = {id, answered};
    struct tb_buffer out;
    tb_buffer_init(&out, TB_HEADER_SIZE + TB_CONTROL_MAX);
    CHECK_INT(tb_ask_answer_write(&out, &message), TB_OK);
    ssize_t sent = tb_fd_send(bench.host, tb_buffer_bytes(&out), -1, 0);
    CHECK_INT(sent, tb_buffer_n(&out));
    tb_buffer_deinit(&out);
    bench_run(&bench);
    bench_check(&bench);
}

/* ---- the view ---- */

static void begin(const struct bench_policy *policy)
{
    session_begin(&bench, TB_ON_VIOLATION_LOCK);
    bench_reload(&bench, policy);
    tb_buffer_consume(&bench.to_host, tb_buffer_n(&bench.to_host));
}

/* A call that waits for a person has given its slot back. */
static struct tb_handle ask(uint32_t command)
{
    struct tb_handle handle = stream_call(&bench, command, NO_ARGS);
    CHECK_INT(stream_take(&bench, TB_CREDIT, &handle, 0).credit, 0);
    return handle;
}

static void check_denied(const struct tb_handle *handle, enum tb_code code)
{
    CHECK_INT(stream_take(&bench, TB_REPLY, handle, 1).code, code);
}

/* It is at the plugin; which answers it. */
static void check_dispatched(const struct tb_handle *handle)
{
    struct stream_told told;
    CHECK(plugin_told(&bench, &told));
    CHECK_INT(told.kind, TB_PLUGIN_CALL);
    bench_plugin_answer(&bench, told.call);
    CHECK_INT(stream_take(&bench, TB_REPLY, handle, 1).value, 1);
}

static void check_nothing_dispatched(void)
{
    struct stream_told told;
    CHECK(!plugin_told(&bench, &told));
}

/* A call of which nobody is asked any more. */
static void check_passes(uint32_t command)
{
    struct stream_told told;
    struct tb_handle handle = stream_call(&bench, command, NO_ARGS);
    CHECK_INT(hear().kind, 0);
    CHECK(plugin_told(&bench, &told));
    bench_plugin_answer(&bench, told.call);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 0).code, TB_CODE_NONE);
}

static void check_refused(uint32_t command)
{
    struct tb_handle handle = stream_call(&bench, command, NO_ARGS);
    CHECK_INT(hear().kind, 0);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 0).code, TB_CODE_ASK_DENIED);
    check_nothing_dispatched();
}

/* ---- the answers ---- */

static void nothing_is_dispatched_before_the_answer(void)
{
    begin(&asking);
    struct tb_handle handle = ask(BENCH_ECHO);
    uint32_t id = hear_ask();
    check_nothing_dispatched();
    answer(id, TB_ANSWER_ONCE);
    check_dispatched(&handle);
    bench_deinit(&bench);
}

static void once_counts_once(void)
{
    begin(&asking);
    struct tb_handle first = ask(BENCH_ECHO);
    answer(hear_ask(), TB_ANSWER_ONCE);
    check_dispatched(&first);
    struct tb_handle second = ask(BENCH_ECHO);
    answer(hear_ask(), TB_ANSWER_ONCE);
    check_dispatched(&second);
    CHECK_INT(bench.remember_token, 0);
    bench_deinit(&bench);
}

static void session_counts_until_the_document_goes(void)
{
    begin(&asking);
    struct tb_handle handle = ask(BENCH_ECHO);
    answer(hear_ask(), TB_ANSWER_SESSION);
    check_dispatched(&handle);
    check_passes(BENCH_ECHO);
    bench_open_again(&bench);
    bench_hello(&bench, secret);
    tb_buffer_consume(&bench.end.from_broker, tb_buffer_n(&bench.end.from_broker));
    handle = ask(BENCH_ECHO);
    CHECK_INT(hear().kind, TB_ASK);
    bench_deinit(&bench);
}

static void always_is_handed_on_and_counts_at_once(void)
{
    uint8_t key[TB_ASK_KEY_SIZE];
    begin(&asking);
    struct tb_handle handle = ask(BENCH_ECHO);
    answer(hear_ask(), TB_ANSWER_ALWAYS);
    check_dispatched(&handle);
    bench_ask_key(&asking, BENCH_ECHO, key);
    CHECK(bench.remember_token != 0 && memcmp(bench.remembered.key, key, sizeof key) == 0);
    CHECK_INT(bench.remembered.answered, TB_ANSWER_ALWAYS);
    check_passes(BENCH_ECHO);
    bench_deinit(&bench);
}

/* Of which nobody knows how long it becomes. */
static void a_body_in_parts_is_told_of_as_that(void)
{
    begin(&asking);
    struct tb_handle handle = stream_call(&bench, BENCH_ECHO, MORE_ARGS);
    CHECK_INT(stream_take(&bench, TB_CREDIT, &handle, 0).credit, 0);
    struct told told = hear();
    CHECK(told.kind == TB_ASK && told.more && told.bytes == 0);
    bench_deinit(&bench);
}

static void never_denies_without_asking_again(void)
{
    begin(&asking);
    struct tb_handle handle = ask(BENCH_ECHO);
    answer(hear_ask(), TB_ANSWER_NEVER);
    check_denied(&handle, TB_CODE_ASK_DENIED);
    CHECK_INT(bench.remembered.answered, TB_ANSWER_NEVER);
    check_refused(BENCH_ECHO);
    bench_deinit(&bench);
}

static void dismissed_denies_the_command_for_a_while(void)
{
    begin(&asking_more);
    struct tb_handle handle = ask(BENCH_ECHO);
    answer(hear_ask(), TB_ANSWER_DISMISSED);
    check_denied(&handle, TB_CODE_ASK_DENIED);
    check_refused(BENCH_ECHO);
    handle = ask(BENCH_OTHER); /* another command is another question */
    answer(hear_ask(), TB_ANSWER_ONCE);
    check_dispatched(&handle);
    struct tb_refusals *refusals = &bench.broker.views.slots[0].refusals;
    for (size_t i = 0; i < TB_REFUSALS_MAX; i++) /* the 30 s are over */
        if (refusals->list[i].until_ns != 0)
            refusals->list[i].until_ns = bench.broker.now_ns;
    handle = ask(BENCH_ECHO);
    CHECK_INT(hear().kind, TB_ASK);
    bench_deinit(&bench);
}

static void a_page_that_reloads_washes_nothing_off(void)
{
    begin(&asking);
    struct tb_handle handle = ask(BENCH_ECHO);
    answer(hear_ask(), TB_ANSWER_DISMISSED);
    check_denied(&handle, TB_CODE_ASK_DENIED);
    bench_open_again(&bench);
    bench_hello(&bench, secret);
    tb_buffer_consume(&bench.end.from_broker, tb_buffer_n(&bench.end.from_broker));
    check_refused(BENCH_ECHO);
    bench_deinit(&bench);
}

/* A window that is opened between two documents of a view takes another slot than that one's. */
static void nor_does_another_view(void)
{
    begin(&asking);
    struct tb_handle handle = ask(BENCH_ECHO);
    answer(hear_ask(), TB_ANSWER_DISMISSED);
    check_denied(&handle, TB_CODE_ASK_DENIED);
    tb_broker_close(&bench.broker, bench_session(&bench), TB_CLOSE_BYE, "the test says so");
    struct tb_views *views = &bench.broker.views;
    const uint64_t now_ns = bench.broker.now_ns;
    CHECK(tb_views_get(views, tb_bytes_of_string("other"), now_ns) == &views->slots[1]);
    bench.broker.views.slots[1].used = false;
    bench_deinit(&bench);
}

/* ---- which answer ---- */

static void an_answer_counts_once_and_for_its_own_call(void)
{
    begin(&asking);
    struct tb_handle first = ask(BENCH_ECHO);
    uint32_t id = hear_ask();
    answer(id + 1, TB_ANSWER_ALWAYS);
    answer(0, TB_ANSWER_ALWAYS);
    check_nothing_dispatched();
    CHECK_INT(bench.remember_token, 0);
    answer(id, TB_ANSWER_ONCE);
    check_dispatched(&first);
    struct tb_handle second = ask(BENCH_ECHO);
    CHECK(hear_ask() != id);
    answer(id, TB_ANSWER_ONCE);
    check_nothing_dispatched();
    (void)stream_live(&bench, &second);
    CHECK(!bench.broker.ending);
    bench_deinit(&bench);
}

static void an_answer_out_of_the_format_ends_everything(void)
{
    static const char text[] = "\x0b\0\0\0\x49\0\0\0"
                               "\x82\xa2id\x01\xa6"
                               "ans";
    begin(&asking);
    (void)ask(BENCH_ECHO);
    ssize_t sent = tb_fd_send(bench.host, tb_bytes_of(text, 8 + 11), -1, 0);
    CHECK_INT(sent, 8 + 11);
    bench_run(&bench);
    CHECK(bench.broker.ending);
    check_nothing_dispatched();
    bench_deinit(&bench);
}

/* ---- one at a time ---- */

static void one_is_shown_and_the_others_wait(void)
{
    begin(&asking);
    struct tb_handle first = ask(BENCH_ECHO);
    struct tb_handle second = ask(BENCH_ECHO);
    uint32_t id = hear_ask();
    CHECK_INT(hear().kind, 0);
    answer(id, TB_ANSWER_ONCE);
    check_dispatched(&first);
    uint32_t next = hear_ask();
    CHECK(next != id);
    answer(next, TB_ANSWER_ONCE);
    check_dispatched(&second);
    bench_deinit(&bench);
}

static void those_that_wait_are_decided_by_what_is_said(void)
{
    begin(&asking);
    struct tb_handle first = ask(BENCH_ECHO);
    struct tb_handle second = ask(BENCH_ECHO);
    answer(hear_ask(), TB_ANSWER_NEVER);
    check_denied(&first, TB_CODE_ASK_DENIED);
    check_denied(&second, TB_CODE_ASK_DENIED);
    CHECK_INT(hear().kind, 0);
    bench_deinit(&bench);
}

static void a_flood_is_answered_with_limit(void)
{
    begin(&asking);
    for (uint32_t i = 0; i < TB_ASKS_PER_SESSION; i++)
        (void)ask(BENCH_ECHO);
    CHECK_INT(hear().kind, TB_ASK);
    struct tb_handle over = stream_call(&bench, BENCH_ECHO, NO_ARGS);
    CHECK_INT(stream_take(&bench, TB_REPLY, &over, 0).code, TB_CODE_LIMIT);
    CHECK_INT(hear().kind, 0);
    CHECK_INT(bench_session(&bench)->prompts.n, TB_ASKS_PER_SESSION);
    bench_deinit(&bench);
}

/* Their slots were given back: the pool of the command is as full as before. */
static void parked_calls_use_up_no_handles(void)
{
    begin(&asking_more);
    for (uint32_t i = 0; i < BENCH_POOL; i++)
        (void)ask(BENCH_ECHO);
    CHECK_INT(bench_session(&bench)->handles.n_outstanding[BENCH_ECHO],
              bench_session(&bench)->handles.n_outstanding[BENCH_OTHER]);
    bench_deinit(&bench);
}

static void a_later_call_of_the_same_plugin_is_not_held_back(void)
{
    begin(&asking);
    struct tb_handle asked = ask(BENCH_ECHO);
    (void)hear_ask();
    check_passes(BENCH_OTHER);
    (void)stream_live(&bench, &asked);
    bench_deinit(&bench);
}

/* ---- what ends a prompt ---- */

static void a_cancelled_call_takes_its_prompt_along(void)
{
    begin(&asking);
    struct tb_handle handle = ask(BENCH_ECHO);
    uint32_t id = hear_ask();
    stream_cancel(&bench, &handle, 1);
    check_denied(&handle, TB_CODE_CANCELLED);
    struct told told = hear();
    CHECK(told.kind == TB_ASK_OVER && told.id == id);
    answer(id, TB_ANSWER_ONCE);
    check_nothing_dispatched();
    bench_deinit(&bench);
}

/* The next one is not where a person was about to press. */
static void behind_one_that_was_taken_away_is_a_pause(void)
{
    begin(&asking);
    struct tb_handle first = ask(BENCH_ECHO);
    struct tb_handle second = ask(BENCH_ECHO);
    (void)hear_ask();
    stream_cancel(&bench, &first, 1);
    CHECK_INT(hear().kind, TB_ASK_OVER);
    CHECK_INT(hear().kind, 0);
    struct tb_live_call *call = stream_live(&bench, &second);
    CHECK(call->deadline_ns != TB_NEVER);
    bench.broker.views.slots[0].refusals.next_ask_ns = bench.broker.now_ns; /* it is over */
    call->deadline_ns = bench.broker.now_ns;
    bench_session(&bench)->next_deadline_ns = bench.broker.next_deadline_ns = 0;
    bench_run(&bench);
    CHECK_INT(hear().kind, TB_ASK);
    bench_deinit(&bench);
}

static void a_document_that_goes_takes_its_prompts_along(void)
{
    begin(&asking);
    (void)ask(BENCH_ECHO);
    (void)ask(BENCH_ECHO);
    uint32_t id = hear_ask();
    bench_open_again(&bench);
    struct told told = hear();
    CHECK(told.kind == TB_ASK_OVER && told.id == id);
    answer(id, TB_ANSWER_ALWAYS);
    check_nothing_dispatched();
    CHECK_INT(bench.remember_token, 0);
    bench_deinit(&bench);
}

static void another_policy_takes_prompts_away(void)
{
    begin(&asking);
    struct tb_handle handle = ask(BENCH_ECHO);
    uint32_t id = hear_ask();
    bench_reload(&bench, &free_again);
    check_denied(&handle, TB_CODE_CANCELLED);
    CHECK_INT(hear().kind, TB_ASK_OVER);
    answer(id, TB_ANSWER_ONCE);
    check_nothing_dispatched();
    bench_deinit(&bench);
}

static void the_same_policy_leaves_a_prompt_as_it_is(void)
{
    begin(&asking);
    struct tb_handle handle = ask(BENCH_ECHO);
    uint32_t id = hear_ask();
    bench_reload(&bench, &asking);
    CHECK_INT(hear().kind, 0);
    answer(id, TB_ANSWER_ONCE);
    check_dispatched(&handle);
    bench_deinit(&bench);
}

static void a_command_that_is_revoked_is_denied(void)
{
    begin(&asking);
    struct tb_handle handle = ask(BENCH_ECHO);
    (void)hear_ask();
    bench_reload(&bench, &revoked);
    check_denied(&handle, TB_CODE_DENIED);
    CHECK_INT(hear().kind, TB_ASK_OVER);
    bench_deinit(&bench);
}

static void nobody_waits_for_ever(void)
{
    begin(&asking);
    struct tb_handle handle = ask(BENCH_ECHO);
    uint32_t id = hear_ask();
    struct tb_live_call *call = stream_live(&bench, &handle);
    CHECK_INT((call->deadline_ns - bench.broker.now_ns) / TB_S_NS / 10, (TB_ASK_S - 1) / 10);
    call->deadline_ns = bench.broker.now_ns;
    bench_session(&bench)->next_deadline_ns = bench.broker.next_deadline_ns = 0;
    bench_run(&bench);
    check_denied(&handle, TB_CODE_ASK_DENIED);
    struct told told = hear();
    CHECK(told.kind == TB_ASK_OVER && told.id == id);
    check_refused(BENCH_ECHO);
    bench_deinit(&bench);
}

/* ---- what is asked for ---- */

static struct tb_handle call_with(size_t n, struct tb_bytes raw)
{
    struct tb_buffer out;
    struct tb_packer packer;
    static char text[2 * TB_ASK_ARGS_MAX];
    memset(text, 'a', sizeof text);
    tb_buffer_init(&out, TB_FRAME_MAX);
    tb_packer_init(&packer, &out);
    tb_pack_map(&packer, 1u + (raw.n > 0));
    tb_pack_key(&packer, "args");
    tb_pack_map(&packer, 1);
    tb_pack_key_str(&packer, "a", tb_bytes_of(text, n));
    if (raw.n > 0)
        tb_pack_key_uint(&packer, "bytes", raw.n);
    struct tb_handle handle = session_issued(&bench, BENCH_ECHO);
    bench_send_sealed(&bench, TB_CALL, 0, &handle, 0, tb_buffer_bytes(&out), raw);
    tb_buffer_deinit(&out);
    return handle;
}

static void a_person_is_shown_no_more_than_8_kib(void)
{
    const size_t around = 1 + 2 + 3; /* the map, its key, and the text's own head */
    begin(&asking);
    struct tb_handle fits = call_with(TB_ASK_ARGS_MAX - around, none);
    CHECK_INT(stream_take(&bench, TB_CREDIT, &fits, 0).credit, 0);
    CHECK_INT(hear().n_args, 1);
    struct tb_handle longer = call_with(TB_ASK_ARGS_MAX - around + 1, none);
    CHECK_INT(stream_take(&bench, TB_REPLY, &longer, 0).code, TB_CODE_TOO_LARGE);
    CHECK_INT(hear().kind, 0);
    bench_deinit(&bench);
}

static void a_body_is_told_by_its_length_and_goes_on(void)
{
    struct stream_told told;
    begin(&asking);
    struct tb_handle handle = call_with(5, tb_bytes_of("twelve bytes", 12));
    CHECK_INT(stream_take(&bench, TB_CREDIT, &handle, 0).credit, 0);
    struct told asked = hear();
    CHECK_INT(asked.bytes, 12);
    answer(asked.id, TB_ANSWER_ONCE);
    CHECK(plugin_told(&bench, &told));
    CHECK_INT(told.bytes, 12);
    bench_deinit(&bench);
}

/* ---- remembered answers ---- */

static struct tb_remembered entry(enum tb_answered answered, uint64_t made_s, uint64_t expires_s)
{
    struct tb_remembered entry = {.answered = answered,
                                  .made_s = made_s,
                                  .expires_s = expires_s,
                                  .used_s = made_s,
                                  .origin = tb_bytes_of_string("local"),
                                  .command = tb_bytes_of_string("echo"),
                                  .view = tb_bytes_of_string("main")};
    bench_ask_key(&asking, BENCH_ECHO, entry.key);
    return entry;
}

static void keep(struct tb_remembered remembered)
{
    tb_cleanup(tb_answers_deinit) struct tb_answers answers = {0};
    CHECK_INT(tb_answers_put(&answers, &remembered), TB_OK);
    bench_answers(&bench, bench.remember_token, &answers);
}

static void forget(void)
{
    const struct tb_answers nothing = {0};
    bench_answers(&bench, bench.remember_token, &nothing);
}

static void what_was_remembered_decides(void)
{
    uint64_t now_s = tb_clock_wall_s();
    begin(&asking);
    keep(entry(TB_ANSWER_ALWAYS, now_s - 1000, 0));
    check_passes(BENCH_ECHO);
    CHECK_INT(bench.n_used, 1);
    check_passes(BENCH_ECHO);
    CHECK_INT(bench.n_used, 1); /* not for each call */
    keep(entry(TB_ANSWER_NEVER, now_s - 1000, now_s + 1000));
    check_refused(BENCH_ECHO);
    bench_deinit(&bench);
}

static void what_has_expired_or_is_of_another_time_does_not(void)
{
    uint64_t now_s = tb_clock_wall_s();
    begin(&asking);
    keep(entry(TB_ANSWER_ALWAYS, now_s - 1000, now_s));
    struct tb_handle handle = ask(BENCH_ECHO);
    answer(hear_ask(), TB_ANSWER_ONCE);
    check_dispatched(&handle);
    keep(entry(TB_ANSWER_ALWAYS, now_s + 1000, 0)); /* the clock was set back since */
    (void)ask(BENCH_ECHO);
    CHECK_INT(hear().kind, TB_ASK);
    bench_deinit(&bench);
}

/* One that runs in another window was answered there. */
static void an_answer_from_elsewhere_takes_the_prompt_away(void)
{
    begin(&asking);
    struct tb_handle handle = ask(BENCH_ECHO);
    uint32_t id = hear_ask();
    keep(entry(TB_ANSWER_ALWAYS, tb_clock_wall_s(), 0));
    struct told told = hear();
    CHECK(told.kind == TB_ASK_OVER && told.id == id);
    check_dispatched(&handle);
    bench_deinit(&bench);
}

static void revoking_ends_what_it_had_allowed(void)
{
    struct stream_told told;
    begin(&asking);
    keep(entry(TB_ANSWER_ALWAYS, tb_clock_wall_s(), 0));
    struct tb_handle handle = stream_call(&bench, BENCH_ECHO, NO_ARGS);
    CHECK(plugin_told(&bench, &told));
    plugin_says(&bench, told.call, "message", 5);
    CHECK_INT(stream_take(&bench, TB_CHUNK, &handle, 0).value, 5);
    forget();
    check_denied(&handle, TB_CODE_ASK_DENIED);
    CHECK_INT(plugin_takes(&bench, TB_PLUGIN_CANCEL, told.call).kind, TB_PLUGIN_CANCEL);
    (void)ask(BENCH_ECHO);
    CHECK_INT(hear().kind, TB_ASK);
    bench_deinit(&bench);
}

static void revoking_ends_also_what_has_asked_for_it(void)
{
    begin(&asking);
    struct tb_handle handle = ask(BENCH_ECHO);
    answer(hear_ask(), TB_ANSWER_ALWAYS);
    CHECK(stream_live(&bench, &handle)->at_plugin);
    keep(entry(TB_ANSWER_ALWAYS, tb_clock_wall_s(), 0));
    forget();
    check_denied(&handle, TB_CODE_ASK_DENIED);
    bench_deinit(&bench);
}

/* A table from before the answer says nothing about it; one from behind it, all. */
static void a_table_that_crossed_the_answer_takes_nothing_away(void)
{
    const struct tb_answers nothing = {0};
    begin(&asking);
    struct tb_handle handle = ask(BENCH_ECHO);
    answer(hear_ask(), TB_ANSWER_ALWAYS);
    bench_answers(&bench, bench.remember_token - 1, &nothing);
    check_dispatched(&handle);
    check_passes(BENCH_ECHO);
    bench_answers(&bench, bench.remember_token, &nothing); /* it could not be kept */
    (void)ask(BENCH_ECHO);
    CHECK_INT(hear().kind, TB_ASK);
    bench_deinit(&bench);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(nothing_is_dispatched_before_the_answer),
        TEST(once_counts_once),
        TEST(session_counts_until_the_document_goes),
        TEST(always_is_handed_on_and_counts_at_once),
        TEST(a_body_in_parts_is_told_of_as_that),
        TEST(never_denies_without_asking_again),
        TEST(dismissed_denies_the_command_for_a_while),
        TEST(a_page_that_reloads_washes_nothing_off),
        TEST(nor_does_another_view),
        TEST(an_answer_counts_once_and_for_its_own_call),
        TEST(an_answer_out_of_the_format_ends_everything),
        TEST(one_is_shown_and_the_others_wait),
        TEST(those_that_wait_are_decided_by_what_is_said),
        TEST(a_flood_is_answered_with_limit),
        TEST(parked_calls_use_up_no_handles),
        TEST(a_later_call_of_the_same_plugin_is_not_held_back),
        TEST(a_cancelled_call_takes_its_prompt_along),
        TEST(behind_one_that_was_taken_away_is_a_pause),
        TEST(a_document_that_goes_takes_its_prompts_along),
        TEST(another_policy_takes_prompts_away),
        TEST(the_same_policy_leaves_a_prompt_as_it_is),
        TEST(a_command_that_is_revoked_is_denied),
        TEST(nobody_waits_for_ever),
        TEST(a_person_is_shown_no_more_than_8_kib),
        TEST(a_body_is_told_by_its_length_and_goes_on),
        TEST(what_was_remembered_decides),
        TEST(what_has_expired_or_is_of_another_time_does_not),
        TEST(an_answer_from_elsewhere_takes_the_prompt_away),
        TEST(revoking_ends_what_it_had_allowed),
        TEST(revoking_ends_also_what_has_asked_for_it),
        TEST(a_table_that_crossed_the_answer_takes_nothing_away),
    };
    return sodium_init() < 0 ? 1 : test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
