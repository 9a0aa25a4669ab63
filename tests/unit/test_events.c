/* Events between views, and the ids of what plugins keep open, through the real broker. */
#include "tests/unit/stream_bench.h"

#include "base/fd.h"

#include <sodium.h>
#include <sys/socket.h>

static struct bench bench;

static uint64_t n_violations(void)
{
    return bench.broker.views.slots[bench.end.slot].n_violations;
}

static void forget_welcome(void)
{
    tb_buffer_consume(&bench.end.from_broker, tb_buffer_n(&bench.end.from_broker));
}

/* One view, `main`, that may emit as far as that. */
static void begin_one(enum bench_events events)
{
    bench_init(&bench, TB_MODE_RELAY, TB_ON_VIOLATION_LOCK, BENCH_ALL);
    bench_hello(&bench, secret);
    const struct bench_policy policy = {
        .commands = (1u << BENCH_ALL) - 1, .memory_mib = 64, .events = events, .resources = 1};
    bench_reload(&bench, &policy);
    forget_welcome();
}

/* And `settings`, which is silent first. */
static void begin_two(enum bench_events events)
{
    begin_one(events);
    bench_open_second(&bench);
    bench_hello(&bench, secret);
    forget_welcome();
    bench_switch(&bench);
}

/* ---- calls ---- */

struct text {
    struct tb_buffer out;
    struct tb_packer packer;
};

static struct tb_packer *begin_args(struct text *text, size_t n)
{
    tb_buffer_init(&text->out, TB_FRAME_MAX);
    tb_packer_init(&text->packer, &text->out);
    tb_pack_map(&text->packer, 1);
    tb_pack_key(&text->packer, "args");
    tb_pack_map(&text->packer, n);
    return &text->packer;
}

static struct tb_handle call_with(enum bench_command command, struct text *text)
{
    CHECK(!text->packer.failed);
    struct tb_handle handle = stream_call(&bench, command, tb_buffer_bytes(&text->out));
    tb_buffer_deinit(&text->out);
    return handle;
}

static struct tb_handle listen_at(const char *event, const char *kind, const char *label)
{
    struct text text;
    struct tb_packer *packer = begin_args(&text, 2);
    tb_pack_key_text(packer, "event", event);
    tb_pack_key(packer, "target");
    tb_pack_map(packer, label ? 2 : 1);
    tb_pack_key_text(packer, "kind", kind);
    if (label)
        tb_pack_key_text(packer, "label", label);
    return call_with(BENCH_LISTEN, &text);
}

/* A listener that hears everything of that name. Its id follows. */
static struct tb_handle listener_of(const char *event)
{
    struct tb_handle handle = listen_at(event, "Any", NULL);
    struct stream_seen seen = stream_take(&bench, TB_CHUNK, &handle, 0);
    CHECK(seen.type == TB_CHUNK_VALUE && seen.value > 0);
    return handle;
}

static struct tb_handle emit_bytes(const char *event, size_t n)
{
    struct text text;
    struct tb_packer *packer = begin_args(&text, 2);
    tb_pack_key_text(packer, "event", event);
    tb_pack_key(packer, "payload");
    tb_pack_bin(packer, tb_bytes_of(stream_zeros, n));
    return call_with(BENCH_EMIT, &text);
}

static struct tb_handle emit_to(const char *event, const char *kind, const char *label)
{
    struct text text;
    struct tb_packer *packer = begin_args(&text, 2);
    tb_pack_key_text(packer, "event", event);
    tb_pack_key(packer, "target");
    if (kind) {
        tb_pack_map(packer, label ? 2 : 1);
        tb_pack_key_text(packer, "kind", kind);
        if (label)
            tb_pack_key(packer, "label");
    }
    if (label)
        tb_pack_str(packer, tb_bytes_of_string(label));
    return call_with(BENCH_EMIT_TO, &text);
}

