/* How much there may be of events, from pages and from plugins, and when it goes out. */
#include "tests/unit/event_call.h"

#include "base/fd.h"

#include <sodium.h>

/* ---- how much ---- */

static void a_payload_is_as_long_as_a_chunk_and_no_longer(void)
{
    begin_one(BENCH_EVENTS_OWN);
    struct tb_handle listener = listener_of("saved");
    struct tb_handle handle = emit_bytes("saved", 65536 - 3); /* with its header */
    CHECK(stream_take(&bench, TB_CHUNK, &listener, 1).cost > 65536);
    CHECK_INT(answer_to(&handle), TB_CODE_NONE);
    handle = emit_bytes("saved", 65536 - 2);
    CHECK_INT(answer_to(&handle), TB_CODE_TOO_LARGE);
    handle = emit_bytes("saved", 65536);
    CHECK_INT(answer_to(&handle), TB_CODE_TOO_LARGE);
    CHECK(stream_quiet(&bench));
    bench_deinit(&bench);
}

static uint64_t emit_until_something_is_lost(void)
{
    struct tb_listener *listener = first_listener();
    uint64_t n = 0;
    struct stream_seen seen;
    for (; listener->n_lost == 0; n++) {
        (void)emit_bytes("saved", 10000);
        while (stream_look(&bench, &seen))
            CHECK(seen.kind != TB_REPLY || seen.code == TB_CODE_NONE);
    }
    return n;
}

static void a_listener_without_credit_loses_the_oldest_and_is_told_how_many(void)
{
    begin_one(BENCH_EVENTS_OWN);
    struct tb_handle handle = listener_of("saved");
    uint64_t n = emit_until_something_is_lost();
    struct tb_listener *listener = first_listener();
    CHECK_INT(n, TB_CREDIT_FIRST / 10060 + 6 + 1); /* sent, waiting, and the one too many */
    for (int i = 0; i < 4; i++)
        (void)emit_bytes("saved", 10000);
    CHECK_INT(listener->n_lost, 5);
    CHECK(listener->n_waiting <= TB_EVENTS_WAITING && listener->n_waiting > 60000);
    forget_welcome();
    stream_credit(&bench, &handle, 1, 70000);
    CHECK(listener->n_waiting == 0 && listener->n_lost == 0);
    struct stream_seen seen;
    for (n = 0; stream_look(&bench, &seen); n++)
        CHECK(seen.kind == TB_CHUNK);
    CHECK_INT(n, 6);
    bench_deinit(&bench);
}

/* The first of those that waited says what was lost before it. */
static void lost_events_are_counted_in_the_next_one(void)
{
    static const char lost[] = "\xa4lost\x01";
    begin_one(BENCH_EVENTS_OWN);
    struct tb_handle handle = listener_of("saved");
    (void)emit_until_something_is_lost();
    stream_credit(&bench, &handle, 1, 100000);
    struct tb_frame frame;
    struct tb_plaintext plaintext;
    size_t size;
    CHECK_INT(
        tb_frame_parse(TB_SIDE_ENDPOINT, tb_buffer_bytes(&bench.end.from_broker), &frame, &size),
        TB_OK);
    CHECK_INT(tb_seal_open(&frame, bench.end.keys.to_endpoint, &plaintext), TB_OK);
    size_t n = sizeof lost - 1;
    CHECK(memcmp(plaintext.text.data + plaintext.text.n - n, lost, n) == 0);
    bench_deinit(&bench);
}

static void all_listeners_of_a_session_hold_a_mebibyte_together(void)
{
    enum { MANY = 64 };
    struct stream_seen seen;
    begin_one(BENCH_EVENTS_OWN);
    for (int i = 0; i < MANY; i++)
        (void)listener_of("saved");
    for (int i = 0; i < 10; i++) {
        (void)emit_bytes("saved", 60000);
        while (stream_look(&bench, &seen))
            CHECK(seen.kind == TB_CHUNK || seen.code == TB_CODE_NONE);
    }
    const struct tb_session *session = bench_session(&bench);
    CHECK(session->n_events_waiting > 900 * 1024 && session->n_events_waiting <= 1024 * 1024);
    bench_deinit(&bench);
}

/* Nobody reads at the other view: it gets what its link takes, and its listeners lose the rest. */
static void a_view_that_does_not_read_costs_the_emitter_nothing(void)
{
    begin_two(BENCH_EVENTS_ALL);
    bench_switch(&bench);
    for (int i = 0; i < 40; i++) {
        struct tb_handle handle = listener_of("saved");
        stream_credit(&bench, &handle, 1, TB_CREDIT_MOST - TB_CREDIT_FIRST);
    }
    struct tb_session *slow = bench_session(&bench);
    int view = bench.end.view;
    bench.end.view = -1; /* the bench does not take anything from there */
    bench_switch(&bench);
    for (int i = 0; i < 60; i++) {
        (void)emit_bytes("saved", 60000);
        forget_welcome();
        bench_check(&bench);
    }
    CHECK(slow->state == TB_SESSION_OPEN);
    CHECK(tb_buffer_n(&slow->link.out) < 1200 * 1024 && slow->events_held);
    CHECK(slow->n_events_waiting > 0 && n_violations() == 0);
    bench.silent.view = view;
    bench_run(&bench);
    CHECK(slow->n_events_waiting == 0 && !slow->events_held);
    bench_deinit(&bench);
}

