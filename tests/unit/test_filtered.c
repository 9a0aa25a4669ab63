/* Rules and schemas where the broker asks them: what goes on to the plugin, what the page is told,
 * and what the host is. */
#include "tests/unit/event_call.h"

#include <sodium.h>

#define ALL ((1u << BENCH_ALL) - 1)

/* What the manifest would say, written down as the compiler does. */
static struct tb_buffer rules;
static struct tb_buffer schema;
static struct tb_packer rules_packer;
static uint32_t n_rules;

static void begin_filters(void)
{
    tb_buffer_init(&rules, TB_GRANT_MAX);
    tb_buffer_init(&schema, TB_GRANT_MAX);
    tb_packer_init(&rules_packer, &rules);
    n_rules = 0;
}

/* The argument of that name, or NULL: the rule is for every call. */
static void begin_rule(const char *then, const char *argument, uint64_t equals, bool edits)
{
    struct tb_packer *packer = &rules_packer;
    tb_pack_map(packer, 5u + edits);
    tb_pack_key_text(packer, "file", "trollbridge.toml");
    tb_pack_key_uint(packer, "line", 10u + n_rules++);
    tb_pack_key_text(packer, "then", then);
    tb_pack_key_text(packer, "message", "as it says");
    tb_pack_key(packer, "when");
    tb_pack_array(packer, argument != NULL);
    if (!argument)
        return;
    tb_pack_map(packer, 3);
    tb_pack_key_text(packer, "op", "equals");
    tb_pack_key(packer, "path");
    tb_pack_array(packer, 1);
    tb_pack_str(packer, tb_bytes_of_string(argument));
    tb_pack_key_uint(packer, "value", equals);
}

static void rule(const char *then, const char *argument, uint64_t equals)
{
    begin_rule(then, argument, equals, false);
}

static struct tb_packer *begin_set(const char *when, uint64_t equals, const char *argument)
{
    begin_rule("rewrite", when, equals, true);
    tb_pack_key(&rules_packer, "set");
    tb_pack_array(&rules_packer, 1);
    tb_pack_array(&rules_packer, 2);
    tb_pack_array(&rules_packer, 1);
    tb_pack_str(&rules_packer, tb_bytes_of_string(argument));
    return &rules_packer;
}

/* `a` is a number of at most 100, and there is nothing else. */
static void make_schema(void)
{
    struct tb_packer packer;
    tb_packer_init(&packer, &schema);
    tb_pack_map(&packer, 5);
    tb_pack_key_text(&packer, "file", "trollbridge.toml");
    tb_pack_key_uint(&packer, "line", 7);
    tb_pack_key(&packer, "args");
    tb_pack_map(&packer, 1);
    tb_pack_key(&packer, "a");
    tb_pack_map(&packer, 4);
    tb_pack_key_uint(&packer, "types", 2);
    tb_pack_key_bool(&packer, "required", true);
    tb_pack_key_uint(&packer, "max", 100);
    tb_pack_key_bool(&packer, "more", false);
    tb_pack_key_bool(&packer, "more", false);
    tb_pack_key_uint(&packer, "raw_max", 10);
    CHECK(!packer.failed);
}

static void begin(void)
{
    static struct bench_filters filters;
    struct bench_policy policy = {
        .commands = ALL, .memory_mib = 64, .resources = 1, .filters = &filters};
    CHECK(!rules_packer.failed);
    filters = (struct bench_filters){tb_buffer_bytes(&rules), n_rules, tb_buffer_bytes(&schema)};
    begin_one(BENCH_EVENTS_OWN);
    bench_reload(&bench, &policy);
    CHECK_INT(bench_session(&bench)->grant->n_rules, n_rules);
    forget_welcome();
    tb_buffer_consume(&bench.to_host, tb_buffer_n(&bench.to_host));
}

static void end(void)
{
    bench_deinit(&bench);
    tb_buffer_deinit(&rules);
    tb_buffer_deinit(&schema);
}

static struct tb_handle call_a(uint64_t a)
{
    struct text text;
    struct tb_packer *packer = begin_args(&text, 1);
    tb_pack_key_uint(packer, "a", a);
    return call_with(BENCH_ECHO, &text);
}