static enum tb_code answer_to(const struct tb_handle *handle)
{
    return stream_take(&bench, TB_REPLY, handle, 0).code;
}

/* Emits a small event and takes the answer, behind what its own listeners got: how many. */
static uint32_t emit_small(const char *event)
{
    uint32_t n = 0;
    struct stream_seen seen;
    struct tb_handle handle = emit_bytes(event, 1);
    for (;; n++) {
        CHECK(stream_look(&bench, &seen));
        if (seen.kind == TB_REPLY)
            break;
        CHECK(seen.kind == TB_CHUNK && seen.type == TB_CHUNK_MESSAGE);
    }
    CHECK(tb_handle_equal(&seen.handle, &handle) && seen.code == TB_CODE_NONE);
    return n;
}

/* What the silent endpoint has been sent in the meantime. */
static uint32_t heard_by_other(void)
{
    uint32_t n = 0;
    struct stream_seen seen;
    bench_switch(&bench);
    while (stream_look(&bench, &seen))
        n++;
    bench_switch(&bench);
    return n;
}

static struct tb_listener *first_listener(void)
{
    return bench_session(&bench)->listeners;
}

/* ---- listening ---- */

static void a_listener_hears_its_event_until_it_is_cancelled(void)
{
    begin_one(BENCH_EVENTS_OWN);
    struct tb_handle handle = listener_of("saved");
    CHECK_INT(bench_session(&bench)->n_streams, 1);
    CHECK_INT(emit_small("saved"), 1);
    CHECK_INT(emit_small("other"), 0);
    stream_cancel(&bench, &handle, 1);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 2).code, TB_CODE_CANCELLED);
    CHECK_INT(emit_small("saved"), 0);
    CHECK(!first_listener() && bench_session(&bench)->calls.n_used == 0);
    bench_deinit(&bench);
}

static struct tb_handle unlisten(const char *event, uint64_t id)
{
    struct text text;
    struct tb_packer *packer = begin_args(&text, 2);
    tb_pack_key_text(packer, "event", event);
    tb_pack_key_uint(packer, "eventId", id);
    return call_with(BENCH_UNLISTEN, &text);
}

static void unlisten_ends_the_call_of_its_id_and_no_other(void)
{
    begin_one(BENCH_EVENTS_OWN);
    struct tb_handle first = listener_of("saved");
    struct tb_handle second = listener_of("saved");
    uint64_t id = first_listener()->id;
    CHECK(first_listener()->next->id != id);
    struct tb_handle handle = unlisten("other", id);
    CHECK_INT(answer_to(&handle), TB_CODE_NONE);
    CHECK_INT(emit_small("saved"), 2);
    handle = unlisten("saved", id);
    CHECK_INT(stream_take(&bench, TB_REPLY, &first, 2).code, TB_CODE_NONE);
    CHECK_INT(answer_to(&handle), TB_CODE_NONE);
    CHECK_INT(emit_small("saved"), 1);
    stream_cancel(&bench, &second, 1);
    bench_deinit(&bench);
}

static void wrong_arguments_are_told(void)
{
    static const char *const bad_names[] = {"", "a b", "caf\xc3\xa9", "a.b"};
    struct text text;
    begin_one(BENCH_EVENTS_ALL);
    for (size_t i = 0; i < TB_ARRAY_LEN(bad_names); i++) {
        struct tb_handle handle = emit_bytes(bad_names[i], 1);
        CHECK_INT(answer_to(&handle), TB_CODE_INVALID_ARGS);
    }
    struct tb_handle handle = listen_at("saved", "Everything", NULL);
    CHECK_INT(answer_to(&handle), TB_CODE_INVALID_ARGS);
    handle = listen_at("saved", "Window", NULL);
    CHECK_INT(answer_to(&handle), TB_CODE_INVALID_ARGS);
    handle = listen_at("saved", "Window", "no label");
    CHECK_INT(answer_to(&handle), TB_CODE_INVALID_ARGS);
    handle = stream_call(&bench, BENCH_LISTEN, NO_ARGS);
    CHECK_INT(answer_to(&handle), TB_CODE_INVALID_ARGS);
    tb_pack_key_text(begin_args(&text, 1), "event", "saved"); /* no target */
    handle = call_with(BENCH_EMIT_TO, &text);
    CHECK_INT(answer_to(&handle), TB_CODE_INVALID_ARGS);
    handle = stream_call(&bench, BENCH_EMIT, MORE_ARGS);
    CHECK_INT(answer_to(&handle), TB_CODE_INVALID_ARGS);
    CHECK(!first_listener() && stream_quiet(&bench));
    bench_deinit(&bench);
}