/* ---- the log ---- */

/* It does not keep up from now on. Its end, for who wants it to go on. */
static int stop_scribe(void)
{
    static uint8_t filler[64 * 1024];
    int scribe = bench.scribe;
    int full = bench.broker.audit.source.fd;
    bench.scribe = -1;
    while (tb_fd_send(full, tb_bytes_of(filler, sizeof filler), -1, MSG_DONTWAIT) > 0)
        continue;
    return scribe;
}

/* In audit mode `before` nothing that a record allows goes out before the kernel has the record. */
static void events_wait_for_the_record_of_their_call(void)
{
    begin_two(BENCH_EVENTS_ALL);
    bench_switch(&bench);
    (void)listener_of("saved");
    struct tb_session *other = bench_session(&bench);
    bench_switch(&bench);
    struct tb_audit *audit = &bench.broker.audit;
    int scribe = stop_scribe();
    (void)emit_bytes("saved", 10);
    CHECK(!tb_audit_settled(audit) && tb_buffer_n(&other->link.out) > 0);
    CHECK_INT(heard_by_other(), 0);
    bench.scribe = scribe;
    bench_run(&bench);
    CHECK(tb_audit_settled(audit));
    CHECK_INT(heard_by_other(), 1);
    bench_deinit(&bench);
}

/* The end of the view that would get it does not send it sooner. */
static void events_without_their_record_end_with_their_session(void)
{
    begin_two(BENCH_EVENTS_ALL);
    bench_switch(&bench);
    (void)listener_of("saved");
    struct tb_session *other = bench_session(&bench);
    bench_switch(&bench);
    int scribe = stop_scribe();
    (void)emit_bytes("saved", 10);
    CHECK(tb_buffer_n(&other->link.out) > 0);
    tb_broker_close(&bench.broker, other, TB_CLOSE_SHUT, "shut by the host");
    bench_run(&bench);
    CHECK_INT(tb_buffer_n(&bench.silent.from_broker), 0);
    bench.scribe = scribe;
    bench_run(&bench);
    CHECK(tb_audit_settled(&bench.broker.audit));
    bench_deinit(&bench);
}

/* ---- plugins ---- */

static void plugin_emits(const char *event, size_t n)
{
    struct stream_says says;
    begin_emit(&says, event, n);
    stream_end(&bench, &says, none);
}

static void a_plugins_event_reaches_its_own_view_and_no_other(void)
{
    begin_two(BENCH_EVENTS_ALL);
    bench_switch(&bench);
    (void)listener_of("test://changed");
    bench_switch(&bench);
    struct tb_handle handle = listener_of("test://changed");
    (void)start_plugin();
    plugin_emits("test://changed", 5);
    CHECK_INT(stream_take(&bench, TB_CHUNK, &handle, 1).type, TB_CHUNK_MESSAGE);
    CHECK_INT(heard_by_other(), 0);
    bench_deinit(&bench);
}

static void events_that_a_plugin_may_not_send_end_it(void)
{
    static const char *const bad[] = {"saved", "test:/changed", "tester://x", "tes://x", "fs://x"};
    for (size_t i = 0; i <= TB_ARRAY_LEN(bad); i++) {
        begin_one(BENCH_EVENTS_OWN);
        (void)start_plugin();
        bool long_one = i == TB_ARRAY_LEN(bad);
        plugin_emits(long_one ? "test://changed" : bad[i], long_one ? 65536 - 2 : 1);
        CHECK_INT(bench_session(&bench)->plugins[0].token, 0);
        bench_deinit(&bench);
    }
}

/* EMIT of arrays inside one another, the innermost of so many nils. */
static void plugin_emits_arrays(uint32_t n_arrays, uint32_t n_nils)
{
    struct stream_says says;
    tb_buffer_init(&says.out, TB_FRAME_MAX);
    says.plain = tb_plain_begin(&says.packer, &says.out, TB_PLUGIN_EMIT);
    tb_pack_map(&says.packer, 2);
    tb_pack_key_text(&says.packer, "event", "test://a");
    tb_pack_key(&says.packer, "payload");
    for (uint32_t i = 1; i < n_arrays; i++)
        tb_pack_array(&says.packer, 1);
    tb_pack_array(&says.packer, n_nils);
    for (uint32_t i = 0; i < n_nils; i++)
        tb_pack_nil(&says.packer);
    stream_end(&bench, &says, none);
}

