/* Events between views, through the real broker: who hears what. */
#include "tests/unit/event_call.h"

#include <sodium.h>

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

/* A listener is told no more than the name. */
static void a_page_cannot_pass_for_a_plugin(void)
{
    begin_two(BENCH_EVENTS_ALL);
    bench_switch(&bench);
    (void)listener_of("test://changed");
    (void)listener_of("tests://changed");
    (void)listener_of("test:/changed");
    bench_switch(&bench);
    (void)listener_of("test://changed");
    CHECK_INT(emit_small("test://changed"), 0);
    CHECK_INT(heard_by_other(), 0);
    CHECK_INT(emit_small("tests://changed"), 0);
    CHECK_INT(emit_small("test:/changed"), 0);
    CHECK_INT(heard_by_other(), 2);
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
        TEST(a_page_cannot_pass_for_a_plugin),
    };
    return sodium_init() < 0 ? 1 : test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