static void there_are_as_many_listeners_as_streams(void)
{
    begin_one(BENCH_EVENTS_OWN);
    for (int i = 0; i < TB_SESSION_STREAMS; i++)
        (void)listener_of("saved");
    struct tb_handle handle = listen_at("saved", "Any", NULL);
    CHECK_INT(answer_to(&handle), TB_CODE_LIMIT);
    CHECK_INT(emit_small("saved"), TB_SESSION_STREAMS);
    bench_deinit(&bench);
}

/* ---- who hears what ---- */

static void targets_match_as_tauris_do(void)
{
    static const struct {
        const char *to;
        const char *to_label;
        const char *at;
        const char *at_label;
        bool heard;
    } rows[] = {
        {"Any", NULL, "Window", "main", true},
        {"Window", "main", "Any", NULL, true},
        {"App", NULL, "Any", NULL, true},
        {"App", NULL, "App", NULL, true},
        {"App", NULL, "Window", "main", false},
        {"App", NULL, "AnyLabel", "main", false},
        {"AnyLabel", "main", "App", NULL, false},
        {"AnyLabel", "main", "Window", "main", true},
        {"AnyLabel", "main", "Webview", "main", true},
        {"AnyLabel", "main", "WebviewWindow", "main", true},
        {"AnyLabel", "main", "AnyLabel", "main", true},
        {"AnyLabel", "main", "Window", "other", false},
        {"Window", "main", "Window", "main", true},
        {"Window", "main", "AnyLabel", "main", true},
        {"Window", "main", "Webview", "main", false},
        {"Window", "main", "WebviewWindow", "main", false},
        {"Webview", "main", "Webview", "main", true},
        {"Webview", "main", "AnyLabel", "main", true},
        {"Webview", "main", "Window", "main", false},
        {"WebviewWindow", "main", "WebviewWindow", "main", true},
        {"WebviewWindow", "main", "AnyLabel", "main", true},
        {"WebviewWindow", "main", "Window", "main", false},
        {NULL, "main", "Window", "main", true}, /* a label alone */
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(rows); i++) {
        begin_one(BENCH_EVENTS_ALL);
        struct tb_handle listener = listen_at("saved", rows[i].at, rows[i].at_label);
        (void)stream_take(&bench, TB_CHUNK, &listener, 0);
        struct tb_handle handle = emit_to("saved", rows[i].to, rows[i].to_label);
        if (rows[i].heard)
            (void)stream_take(&bench, TB_CHUNK, &listener, 1);
        CHECK_INT(answer_to(&handle), TB_CODE_NONE);
        CHECK(stream_quiet(&bench));
        bench_deinit(&bench);
    }
}