/* The argument `a` of the next call that the plugin was told; false: it was told of none. */
static bool plugin_has(uint64_t *ret_a)
{
    struct tb_unpacker unpacker;
    struct tb_frame frame;
    struct tb_plaintext plaintext;
    const msgpack_object *root;
    size_t size;
    bool has = false;
    if (tb_frame_parse(TB_SIDE_PLUGIN, tb_buffer_bytes(&bench.to_plugin), &frame, &size))
        return false;
    CHECK_INT(tb_unpacker_init(&unpacker, &tb_scan_peer), 0);
    CHECK_INT(tb_plugin_unpack(&unpacker, frame.body, &plaintext, &root), TB_OK);
    for (uint32_t i = 0; frame.kind == TB_PLUGIN_CALL && i < root->via.map.size; i++)
        if (tb_bytes_are(tb_object_bytes(&root->via.map.ptr[i].key), "args"))
            *ret_a = stream_field(&root->via.map.ptr[i].val, "a", &has);
    bool is_init = frame.kind == TB_PLUGIN_INIT;
    tb_unpacker_deinit(&unpacker);
    tb_buffer_consume(&bench.to_plugin, size);
    return is_init ? plugin_has(ret_a) : has;
}

static uint32_t n_plugin_frames(void)
{
    struct stream_told told;
    uint32_t n = 0;
    while (plugin_told(&bench, &told))
        n++;
    return n;
}

static uint32_t n_alerts(void)
{
    struct tb_frame frame;
    size_t size;
    uint32_t n = 0;
    while (tb_frame_parse(TB_SIDE_HOST, tb_buffer_bytes(&bench.to_host), &frame, &size) == TB_OK) {
        n += frame.kind == TB_ALERT;
        tb_buffer_consume(&bench.to_host, size);
    }
    return n;
}

static void a_rule_denies_what_it_says(void)
{
    uint64_t a;
    begin_filters();
    rule("deny", "a", 7);
    begin();
    struct tb_handle handle = call_a(7);
    CHECK_INT(answer_to(&handle), TB_CODE_RULE);
    CHECK(!plugin_has(&a));
    (void)call_a(8);
    CHECK(plugin_has(&a) && a == 8);
    end();
}

static void the_plugin_gets_what_rules_have_made(void)
{
    uint64_t a;
    begin_filters();
    tb_pack_uint(begin_set("a", 7, "a"), 1000);
    tb_pack_uint(begin_set("a", 1000, "a"), 70000);
    begin();
    (void)call_a(7);
    CHECK(plugin_has(&a) && a == 70000);
    end();
}

static void a_rule_sees_what_those_before_it_have_made(void)
{
    uint64_t a;
    begin_filters();
    tb_pack_uint(begin_set("a", 7, "a"), 8);
    rule("deny", "a", 8);
    rule("deny", "a", 7);
    begin();
    struct tb_handle handle = call_a(7);
    CHECK_INT(answer_to(&handle), TB_CODE_RULE);
    CHECK(!plugin_has(&a));
    end();
}

static void args_are_judged_as_they_come_and_as_they_go(void)
{
    uint64_t a;
    begin_filters();
    make_schema();
    tb_pack_uint(begin_set("a", 500, "a"), 1); /* too late: it was refused as it came */
    tb_pack_uint(begin_set("a", 7, "a"), 500);
    tb_pack_uint(begin_set("a", 8, "b"), 1);
    tb_pack_uint(begin_set("a", 9, "a"), 10);
    begin();
    struct tb_handle handle = call_a(500);
    CHECK_INT(answer_to(&handle), TB_CODE_INVALID_ARGS);
    handle = call_a(7);
    CHECK_INT(answer_to(&handle), TB_CODE_INVALID_ARGS);
    handle = call_a(8);
    CHECK_INT(answer_to(&handle), TB_CODE_INVALID_ARGS);
    CHECK(!plugin_has(&a));
    (void)call_a(9);
    CHECK(plugin_has(&a) && a == 10);
    end();
}

/* How long a body that is still to come will be is not known. */
static void a_body_in_parts_is_more_than_raw_max(void)
{
    begin_filters();
    make_schema();
    begin();
    struct text text;
    tb_buffer_init(&text.out, TB_FRAME_MAX);
    tb_packer_init(&text.packer, &text.out);
    tb_pack_map(&text.packer, 2);
    tb_pack_key(&text.packer, "args");
    tb_pack_map(&text.packer, 1);
    tb_pack_key_uint(&text.packer, "a", 1);
    tb_pack_key_bool(&text.packer, "more", true);
    struct tb_handle handle = call_with(BENCH_ECHO, &text);
    CHECK_INT(answer_to(&handle), TB_CODE_INVALID_ARGS);
    CHECK_INT(n_plugin_frames(), 0);
    end();
}

