/* Large bodies through the real broker, there and back; and a plugin that lies about them. */
#include "tests/unit/raw_bench.h"

/* ---- there and back ---- */

static const size_t sizes[] = {TB_POOLED_MIN - 1, TB_POOLED_MIN, 65535, 65536, 65537, BODY_MAX};

static void check_sizes(enum tb_mode mode)
{
    begin(mode);
    for (size_t i = 0; i < TB_ARRAY_LEN(sizes); i++) {
        size_t n = sizes[i];
        struct tb_handle handle = call_with(n);
        struct told told = heard(TB_PLUGIN_CALL);
        CHECK(told.n == n && told.same);
        CHECK_INT(told.pooled, n >= TB_POOLED_MIN);
        CHECK_INT(n_taken(), told.pooled);
        put_body(TB_BULK_IN, n);
        plugin_replies_at(told.call, TB_BULK_IN, n);
        check_reply(&handle, n);
        if (told.pooled)
            plugin_releases(told.at);
        CHECK_INT(n_taken(), 0);
        handle = stream_call(&bench, ECHO, NO_ARGS); /* brings the RELEASE along */
        CHECK_INT(heard(TB_PLUGIN_RELEASE).at, TB_BULK_IN);
        bench_plugin_answer(&bench, heard(TB_PLUGIN_CALL).call);
        CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 0).value, 1);
    }
    end();
}

static void bodies_of_all_sizes_go_there_and_back_over_a_direct_link(void)
{
    check_sizes(TB_MODE_DIRECT);
}

static void bodies_of_all_sizes_go_there_and_back_over_a_relay(void)
{
    check_sizes(TB_MODE_RELAY);
}

static void the_first_call_has_its_body_behind_the_map(void)
{
    open_view(TB_MODE_DIRECT);
    (void)call_with(N_BODY);
    CHECK_INT(heard(TB_PLUGIN_INIT).kind, TB_PLUGIN_INIT);
    struct told told = heard(TB_PLUGIN_CALL);
    CHECK(told.n == N_BODY && told.same && !told.pooled);
    end();
}

static void a_body_in_any_number_of_parts_is_read_to_its_place(void)
{
    begin(TB_MODE_DIRECT);
    for (size_t step = 1; step < 70000; step = step * 3 + 7) {
        struct tb_handle handle = session_issued(&bench, ECHO);
        struct tb_buffer out = frame_of(&handle, N_BODY);
        for (bool aside = false; tb_buffer_n(&out) > 0;) {
            size_t n = step < 100 && aside ? 30011 : step;
            n = n < tb_buffer_n(&out) ? n : tb_buffer_n(&out);
            bench_send(&bench, tb_bytes_of(tb_buffer_bytes(&out).data, n));
            tb_buffer_consume(&out, n);
            bench_check(&bench);
            aside = bench_session(&bench)->body != NULL;
        }
        tb_buffer_deinit(&out);
        struct told told = heard(TB_PLUGIN_CALL);
        CHECK(told.pooled && told.n == N_BODY && told.same);
        plugin_releases(told.at);
        bench_plugin_answer(&bench, told.call);
    }
    CHECK_INT(n_taken(), 0);
    end();
}

static void small_calls_before_and_behind_a_large_body_keep_their_order(void)
{
    begin(TB_MODE_DIRECT);
    for (int i = 0; i < 3; i++) {
        (void)stream_call(&bench, ECHO, NO_ARGS);
        struct told small = heard(TB_PLUGIN_CALL);
        CHECK_INT(small.n, 0);
        (void)call_with(N_BODY);
        struct told large = heard(TB_PLUGIN_CALL);
        CHECK(large.pooled && large.same);
        bench_plugin_answer(&bench, small.call);
        bench_plugin_answer(&bench, large.call);
    }
    CHECK_INT(n_violations(), 0);
    end();
}

static void a_pool_that_is_full_leaves_bodies_behind_the_map(void)
{
    uint64_t at[TB_BLOCKS_MAX];
    size_t n_pooled = 0;
    struct told told;
    begin(TB_MODE_DIRECT);
    while (n_pooled < TB_ARRAY_LEN(at)) {
        (void)call_with(BODY_MAX);
        told = heard(TB_PLUGIN_CALL);
        CHECK(told.same);
        bench_plugin_answer(&bench, told.call);
        if (!told.pooled)
            break;
        at[n_pooled++] = told.at;
    }
    CHECK_INT(n_pooled, TB_BULK_IN / (17 * TB_BLOCK_UNIT)); /* each is a MiB and a little */
    CHECK(!told.pooled);
    (void)call_with(TB_POOLED_MIN); /* what still fits still goes there */
    CHECK(heard(TB_PLUGIN_CALL).pooled);
    plugin_releases(at[1]);
    (void)call_with(BODY_MAX);
    told = heard(TB_PLUGIN_CALL);
    CHECK(told.pooled && told.at == at[1] && told.same);
    end();
}