/* What an endpoint would refuse must not be made of what the broker has taken. */
static void an_event_that_no_endpoint_takes_ends_its_plugin(void)
{
    static const struct {
        uint32_t n_arrays;
        uint32_t n_nils;
        bool fits;
    } rows[] = {{30, 0, true}, {31, 0, false}, {1, 65515, true}, {1, 65517, false}};
    for (size_t i = 0; i < TB_ARRAY_LEN(rows); i++) {
        begin_one(BENCH_EVENTS_OWN);
        struct tb_handle handle = listener_of("test://a");
        (void)start_plugin();
        plugin_emits_arrays(rows[i].n_arrays, rows[i].n_nils);
        CHECK_INT(bench_session(&bench)->plugins[0].token != 0, rows[i].fits);
        if (rows[i].fits)
            CHECK_INT(stream_take(&bench, TB_CHUNK, &handle, 1).type, TB_CHUNK_MESSAGE);
        CHECK(stream_quiet(&bench));
        bench_deinit(&bench);
    }
}

static void an_emitted_payload_of_too_many_values_is_too_large(void)
{
    struct text text;
    begin_one(BENCH_EVENTS_OWN);
    (void)listener_of("saved");
    struct tb_packer *packer = begin_args(&text, 2);
    tb_pack_key_text(packer, "event", "saved");
    tb_pack_key(packer, "payload");
    tb_pack_array(packer, 65528);
    for (int i = 0; i < 65528; i++)
        tb_pack_nil(packer);
    struct tb_handle handle = call_with(BENCH_EMIT, &text);
    CHECK_INT(answer_to(&handle), TB_CODE_TOO_LARGE);
    CHECK(stream_quiet(&bench));
    bench_deinit(&bench);
}

static void a_plugin_that_floods_events_fills_nothing(void)
{
    begin_one(BENCH_EVENTS_OWN);
    (void)listener_of("test://changed");
    (void)start_plugin();
    for (int i = 0; i < 200; i++)
        plugin_emits("test://changed", 30000);
    const struct tb_session *session = bench_session(&bench);
    CHECK(session->plugins[0].token != 0);
    CHECK(session->n_events_waiting <= TB_EVENTS_WAITING);
    CHECK(first_listener()->n_lost > 180);
    CHECK_INT(emit_small("other"), TB_CREDIT_FIRST / 30070); /* and what has come before it */
    bench_deinit(&bench);
}

static void events_of_a_plugin_come_at_a_pace_and_all_of_them(void)
{
    enum { MANY = 40, AT_ONCE = 16 };
    struct stream_says says;
    begin_one(BENCH_EVENTS_OWN);
    struct tb_handle handle = listener_of("test://changed");
    (void)start_plugin();
    begin_emit(&says, "test://changed", 1);
    CHECK_INT(tb_plain_finish(&says.plain, &says.packer, none), TB_OK);
    for (int i = 0; i < MANY; i++)
        CHECK_INT(tb_fd_write_all(bench.plugin, tb_buffer_bytes(&says.out)), 0);
    const struct tb_plugin *plugin = &bench_session(&bench)->plugins[0];
    CHECK_INT(tb_loop_wait(&bench.broker.loop, 0, &bench.broker.now_ns), 0);
    CHECK_INT(plugin->n_events, AT_ONCE);
    CHECK(plugin->link.paused);
    CHECK(!tb_route_may_resume(&bench.broker));
    bench_run(&bench);
    for (uint64_t i = 1; i <= MANY; i++)
        CHECK_INT(stream_take(&bench, TB_CHUNK, &handle, i).type, TB_CHUNK_MESSAGE);
    CHECK(!plugin->link.paused);
    tb_buffer_deinit(&says.out);
    bench_deinit(&bench);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(a_payload_is_as_long_as_a_chunk_and_no_longer),
        TEST(a_listener_without_credit_loses_the_oldest_and_is_told_how_many),
        TEST(lost_events_are_counted_in_the_next_one),
        TEST(all_listeners_of_a_session_hold_a_mebibyte_together),
        TEST(a_view_that_does_not_read_costs_the_emitter_nothing),
        TEST(events_wait_for_the_record_of_their_call),
        TEST(events_without_their_record_end_with_their_session),
        TEST(a_plugins_event_reaches_its_own_view_and_no_other),
        TEST(events_that_a_plugin_may_not_send_end_it),
        TEST(an_event_that_no_endpoint_takes_ends_its_plugin),
        TEST(an_emitted_payload_of_too_many_values_is_too_large),
        TEST(a_plugin_that_floods_events_fills_nothing),
        TEST(events_of_a_plugin_come_at_a_pace_and_all_of_them),
    };
    return sodium_init() < 0 ? 1 : test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
