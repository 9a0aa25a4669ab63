/* Large bodies through the real broker: between a direct link and the plugin's pool, and what
 * becomes of them when endpoint, plugin or policy goes away meanwhile. */
#include "base/clock.h"
#include "base/fd.h"
#include "tests/unit/stream_bench.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

enum { ECHO, BODY_MAX = TB_FRAME_MAX - 256, N_BODY = 200 * 1024 };

static struct bench bench;
static uint8_t body[BODY_MAX];
static uint8_t other[BODY_MAX];

static uint64_t n_violations(void)
{
    return bench.broker.views.slots[0].n_violations;
}

static struct tb_plugin *plugin(void)
{
    return &bench_session(&bench)->plugins[0];
}

static void open_view(enum tb_mode mode)
{
    bench_init(&bench, mode, TB_ON_VIOLATION_LOCK, BENCH_COMMANDS);
    bench_hello(&bench, secret);
    tb_buffer_consume(&bench.end.from_broker, tb_buffer_n(&bench.end.from_broker));
    randombytes_buf(body, sizeof body);
}

/* A call that starts the plugin and is answered, so that there is a pool. */
static void begin(enum tb_mode mode)
{
    struct tb_handle handle;
    open_view(mode);
    handle = stream_call(&bench, ECHO, NO_ARGS);
    bench_plugin_answer(&bench, stream_live(&bench, &handle)->number);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 0).value, 1);
    tb_buffer_consume(&bench.to_plugin, tb_buffer_n(&bench.to_plugin));
}

static bool is_mapped(void)
{
    char line[512];
    bool found = false;
    FILE *maps = fopen("/proc/self/maps", "re");
    CHECK(maps);
    while (fgets(line, sizeof line, maps))
        found |= strstr(line, "memfd:bench") != NULL;
    fclose(maps);
    return found;
}

/* Nothing of any pool outlives its session. */
static void end(void)
{
    bench_deinit(&bench);
    CHECK(!is_mapped());
}

static uint32_t n_taken(void)
{
    uint32_t n = 0;
    for (size_t i = 0; plugin()->bulk && i < TB_BLOCKS_MAX; i++)
        n += plugin()->bulk->blocks.at[i].n_units != 0;
    return n;
}

/* ---- what is said ---- */

static struct tb_buffer frame_of(const struct tb_handle *handle, size_t n)
{
    struct tb_buffer out;
    tb_buffer_init(&out, 2 * TB_FRAME_MAX);
    const struct tb_envelope envelope = {bench.end.keys.to_broker, *handle, 0};
    const struct tb_call call = {.has_raw = true, .raw = tb_bytes_of(body, n)};
    bool clear = bench_session(&bench)->mode == TB_MODE_DIRECT;
    CHECK_INT(tb_call_write(&out, &envelope, tb_bytes_of("\x80", 1), &call, clear), TB_OK);
    return out;
}

/* A CALL with the first n bytes of the body. */
static struct tb_handle call_with(size_t n)
{
    struct tb_handle handle = session_issued(&bench, ECHO);
    struct tb_buffer out = frame_of(&handle, n);
    bench_send(&bench, tb_buffer_bytes(&out));
    tb_buffer_deinit(&out);
    if (bench_session(&bench))
        bench_check(&bench);
    return handle;
}

/* The beginning of one; the rest is in *ret_rest, which is the caller's. */
static struct tb_handle call_half_with(size_t n, size_t n_first, struct tb_buffer *ret_rest)
{
    struct tb_handle handle = session_issued(&bench, ECHO);
    *ret_rest = frame_of(&handle, n);
    bench_send(&bench, tb_bytes_of(tb_buffer_bytes(ret_rest).data, n_first));
    tb_buffer_consume(ret_rest, n_first);
    bench_check(&bench);
    return handle;
}

static void send_rest(struct tb_buffer *rest)
{
    bench_send(&bench, tb_buffer_bytes(rest));
    tb_buffer_deinit(rest);
    if (bench_session(&bench))
        bench_check(&bench);
}

