/* What becomes of large bodies when endpoint, plugin or policy goes away meanwhile, and of those
 * that do not become a call. */
#include "tests/unit/raw_bench.h"

/* ---- ends in the middle ---- */

static void a_plugin_that_dies_does_not_take_back_what_is_being_sent(void)
{
    begin(TB_MODE_DIRECT);
    struct tb_handle handle = stream_call(&bench, ECHO, NO_ARGS);
    bench.deaf = true;
    put_body(TB_BULK_IN, BODY_MAX);
    plugin_replies_at(heard(TB_PLUGIN_CALL).call, TB_BULK_IN, BODY_MAX);
    CHECK_INT(bench_session(&bench)->link.pieces.n, 1);
    tb_fd_close(&bench.plugin);
    tb_fd_close(&bench.memory);
    bench_run(&bench);
    bench_check(&bench);
    CHECK(!plugin()->bulk && !is_mapped());
    CHECK_INT(bench_session(&bench)->link.pieces.n, 1);
    bench.deaf = false;
    bench_run(&bench);
    check_reply(&handle, BODY_MAX);
    end();
}

/* Answers a call of its own from its pool, and dies. */
static void an_instance_answers_and_dies(size_t n)
{
    plugin()->back_off.not_before_ns = 0;
    struct tb_handle handle = stream_call(&bench, ECHO, NO_ARGS);
    put_body(TB_BULK_IN, n);
    plugin_replies_at(stream_live(&bench, &handle)->number, TB_BULK_IN, n);
    tb_fd_close(&bench.plugin);
    tb_fd_close(&bench.memory);
    bench_run(&bench);
    bench_check(&bench);
}

/* Else an endpoint that does not read would have each of them hold a pool. */
static void answers_that_nobody_reads_keep_no_pool_of_instances_that_ended(void)
{
    begin(TB_MODE_DIRECT);
    bench.deaf = true;
    an_instance_answers_and_dies(BODY_MAX); /* more than the socket holds */
    for (uint32_t i = 2; i < 5; i++) {
        an_instance_answers_and_dies(TB_POOLED_MIN);
        CHECK_INT(bench_session(&bench)->link.pieces.n, i);
        CHECK(!is_mapped());
    }
    end();
}

static void a_session_that_closes_drops_what_is_being_sent(void)
{
    begin(TB_MODE_DIRECT);
    (void)stream_call(&bench, ECHO, NO_ARGS);
    bench.deaf = true;
    plugin_replies_at(heard(TB_PLUGIN_CALL).call, TB_BULK_IN, BODY_MAX);
    CHECK_INT(bench_session(&bench)->link.pieces.n, 1);
    tb_fd_close(&bench.end.view);
    bench_run(&bench);
    CHECK(!bench_session(&bench) && !is_mapped());
    end();
}

static void a_session_that_closes_in_the_middle_of_a_body_leaves_nothing(void)
{
    struct tb_buffer rest;
    begin(TB_MODE_DIRECT);
    (void)call_half_with(N_BODY, N_BODY / 2, &rest);
    CHECK(bench_session(&bench)->body);
    tb_fd_close(&bench.end.view);
    bench_run(&bench);
    CHECK(!bench_session(&bench) && !is_mapped());
    tb_buffer_deinit(&rest);
    end();
}

static void kill_plugin(void)
{
    tb_fd_close(&bench.plugin);
    bench_run(&bench);
    bench_check(&bench);
    CHECK(!plugin()->bulk);
}

/* With and without a new instance, whose pool is another. */
static void a_body_whose_plugin_dies_meanwhile_goes_to_no_other(void)
{
    for (int again = 0; again < 2; again++) {
        struct tb_buffer rest;
        begin(TB_MODE_DIRECT);
        struct tb_handle handle = call_half_with(N_BODY, N_BODY / 2, &rest);
        kill_plugin();
        CHECK(bench_session(&bench)->body && is_mapped());
        if (again > 0) {
            CHECK_INT(tb_launch(&bench.broker, plugin()), TB_OK);
            bench_run(&bench);
            CHECK(plugin()->bulk);
        }
        send_rest(&rest);
        CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 0).code, TB_CODE_PLUGIN_CRASHED);
        CHECK_INT(n_taken(), 0);
        CHECK_INT(bench_session(&bench)->calls.n_used, 0);
        (void)call_with(N_BODY); /* and the next one is dispatched */
        CHECK_INT(bench_session(&bench)->calls.n_used, 1);
        end();
    }
}

static void a_reload_that_replaces_the_plugin_leaves_its_body_behind(void)
{
    struct tb_buffer rest;
    const struct bench_policy wider = {.commands = 7, .scope = 1, .memory_mib = 64};
    begin(TB_MODE_DIRECT);
    struct tb_handle handle = call_half_with(N_BODY, N_BODY / 2, &rest);
    bench_reload(&bench, &wider);
    CHECK(!plugin()->bulk && bench_session(&bench)->body);
    send_rest(&rest);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 0).code, TB_CODE_PLUGIN_CRASHED);
    end();
}