static void the_brokers_own_commands_are_judged_too(void)
{
    begin_filters();
    rule("deny", "eventId", 1);
    begin();
    struct text text;
    struct tb_packer *packer = begin_args(&text, 2);
    tb_pack_key_text(packer, "event", "e");
    tb_pack_key_uint(packer, "eventId", 1);
    struct tb_handle handle = call_with(BENCH_UNLISTEN, &text);
    CHECK_INT(answer_to(&handle), TB_CODE_RULE);
    end();
}

/* Ten a second of each rule; the call goes on all the same. */
static void a_flood_of_alerts_drowns_nobody(void)
{
    uint64_t a;
    begin_filters();
    rule("alert", "a", 7);
    rule("alert", "a", 8);
    begin();
    for (int i = 0; i < 200; i++) {
        struct tb_handle handle = call_a(7);
        bench_plugin_answer(&bench, stream_live(&bench, &handle)->number);
        CHECK_INT(answer_to(&handle), TB_CODE_NONE);
        CHECK(plugin_has(&a) && a == 7);
    }
    uint32_t n = n_alerts();
    CHECK(n >= TB_TOLD_PER_S && n < 200);
    (void)call_a(8);
    CHECK_INT(n_alerts(), 1);
    end();
}

static void alerts_beyond_the_first_ones_are_counted(void)
{
    begin_filters();
    for (int i = 0; i < TB_FILTER_ALERTS_MAX + 3; i++)
        rule("alert", NULL, 0);
    begin();
    (void)call_a(7);
    CHECK_INT(n_alerts(), TB_FILTER_ALERTS_MAX + 1);
    end();
}

static void an_alert_is_raised_for_a_call_that_is_denied(void)
{
    begin_filters();
    rule("alert", NULL, 0);
    rule("deny", "a", 7);
    begin();
    struct tb_handle handle = call_a(7);
    CHECK_INT(answer_to(&handle), TB_CODE_RULE);
    CHECK_INT(n_alerts(), 1);
    end();
}

/* Args that are just within the limits, and would be beyond them with what a rule adds. */
static void what_grows_beyond_a_message_is_denied(void)
{
    enum { N = TB_MSGPACK_NODES - 64 };
    begin_filters();
    struct tb_packer *set = begin_set(NULL, 0, "b");
    tb_pack_array(set, 100);
    for (int i = 0; i < 100; i++)
        tb_pack_uint(set, 1);
    begin();
    struct text text;
    struct tb_packer *packer = begin_args(&text, 1);
    tb_pack_key(packer, "a");
    tb_pack_array(packer, N);
    for (int i = 0; i < N; i++)
        tb_pack_uint(packer, 1);
    struct tb_handle handle = call_with(BENCH_ECHO, &text);
    CHECK_INT(answer_to(&handle), TB_CODE_TOO_LARGE);
    CHECK_INT(n_plugin_frames(), 0);
    end();
}

/* Rules of another policy are asked as soon as it is in force, of a plugin that goes on running. */
static void a_reload_puts_other_rules_in_force(void)
{
    uint64_t a;
    begin_filters();
    begin();
    (void)call_a(7);
    CHECK(plugin_has(&a) && a == 7);
    uint64_t ids = bench_session(&bench)->plugins[0].ids;
    rule("deny", "a", 7);
    const struct bench_filters filters = {tb_buffer_bytes(&rules), n_rules, none};
    const struct bench_policy policy = {
        .commands = ALL, .memory_mib = 64, .resources = 1, .filters = &filters};
    bench_reload(&bench, &policy);
    struct tb_handle handle = call_a(7);
    CHECK_INT(answer_to(&handle), TB_CODE_RULE);
    CHECK(ids != 0 && bench_session(&bench)->plugins[0].ids == ids);
    end();
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(a_rule_denies_what_it_says),
        TEST(the_plugin_gets_what_rules_have_made),
        TEST(a_rule_sees_what_those_before_it_have_made),
        TEST(args_are_judged_as_they_come_and_as_they_go),
        TEST(a_body_in_parts_is_more_than_raw_max),
        TEST(the_brokers_own_commands_are_judged_too),
        TEST(a_flood_of_alerts_drowns_nobody),
        TEST(alerts_beyond_the_first_ones_are_counted),
        TEST(an_alert_is_raised_for_a_call_that_is_denied),
        TEST(what_grows_beyond_a_message_is_denied),
        TEST(a_reload_puts_other_rules_in_force),
    };
    return sodium_init() < 0 ? 1 : test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