static void policy_says_which_views_an_event_reaches(void)
{
    static const struct {
        enum bench_events events;
        enum tb_code to_settings;
        uint32_t heard; /* of one `emit` and one `emit_to` that view */
    } rows[] = {
        {BENCH_EVENTS_OWN, TB_CODE_SCOPE, 0},    {BENCH_EVENTS_ALL, TB_CODE_NONE, 2},
        {BENCH_EVENTS_NAMED, TB_CODE_NONE, 2},   {BENCH_EVENTS_ANY, TB_CODE_NONE, 2},
        {BENCH_EVENTS_DENIED, TB_CODE_SCOPE, 0},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(rows); i++) {
        begin_two(rows[i].events);
        bench_switch(&bench);
        (void)listener_of("saved");
        bench_switch(&bench);
        (void)listener_of("saved");
        CHECK_INT(emit_small("saved"), 1); /* its own listener always hears it */
        struct tb_handle handle = emit_to("saved", "AnyLabel", "settings");
        struct stream_seen seen;
        do
            CHECK(stream_look(&bench, &seen));
        while (seen.kind != TB_REPLY);
        CHECK(tb_handle_equal(&seen.handle, &handle));
        CHECK_INT(seen.code, rows[i].to_settings);
        CHECK_INT(heard_by_other(), rows[i].heard);
        bench_deinit(&bench);
    }
}

/* The scope names `settings` alone, and `settings` answers to it: so it may tell itself, and not
 * `main`. */
static void a_scope_names_labels_exactly(void)
{
    begin_two(BENCH_EVENTS_NAMED);
    (void)listener_of("saved");
    bench_switch(&bench);
    CHECK_INT(emit_small("saved"), 0);
    struct tb_handle handle = emit_to("saved", "AnyLabel", "main");
    CHECK_INT(answer_to(&handle), TB_CODE_SCOPE);
    handle = emit_to("saved", "AnyLabel", "setting");
    CHECK_INT(answer_to(&handle), TB_CODE_SCOPE);
    handle = emit_to("saved", "AnyLabel", "settings");
    CHECK_INT(answer_to(&handle), TB_CODE_NONE);
    CHECK_INT(heard_by_other(), 0);
    bench_deinit(&bench);
}

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

/* ---- plugins ---- */

static uint64_t start_plugin(void)
{
    struct tb_handle handle = stream_call(&bench, BENCH_ECHO, NO_ARGS);
    uint64_t number = stream_live(&bench, &handle)->number;
    bench_plugin_answer(&bench, number);
    (void)stream_take(&bench, TB_REPLY, &handle, 0);
    tb_buffer_consume(&bench.to_plugin, tb_buffer_n(&bench.to_plugin));
    return bench_session(&bench)->plugins[0].ids;
}

static void begin_emit(struct stream_says *says, const char *event, size_t n)
{
    tb_buffer_init(&says->out, TB_FRAME_MAX);
    says->plain = tb_plain_begin(&says->packer, &says->out, TB_PLUGIN_EMIT);
    tb_pack_map(&says->packer, 2);
    tb_pack_key_text(&says->packer, "event", event);
    tb_pack_key(&says->packer, "payload");
    tb_pack_bin(&says->packer, tb_bytes_of(stream_zeros, n));
}

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

/* However many come at once, and whatever the plugin does next. */
static void after_each_event_of_a_plugin_others_have_their_turn(void)
{
    enum { MANY = 20 };
    struct stream_says says;
    begin_emit(&says, "test://changed", 1);
    begin_one(BENCH_EVENTS_OWN);
    struct tb_handle handle = listener_of("test://changed");
    (void)start_plugin();
    CHECK_INT(tb_plain_finish(&says.plain, &says.packer, none), TB_OK);
    for (int i = 0; i < MANY; i++)
        CHECK_INT(tb_fd_write_all(bench.plugin, tb_buffer_bytes(&says.out)), 0);
    CHECK_INT(tb_loop_wait(&bench.broker.loop, 0, &bench.broker.now_ns), 0);
    CHECK(tb_route_may_resume(&bench.broker));
    CHECK_INT(bench_session(&bench)->plugins[0].link.paused, 1);
    tb_fd_close(&bench.plugin);
    bench_run(&bench);
    for (uint64_t i = 1; i <= MANY; i++)
        CHECK_INT(stream_take(&bench, TB_CHUNK, &handle, i).type, TB_CHUNK_MESSAGE);
    CHECK_INT(bench_session(&bench)->plugins[0].token, 0);
    tb_buffer_deinit(&says.out);
    bench_deinit(&bench);
}