static void a_reload_that_revokes_the_command_denies_the_call(void)
{
    struct tb_buffer rest;
    const struct bench_policy without = {.commands = 6, .memory_mib = 64};
    begin(TB_MODE_DIRECT);
    struct tb_handle handle = session_issued(&bench, ECHO);
    struct tb_handle same = call_half_with(N_BODY, N_BODY / 2, &rest);
    CHECK(tb_handle_equal(&handle, &same));
    bench_reload(&bench, &without);
    send_rest(&rest);
    struct stream_seen seen;
    CHECK(stream_look(&bench, &seen));
    CHECK(seen.kind == TB_REPLY && seen.code == TB_CODE_DENIED && !seen.has_next);
    CHECK_INT(n_taken(), 0);
    end();
}

/* ---- what does not become a call ---- */

static void a_call_that_is_refused_gives_its_block_back(void)
{
    struct tb_buffer rest;
    begin(TB_MODE_DIRECT);
    struct tb_handle handle = call_half_with(N_BODY, N_BODY / 2, &rest);
    tb_audit_lost(&bench.broker.audit);
    send_rest(&rest);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 0).code, TB_CODE_AUDIT_UNAVAILABLE);
    CHECK_INT(n_taken(), 0);
    end();
}

static void a_forged_call_is_a_violation_and_gives_its_block_back(void)
{
    bench_init(&bench, TB_MODE_DIRECT, TB_ON_VIOLATION_DENY, BENCH_COMMANDS);
    bench_hello(&bench, secret);
    (void)stream_call(&bench, ECHO, NO_ARGS);
    struct tb_handle handle = session_issued(&bench, ECHO);
    struct tb_buffer out = frame_of(&handle, N_BODY);
    out.data[out.start + 40] ^= 1; /* in the sealed part */
    bench_send(&bench, tb_bytes_of(tb_buffer_bytes(&out).data, N_BODY / 2));
    tb_buffer_consume(&out, N_BODY / 2);
    CHECK(bench_session(&bench)->body);
    CHECK_INT(n_violations(), 0);
    send_rest(&out);
    CHECK_INT(n_violations(), 1);
    CHECK(!bench_session(&bench)->body);
    CHECK_INT(n_taken(), 0);
    end();
}

/* The plugin could read it, and nobody has let it. */
static void a_body_that_will_be_refused_gets_no_block(void)
{
    struct tb_buffer rest;
    const struct bench_policy without = {.commands = 6, .memory_mib = 64};
    begin(TB_MODE_DIRECT);
    struct tb_handle twin = stream_call(&bench, 2, NO_ARGS); /* keeps the plugin running */
    struct tb_handle handle = session_issued(&bench, ECHO);
    bench_reload(&bench, &without);
    CHECK(plugin()->bulk);
    rest = frame_of(&handle, N_BODY);
    bench_send(&bench, tb_bytes_of(tb_buffer_bytes(&rest).data, N_BODY / 2));
    CHECK(!bench_session(&bench)->body);
    tb_buffer_consume(&rest, N_BODY / 2);
    send_rest(&rest);
    CHECK(pread(bench.memory, other, N_BODY, 0) == N_BODY && sodium_is_zero(other, N_BODY));
    bench_plugin_answer(&bench, stream_live(&bench, &twin)->number);
    end();
}

static void an_unlogged_body_gets_no_block(void)
{
    struct tb_buffer rest;
    begin(TB_MODE_DIRECT);
    tb_audit_lost(&bench.broker.audit);
    (void)call_half_with(N_BODY, N_BODY / 2, &rest);
    CHECK(!bench_session(&bench)->body);
    send_rest(&rest);
    end();
}

static void a_body_without_a_handle_gets_no_block(void)
{
    struct tb_buffer rest;
    const struct tb_handle foreign = {{9}};
    begin(TB_MODE_DIRECT);
    rest = frame_of(&foreign, N_BODY);
    bench_send(&bench, tb_bytes_of(tb_buffer_bytes(&rest).data, N_BODY / 2));
    CHECK(!bench_session(&bench)->body);
    CHECK_INT(n_taken(), 0);
    tb_buffer_consume(&rest, N_BODY / 2);
    send_rest(&rest);
    CHECK(!bench_session(&bench) && n_violations() == 1);
    end();
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(a_plugin_that_dies_does_not_take_back_what_is_being_sent),
        TEST(answers_that_nobody_reads_keep_no_pool_of_instances_that_ended),
        TEST(a_session_that_closes_drops_what_is_being_sent),
        TEST(a_session_that_closes_in_the_middle_of_a_body_leaves_nothing),
        TEST(a_body_whose_plugin_dies_meanwhile_goes_to_no_other),
        TEST(a_reload_that_replaces_the_plugin_leaves_its_body_behind),
        TEST(a_reload_that_revokes_the_command_denies_the_call),
        TEST(a_call_that_is_refused_gives_its_block_back),
        TEST(a_forged_call_is_a_violation_and_gives_its_block_back),
        TEST(a_body_that_will_be_refused_gets_no_block),
        TEST(an_unlogged_body_gets_no_block),
        TEST(a_body_without_a_handle_gets_no_block),
    };
    return sodium_init() < 0 ? 1 : test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