static void parts_of_streams_go_through_the_pool_too(void)
{
    begin(TB_MODE_DIRECT);
    struct tb_handle handle = stream_call(&bench, ECHO, MORE_ARGS);
    uint64_t number = heard(TB_PLUGIN_CALL).call;
    CHECK_INT(stream_take(&bench, TB_CREDIT, &handle, 0).credit, 0);
    memset(body, 0, 65536);
    stream_part(&bench, &handle, 1, 65536, true);
    struct told told = heard(TB_PLUGIN_CHUNK);
    CHECK(told.pooled && told.n == 65536 && told.same);
    plugin_releases(told.at);
    CHECK_INT(n_taken(), 0);
    plugin_chunks_at(number, TB_BULK_IN + 7, 65536);
    CHECK_INT(stream_take(&bench, TB_CHUNK, &handle, 1).n_raw, 65536);
    plugin_replies_at(number, TB_BULK_IN, 20000);
    struct stream_seen seen = stream_take(&bench, TB_REPLY, &handle, 2);
    CHECK(seen.n_raw == 20000 && seen.total == 85536);
    end();
}

/* ---- RELEASE towards the plugin ---- */

/* Calls that are answered from the pool, until the plugin is told something for no call's sake. */
static void a_plugin_is_told_at_once_when_much_is_its_own_again(void)
{
    size_t n = 0;
    begin(TB_MODE_DIRECT);
    while (tb_buffer_n(&bench.to_plugin) == 0) {
        struct told told;
        CHECK(n < TB_BULK_OUT);
        struct tb_handle handle = stream_call(&bench, ECHO, NO_ARGS);
        do
            CHECK(hear(&told));
        while (told.kind == TB_PLUGIN_RELEASE);
        plugin_replies_at(told.call, TB_BULK_IN, BODY_MAX);
        CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 0).n_raw, BODY_MAX);
        n += BODY_MAX;
    }
    CHECK_INT(heard(TB_PLUGIN_RELEASE).at, TB_BULK_IN);
    CHECK(n >= TB_BULK_OUT / 4);
    end();
}

static void the_answer_of_a_call_that_nobody_waits_for_is_released_too(void)
{
    begin(TB_MODE_DIRECT);
    struct tb_handle handle = stream_call(&bench, ECHO, NO_ARGS);
    uint64_t number = heard(TB_PLUGIN_CALL).call;
    stream_cancel(&bench, &handle, 1);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 0).code, TB_CODE_CANCELLED);
    CHECK_INT(heard(TB_PLUGIN_CANCEL).call, number);
    plugin_replies_at(number, TB_BULK_IN, N_BODY);
    CHECK(stream_quiet(&bench));
    (void)stream_call(&bench, ECHO, NO_ARGS);
    CHECK_INT(heard(TB_PLUGIN_RELEASE).at, TB_BULK_IN);
    end();
}

static void an_answer_that_does_not_fit_a_frame_is_released(void)
{
    begin(TB_MODE_DIRECT);
    struct tb_handle handle = stream_call(&bench, ECHO, NO_ARGS);
    plugin_replies_at(heard(TB_PLUGIN_CALL).call, TB_BULK_IN, TB_FRAME_MAX);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 0).code, TB_CODE_TOO_LARGE);
    (void)stream_call(&bench, ECHO, NO_ARGS);
    CHECK_INT(heard(TB_PLUGIN_RELEASE).at, TB_BULK_IN);
    end();
}

/* ---- a plugin that lies ---- */

static void check_ended(const struct tb_handle *handle)
{
    CHECK_INT(plugin()->state, TB_PLUGIN_IDLE);
    CHECK(!plugin()->bulk);
    CHECK_INT(stream_take(&bench, TB_REPLY, handle, 0).code, TB_CODE_PLUGIN_CRASHED);
    end();
}

static void a_release_of_what_is_not_held_ends_the_plugin(void)
{
    static const uint64_t offsets[] = {1, TB_BLOCK_UNIT, UINT64_MAX, TB_BULK_IN};
    for (size_t i = 0; i < TB_ARRAY_LEN(offsets); i++) {
        begin(TB_MODE_DIRECT);
        struct tb_handle handle = call_with(N_BODY);
        plugin_releases(heard(TB_PLUGIN_CALL).at + offsets[i]);
        check_ended(&handle);
    }
    begin(TB_MODE_DIRECT);
    struct tb_handle handle = call_with(N_BODY);
    uint64_t at = heard(TB_PLUGIN_CALL).at;
    plugin_releases(at);
    CHECK_INT(plugin()->state, TB_PLUGIN_RUNNING);
    plugin_releases(at);
    check_ended(&handle);
}