/* ---- resources ---- */

static struct tb_handle close_id(uint64_t rid)
{
    struct text text;
    tb_pack_key_uint(begin_args(&text, 1), "rid", rid);
    return call_with(BENCH_CLOSE, &text);
}

static void a_resource_is_closed_by_the_plugin_whose_id_it_is(void)
{
    begin_one(BENCH_EVENTS_OWN);
    uint64_t ids = start_plugin();
    CHECK(ids != 0 && (ids & UINT32_MAX) == 0);
    struct tb_handle handle = close_id(ids | 77);
    struct tb_live_call *call = stream_live(&bench, &handle);
    CHECK(call->at_plugin && call->plugin == 0);
    (void)plugin_takes(&bench, TB_PLUGIN_CALL, call->number);
    bench_plugin_answer(&bench, call->number);
    CHECK_INT(answer_to(&handle), TB_CODE_NONE);
    bench_deinit(&bench);
}

static void ids_of_nobody_are_not_found(void)
{
    begin_one(BENCH_EVENTS_OWN);
    uint64_t ids = start_plugin();
    const uint64_t foreign[] = {0, 77, ids + (UINT64_C(1) << 32), ids ^ UINT64_MAX << 63};
    for (size_t i = 0; i < TB_ARRAY_LEN(foreign); i++) {
        struct tb_handle handle = close_id(foreign[i]);
        CHECK_INT(answer_to(&handle), TB_CODE_NOT_FOUND);
    }
    struct tb_handle handle = stream_call(&bench, BENCH_CLOSE, NO_ARGS);
    CHECK_INT(answer_to(&handle), TB_CODE_NOT_FOUND);
    struct stream_told told;
    CHECK(!plugin_told(&bench, &told));
    bench_deinit(&bench);
}

static void ids_of_an_instance_end_with_it(void)
{
    begin_one(BENCH_EVENTS_OWN);
    uint64_t ids = start_plugin();
    tb_fd_close(&bench.plugin);
    bench_run(&bench);
    struct tb_handle handle = close_id(ids | 1);
    CHECK_INT(answer_to(&handle), TB_CODE_NOT_FOUND);
    bench_deinit(&bench);
}

static void ids_of_another_view_are_not_found(void)
{
    begin_two(BENCH_EVENTS_ALL);
    uint64_t ids = start_plugin();
    bench_switch(&bench);
    struct tb_handle handle = close_id(ids | 1);
    CHECK_INT(answer_to(&handle), TB_CODE_NOT_FOUND);
    bench_deinit(&bench);
}

static void a_plugin_that_keeps_nothing_open_is_never_asked(void)
{
    bench_init(&bench, TB_MODE_RELAY, TB_ON_VIOLATION_LOCK, BENCH_ALL);
    bench_hello(&bench, secret);
    forget_welcome();
    uint64_t ids = start_plugin();
    struct tb_handle handle = close_id(ids | 1);
    CHECK_INT(answer_to(&handle), TB_CODE_NOT_FOUND);
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

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(a_listener_hears_its_event_until_it_is_cancelled),
        TEST(unlisten_ends_the_call_of_its_id_and_no_other),
        TEST(wrong_arguments_are_told),
        TEST(there_are_as_many_listeners_as_streams),
        TEST(targets_match_as_tauris_do),
        TEST(policy_says_which_views_an_event_reaches),
        TEST(a_scope_names_labels_exactly),
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
        TEST(after_each_event_of_a_plugin_others_have_their_turn),
        TEST(a_resource_is_closed_by_the_plugin_whose_id_it_is),
        TEST(ids_of_nobody_are_not_found),
        TEST(ids_of_an_instance_end_with_it),
        TEST(ids_of_another_view_are_not_found),
        TEST(a_plugin_that_keeps_nothing_open_is_never_asked),
    };
    return sodium_init() < 0 ? 1 : test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