static void plugin_releases(uint64_t at)
{
    struct tb_buffer out;
    tb_buffer_init(&out, 256);
    CHECK_INT(tb_plugin_release_write(&out, at), TB_OK);
    bench_plugin_send(&bench, tb_buffer_bytes(&out));
    tb_buffer_deinit(&out);
    bench_check(&bench);
}

static void plugin_replies_at(uint64_t call, uint64_t at, uint64_t n)
{
    struct stream_says says;
    struct tb_packer *packer = stream_begin(&says, TB_PLUGIN_REPLY, 3, call);
    tb_pack_key_uint(packer, "bytes", n);
    tb_pack_key_uint(packer, "at", at);
    stream_end(&bench, &says, none);
}

static void plugin_chunks_at(uint64_t call, uint64_t at, uint64_t n)
{
    struct stream_says says;
    struct tb_packer *packer = stream_begin(&says, TB_PLUGIN_CHUNK, 3, call);
    tb_pack_key_uint(packer, "bytes", n);
    tb_pack_key_uint(packer, "at", at);
    stream_end(&bench, &says, none);
}

/* ---- what is heard ---- */

struct told {
    enum tb_kind kind;
    uint64_t call;
    uint64_t n;
    uint64_t at;
    bool pooled;
    bool same; /* its bytes are the body's */
};

/* The next frame that the plugin was sent; false: there is none. */
static bool hear(struct told *ret_told)
{
    struct tb_unpacker unpacker;
    struct tb_frame frame;
    struct tb_plaintext plaintext;
    const msgpack_object *root;
    bool has;
    size_t size;
    if (tb_frame_parse(TB_SIDE_PLUGIN, tb_buffer_bytes(&bench.to_plugin), &frame, &size))
        return false;
    CHECK_INT(tb_unpacker_init(&unpacker, &tb_scan_peer), 0);
    CHECK_INT(tb_plugin_unpack(&unpacker, frame.body, &plaintext, &root), TB_OK);
    *ret_told = (struct told){.kind = frame.kind, .call = stream_field(root, "call", &has)};
    ret_told->n = stream_field(root, "bytes", &has);
    ret_told->at = stream_field(root, "at", &ret_told->pooled);
    CHECK(ret_told->n <= BODY_MAX);
    if (ret_told->pooled && frame.kind != TB_PLUGIN_RELEASE)
        CHECK_INT(pread(bench.memory, other, ret_told->n, (off_t)ret_told->at), ret_told->n);
    else if (plaintext.raw.n > 0)
        memcpy(other, plaintext.raw.data, plaintext.raw.n);
    ret_told->same = memcmp(body, other, ret_told->n) == 0;
    tb_unpacker_deinit(&unpacker);
    tb_buffer_consume(&bench.to_plugin, size);
    return true;
}

static struct told heard(enum tb_kind kind)
{
    struct told told;
    CHECK(hear(&told));
    CHECK_INT(told.kind, kind);
    return told;
}

/* The endpoint has the REPLY with the first n bytes of the body. */
static void check_reply(const struct tb_handle *handle, size_t n)
{
    const struct tb_bytes in = tb_buffer_bytes(&bench.end.from_broker);
    if (bench_session(&bench)->mode == TB_MODE_DIRECT && n > 0) {
        struct tb_frame frame;
        size_t size;
        CHECK_INT(tb_frame_parse(TB_SIDE_ENDPOINT, in, &frame, &size), TB_OK);
        CHECK(memcmp(in.data + size - n, body, n) == 0);
    }
    CHECK_INT(stream_take(&bench, TB_REPLY, handle, 0).n_raw, n);
}

static void put_body(uint64_t at, size_t n)
{
    CHECK_INT(pwrite(bench.memory, body, n, (off_t)at), n);
}

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
    plugin()->not_before_ns = 0;
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