static void a_block_is_not_its_own_before_it_has_been_told_of_it(void)
{
    struct tb_buffer rest;
    begin(TB_MODE_DIRECT);
    struct tb_handle handle = call_half_with(N_BODY, N_BODY / 2, &rest);
    CHECK_INT(n_taken(), 1);
    plugin_releases(0);
    CHECK_INT(plugin()->state, TB_PLUGIN_IDLE);
    send_rest(&rest);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 0).code, TB_CODE_PLUGIN_CRASHED);
    end();
}

static void bytes_outside_of_its_part_end_the_plugin(void)
{
    static const struct {
        uint64_t at;
        uint64_t n;
    } wrong[] = {{0, 20000},
                 {TB_BULK_IN - 1, 20000},
                 {TB_BULK_IN + TB_BULK_OUT - 19999, 20000},
                 {TB_BULK_IN + TB_BULK_OUT, 1},
                 {TB_BULK_IN + TB_BULK_OUT + 1, 0},
                 {UINT64_MAX, 20000},
                 {UINT64_MAX - 10000, 20000},
                 {UINT64_C(1) << 32, 20000}};
    for (size_t i = 0; i < TB_ARRAY_LEN(wrong); i++) {
        begin(i % 2 == 0 ? TB_MODE_DIRECT : TB_MODE_RELAY);
        struct tb_handle handle = stream_call(&bench, ECHO, NO_ARGS);
        plugin_replies_at(heard(TB_PLUGIN_CALL).call, wrong[i].at, wrong[i].n);
        check_ended(&handle);
        begin(i % 2 == 0 ? TB_MODE_RELAY : TB_MODE_DIRECT);
        handle = stream_call(&bench, ECHO, NO_ARGS);
        plugin_chunks_at(heard(TB_PLUGIN_CALL).call, wrong[i].at, wrong[i].n);
        check_ended(&handle);
    }
}

/* It changes its answer between the read that seals and any other; it changes it while it goes out.
 * What it cannot change is how long it is. */
static void what_it_does_to_its_own_bytes_is_its_own_affair(void)
{
    begin(TB_MODE_DIRECT);
    struct tb_handle first = stream_call(&bench, ECHO, NO_ARGS);
    struct tb_handle second = stream_call(&bench, ECHO, NO_ARGS);
    uint64_t number = heard(TB_PLUGIN_CALL).call;
    bench.deaf = true;
    put_body(TB_BULK_IN, BODY_MAX);
    plugin_replies_at(number, TB_BULK_IN, BODY_MAX);
    CHECK_INT(bench_session(&bench)->link.pieces.n, 1); /* more than the socket holds */
    randombytes_buf(other, sizeof other);
    CHECK_INT(pwrite(bench.memory, other, BODY_MAX, TB_BULK_IN), BODY_MAX);
    CHECK_INT(fallocate(bench.memory, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                        TB_BULK_IN + BODY_MAX / 2, BODY_MAX),
              0);
    bench.deaf = false;
    bench_plugin_answer(&bench, heard(TB_PLUGIN_CALL).call);
    CHECK_INT(stream_take(&bench, TB_REPLY, &first, 0).n_raw, BODY_MAX);
    CHECK_INT(stream_take(&bench, TB_REPLY, &second, 0).value, 1);
    end();
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(bodies_of_all_sizes_go_there_and_back_over_a_direct_link),
        TEST(bodies_of_all_sizes_go_there_and_back_over_a_relay),
        TEST(the_first_call_has_its_body_behind_the_map),
        TEST(a_body_in_any_number_of_parts_is_read_to_its_place),
        TEST(small_calls_before_and_behind_a_large_body_keep_their_order),
        TEST(a_pool_that_is_full_leaves_bodies_behind_the_map),
        TEST(parts_of_streams_go_through_the_pool_too),
        TEST(a_plugin_is_told_at_once_when_much_is_its_own_again),
        TEST(the_answer_of_a_call_that_nobody_waits_for_is_released_too),
        TEST(an_answer_that_does_not_fit_a_frame_is_released),
        TEST(a_release_of_what_is_not_held_ends_the_plugin),
        TEST(a_block_is_not_its_own_before_it_has_been_told_of_it),
        TEST(bytes_outside_of_its_part_end_the_plugin),
        TEST(what_it_does_to_its_own_bytes_is_its_own_affair),
    };
    return sodium_init() < 0 ? 1 : test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
