#include "base/clock.h"
#include "base/fd.h"
#include "base/random.h"
#include "base/result.h"
#include "broker/audit.h"
#include "broker/calls.h"
#include "broker/handle_pool.h"
#include "broker/link.h"
#include "broker/plugin.h"
#include "broker/view.h"
#include "tests/unit/test.h"

#include <errno.h>
#include <sodium.h>
#include <sys/epoll.h>
#include <sys/socket.h>

static struct tb_random generator;

static void the_map_finds_what_is_in_it_and_nothing_else(void)
{
    enum { N = 3000 };
    struct tb_handle_map map;
    struct tb_handle *handles = calloc(N, sizeof *handles);
    tb_handle_map_init(&map, N);
    for (uint32_t i = 0; i < N; i++) {
        tb_random_bytes(&generator, handles[i].bytes, TB_HANDLE_SIZE);
        handles[i].bytes[0] &= 3; /* long runs of neighbours */
        handles[i].bytes[1] = 0;
        CHECK_INT(tb_handle_map_add(&map, &handles[i], i), TB_OK);
    }
    struct tb_handle one_more = {{9}};
    CHECK_INT(tb_handle_map_add(&map, &one_more, 0), TB_FULL);
    for (uint32_t i = 0; i < N; i += 2)
        tb_handle_map_remove(&map, &handles[i]);
    for (uint32_t i = 0; i < N; i++) {
        const uint32_t *value = tb_handle_map_find(&map, &handles[i]);
        CHECK(i % 2 == 0 ? value == NULL : value && *value == i);
    }
    CHECK_INT(map.n, N / 2);
    tb_handle_map_deinit(&map);
    free(handles);
}

static void a_handle_is_issued_then_live_then_gone(void)
{
    struct tb_handle_pool pool;
    struct tb_handle handles[4];
    uint32_t value;
    CHECK_INT(tb_handle_pool_init(&pool, 2), 0);
    CHECK_INT(tb_handle_pool_issue(&pool, &generator, 1, 3, 4, handles), 3); /* the cap */
    CHECK_INT(tb_handle_pool_look(&pool, &handles[0], &value), TB_HANDLE_ISSUED);
    CHECK_INT(value, 1);
    tb_handle_pool_spend(&pool, &handles[0], 17);
    CHECK_INT(tb_handle_pool_look(&pool, &handles[0], &value), TB_HANDLE_LIVE);
    CHECK_INT(value, 17);
    CHECK_INT(tb_handle_pool_issue(&pool, &generator, 1, 3, 1, &handles[3]),
              0); /* live ones count */
    tb_handle_pool_retire(&pool, &handles[0], 1);
    CHECK_INT(tb_handle_pool_look(&pool, &handles[0], &value), TB_HANDLE_UNKNOWN);
    CHECK_INT(tb_handle_pool_issue(&pool, &generator, 1, 3, 1, &handles[3]), 1);
    tb_handle_pool_deinit(&pool);
}

static void handles_never_repeat(void)
{
    struct tb_handle_pool pool;
    struct tb_handle handle;
    static uint8_t seen[1 << 16];
    size_t n_twins = 0;
    CHECK_INT(tb_handle_pool_init(&pool, 1), 0);
    for (int i = 0; i < 20000; i++) {
        CHECK_INT(tb_handle_pool_issue(&pool, &generator, 0, 2, 1, &handle), 1);
        tb_handle_pool_spend(&pool, &handle, 0);
        tb_handle_pool_retire(&pool, &handle, 0);
        uint16_t at = (uint16_t)(handle.bytes[3] << 8 | handle.bytes[9]);
        n_twins += seen[at]++ > 0;
    }
    /* 20,000 draws out of 65,536 meet about 2,800 times; a generator that repeats meets always. */
    CHECK(n_twins > 1500 && n_twins < 4500);
    tb_handle_pool_deinit(&pool);
}

static void calls_end_and_their_numbers_never_return(void)
{
    struct tb_calls calls;
    CHECK_INT(tb_calls_init(&calls), 0);
    struct tb_live_call *first = tb_calls_new(&calls);
    uint64_t number = first->number;
    CHECK(tb_calls_find(&calls, number) == first);
    CHECK(tb_calls_find(&calls, number + 1) == NULL);
    tb_calls_free(&calls, first);
    CHECK(tb_calls_find(&calls, number) == NULL);
    struct tb_live_call *second = tb_calls_new(&calls);
    CHECK(second == first && second->number != number);
    CHECK(tb_calls_find(&calls, number) == NULL);
    for (int i = 1; i < TB_SESSION_CALLS; i++)
        CHECK(tb_calls_new(&calls) != NULL);
    CHECK(tb_calls_new(&calls) == NULL);
    CHECK(tb_calls_find(&calls, UINT64_MAX) == NULL);
    tb_calls_deinit(&calls);
}

static void a_crash_costs_nothing_and_a_row_of_them_does(void)
{
    struct tb_back_off back_off = {0};
    uint64_t now = 1000 * TB_S_NS;
    back_off.started_ns = now;
    tb_back_off_died(&back_off, now);
    CHECK_INT(back_off.not_before_ns, now);
    tb_back_off_died(&back_off, now);
    CHECK_INT(back_off.not_before_ns, now + 100 * TB_MS_NS);
    tb_back_off_died(&back_off, now);
    CHECK_INT(back_off.not_before_ns, now + 200 * TB_MS_NS);
    for (int i = 0; i < 40; i++)
        tb_back_off_died(&back_off, now);
    CHECK_INT(back_off.not_before_ns, now + 5 * TB_S_NS);
    tb_back_off_died(&back_off, now + 61 * TB_S_NS);
    CHECK_INT(back_off.not_before_ns, now + 61 * TB_S_NS);
}

/* One that died until it had another's would be sent what the page closes there. */
static void no_two_plugins_of_a_session_have_the_same_ids(void)
{
    static struct tb_plugin plugins[2];
    uint8_t byte;
    tb_random_bytes(&generator, &byte, 1); /* from now on the next bytes are certain */
    struct tb_random again = generator;
    plugins[1].ids = tb_plugin_draw_ids(plugins, TB_ARRAY_LEN(plugins), &generator);
    CHECK(plugins[1].ids != 0 && (plugins[1].ids & UINT32_MAX) == 0);
    uint64_t ids = tb_plugin_draw_ids(plugins, TB_ARRAY_LEN(plugins), &again);
    CHECK(ids != 0 && ids != plugins[1].ids);
}

static void the_third_lock_within_a_minute_locks_out(void)
{
    struct tb_view view = {.used = true};
    uint64_t now = 1000 * TB_S_NS;
    tb_view_lock(&view, now);
    tb_view_lock(&view, now + 61 * TB_S_NS);
    tb_view_lock(&view, now + 62 * TB_S_NS);
    CHECK(!view.locked_out);
    tb_view_lock(&view, now + 63 * TB_S_NS);
    CHECK(view.locked_out);
    tb_view_reset(&view);
    CHECK(!view.locked_out);
}

static void views_are_found_by_their_label(void)
{
    static struct tb_views views;
    char label[16];
    struct tb_view *main_view = tb_views_get(&views, tb_bytes_of_string("main"), 0);
    CHECK(main_view && tb_views_get(&views, tb_bytes_of_string("main"), 0) == main_view);
    main_view->n_violations = 1; /* what it did is not forgotten for lack of slots */
    for (int i = 0; i < 200; i++) {
        (void)snprintf(label, sizeof label, "v%d", i);
        CHECK(tb_views_get(&views, tb_bytes_of_string(label), 0) != NULL);
    }
    CHECK(tb_views_find(&views, tb_bytes_of_string("main")) == main_view);
}

static void a_reset_view_gives_its_slot_back(void)
{
    static struct tb_views views;
    char label[16];
    for (int i = 0; i < TB_SLOTS; i++) {
        (void)snprintf(label, sizeof label, "w%d", i);
        tb_views_get(&views, tb_bytes_of_string(label), 0)->n_violations = 1;
    }
    CHECK(tb_views_get(&views, tb_bytes_of_string("one-more"), 0) == NULL);
    tb_view_reset(tb_views_find(&views, tb_bytes_of_string("w7")));
    CHECK(tb_views_get(&views, tb_bytes_of_string("one-more"), 0) != NULL);
}

/* Full of views that are closed: the one that owes least makes room. */
static void who_owes_least_gives_its_slot_up(void)
{
    static struct tb_views views;
    const struct tb_grant_rates slow = {.bytes_in = 1};
    char label[16];
    for (int i = 0; i < TB_SLOTS; i++) {
        (void)snprintf(label, sizeof label, "w%d", i);
        struct tb_view *view = tb_views_get(&views, tb_bytes_of_string(label), 0);
        CHECK(view == &views.slots[i]);
        struct tb_meter *meter = tb_limits_meter(&view->limits, tb_bytes_of_string("a"));
        CHECK_INT(tb_meter_call(meter, &slow, i == 7 ? 10 : 1000, 0), 0);
    }
    struct tb_view *more = tb_views_get(&views, tb_bytes_of_string("one-more"), TB_S_NS);
    CHECK(more == &views.slots[7] && more->limits.n_meters == 0);
    tb_views_deinit(&views);
}

static void ignore(struct tb_source *source, uint32_t events)
{
    (void)source;
    (void)events;
}

static void a_link_reads_batches_and_keeps_halves(void)
{
    struct tb_loop loop;
    struct tb_link link;
    struct tb_frame frame;
    int pair[2];
    static const char two_and_a_half[] =
        "\4\0\0\0\x0c\0\0\0aaaa\4\0\0\0\x0c\0\0\0bbbb\4\0\0\0\x0c\0";
    CHECK_INT(tb_loop_init(&loop), 0);
    CHECK_INT(tb_fd_pair(SOCK_STREAM, pair), 0);
    tb_link_init(&link, &loop, TB_SIDE_BROKER_VIEW, 4096);
    CHECK_INT(tb_link_attach(&link, pair[0], ignore, NULL), 0);
    CHECK_INT(tb_link_read(&link, NULL), TB_AGAIN);
    CHECK_INT(tb_fd_write_all(pair[1], tb_bytes_of(two_and_a_half, sizeof two_and_a_half - 1)), 0);
    CHECK_INT(tb_link_read(&link, NULL), TB_OK);
    CHECK_INT(tb_link_next(&link, &frame), TB_OK);
    CHECK(tb_bytes_are(frame.body, "aaaa"));
    CHECK_INT(tb_link_next(&link, &frame), TB_OK);
    CHECK(tb_bytes_are(frame.body, "bbbb"));
    CHECK_INT(tb_link_next(&link, &frame), TB_AGAIN);
    CHECK_INT(tb_fd_write_all(pair[1], tb_bytes_of("\0\0cccc", 6)), 0);
    CHECK_INT(tb_link_read(&link, NULL), TB_OK);
    CHECK_INT(tb_link_next(&link, &frame), TB_OK);
    CHECK(tb_bytes_are(frame.body, "cccc"));
    tb_fd_close(&pair[1]);
    CHECK_INT(tb_link_read(&link, NULL), TB_CLOSED);
    tb_link_deinit(&link);
    tb_fd_close(&loop.epoll);
}

/* Waiting for room in a socket that takes nothing any more would be waiting at full speed. */
static void a_link_that_cannot_send_waits_for_nothing(void)
{
    struct tb_loop loop;
    struct tb_link link;
    int pair[2];
    CHECK_INT(tb_loop_init(&loop), 0);
    CHECK_INT(tb_fd_pair(SOCK_STREAM, pair), 0);
    tb_link_init(&link, &loop, TB_SIDE_BROKER_VIEW, 4 * TB_FRAME_MAX);
    CHECK_INT(tb_link_attach(&link, pair[0], ignore, NULL), 0);
    uint8_t *room = tb_buffer_reserve(&link.out, 2 * TB_FRAME_MAX);
    memset(room, 0, 2 * TB_FRAME_MAX);
    tb_buffer_commit(&link.out, 2 * TB_FRAME_MAX);
    tb_link_flush(&link);
    CHECK(tb_buffer_n(&link.out) > 0 && (link.source.armed & (uint32_t)EPOLLOUT));
    CHECK_INT(shutdown(pair[1], SHUT_RD), 0);
    tb_link_flush(&link);
    CHECK_INT(tb_buffer_n(&link.out), 0);
    CHECK(!(link.source.armed & (uint32_t)EPOLLOUT));
    tb_link_deinit(&link);
    tb_fd_close(&pair[1]);
    tb_fd_close(&loop.epoll);
}

static void descriptors_where_none_belong_are_refused_and_closed(void)
{
    struct tb_loop loop;
    struct tb_link link;
    int pair[2];
    CHECK_INT(tb_loop_init(&loop), 0);
    CHECK_INT(tb_fd_pair(SOCK_STREAM, pair), 0);
    tb_link_init(&link, &loop, TB_SIDE_BROKER_VIEW, 4096);
    CHECK_INT(tb_link_attach(&link, pair[0], ignore, NULL), 0);
    CHECK_INT(tb_fd_send(pair[1], tb_bytes_of("x", 1), 1, 0), 1);
    CHECK_INT(tb_link_read(&link, NULL), TB_MALFORMED);
    int next = dup(0); /* the lowest free number: nothing was left open */
    CHECK_INT(next, pair[1] + 1);
    tb_fd_close(&next);
    tb_link_deinit(&link);
    tb_fd_close(&pair[1]);
    tb_fd_close(&loop.epoll);
}

static void one_descriptor_comes_and_two_are_refused(void)
{
    int pair[2];
    int fd = -1;
    uint8_t byte;
    CHECK_INT(tb_fd_pair(SOCK_STREAM, pair), 0);
    CHECK_INT(tb_fd_send(pair[1], tb_bytes_of("x", 1), 1, 0), 1);
    CHECK_INT(tb_fd_receive(pair[0], &byte, 1, &fd, 0), 1);
    CHECK(fd >= 0);
    tb_fd_close(&fd);

    int two[] = {0, 1};
    char control[CMSG_SPACE(sizeof two)] __attribute__((aligned(8))) = {0};
    struct iovec part = {.iov_base = "y", .iov_len = 1};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof control};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof two);
    memcpy(CMSG_DATA(header), two, sizeof two);
    CHECK_INT(sendmsg(pair[1], &message, 0), 1);
    CHECK_INT(tb_fd_receive(pair[0], &byte, 1, &fd, 0), -EPROTO);
    int next = dup(0);
    CHECK_INT(next, pair[1] + 1);
    tb_fd_close(&next);
    tb_fd_close(&pair[0]);
    tb_fd_close(&pair[1]);
}

static bool arrived(int fd)
{
    uint8_t bytes[4096];
    return recv(fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0;
}

static void write_record(struct tb_audit *audit, enum tb_event event, uint64_t now_ns)
{
    const struct tb_record record = {.event = event, .verdict = TB_ALLOW, .mono_ns = now_ns};
    CHECK_INT(tb_audit_write(audit, &record), TB_OK);
    tb_audit_flush_due(audit, now_ns);
}

static void on_scribe(struct tb_source *source, uint32_t events)
{
    (void)source;
    (void)events;
}

static void done_waits_for_a_call_or_its_time(void)
{
    int pair[2];
    struct tb_loop loop;
    struct tb_audit audit;
    const struct tb_settings settings = {.audit_mode = TB_AUDIT_BEFORE};
    CHECK_INT(tb_loop_init(&loop), 0);
    CHECK_INT(tb_fd_pair(SOCK_STREAM, pair), 0);
    tb_audit_init(&audit, &loop, &settings);
    tb_audit_attach(&audit, pair[0], on_scribe, NULL);
    CHECK(tb_audit_due_ns(&audit) == TB_NEVER);

    write_record(&audit, TB_EVENT_DONE, 100);
    CHECK(!arrived(pair[1]) && tb_audit_settled(&audit));
    CHECK(tb_audit_due_ns(&audit) == 100 + TB_DONE_WAIT_NS);
    write_record(&audit, TB_EVENT_CALL, 200);
    CHECK(arrived(pair[1]) && tb_audit_settled(&audit));
    CHECK(tb_audit_due_ns(&audit) == TB_NEVER);

    write_record(&audit, TB_EVENT_DONE, 300);
    tb_audit_flush_due(&audit, 300 + TB_DONE_WAIT_NS - 1);
    CHECK(!arrived(pair[1]));
    tb_audit_flush_due(&audit, 300 + TB_DONE_WAIT_NS);
    CHECK(arrived(pair[1]));

    write_record(&audit, TB_EVENT_DONE, 400);
    close(pair[1]);
    tb_audit_lost(&audit); /* nothing to wait for: the broker must not spin */
    CHECK(tb_audit_due_ns(&audit) == TB_NEVER);
    tb_audit_deinit(&audit);
    close(loop.epoll);
}

/* A scribe that does not read: what calls cause finds the log full, but each call that could be
 * live by then finds room for its end. */
static void every_call_that_is_live_has_room_for_its_end(void)
{
    static uint8_t text[TB_ORIGIN_MAX];
    struct tb_audit audit;
    const struct tb_settings settings = {.audit_mode = TB_AUDIT_BEFORE};
    struct tb_record record = {
        .event = TB_EVENT_CALL,
        .view = tb_bytes_of(text, TB_LABEL_MAX),
        .origin = tb_bytes_of(text, TB_ORIGIN_MAX),
        .command = tb_bytes_of(text, TB_COMMAND_MAX),
    };
    tb_audit_init(&audit, NULL, &settings);
    while (tb_audit_write(&audit, &record) == TB_OK)
        CHECK(tb_buffer_n(&audit.out) < 8 * 1024 * 1024);
    record.event = TB_EVENT_DONE;
    record.reason = tb_bytes_of(text, TB_NOTE_MAX);
    for (uint32_t i = 0; i < TB_SLOTS * TB_SESSION_CALLS; i++)
        CHECK_INT(tb_audit_write(&audit, &record), TB_OK);
    record.event = TB_EVENT_VIOLATION;
    CHECK_INT(tb_audit_write(&audit, &record), TB_FULL);
    tb_buffer_deinit(&audit.out);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(the_map_finds_what_is_in_it_and_nothing_else),
        TEST(a_handle_is_issued_then_live_then_gone),
        TEST(handles_never_repeat),
        TEST(calls_end_and_their_numbers_never_return),
        TEST(a_crash_costs_nothing_and_a_row_of_them_does),
        TEST(no_two_plugins_of_a_session_have_the_same_ids),
        TEST(the_third_lock_within_a_minute_locks_out),
        TEST(views_are_found_by_their_label),
        TEST(a_reset_view_gives_its_slot_back),
        TEST(who_owes_least_gives_its_slot_up),
        TEST(a_link_reads_batches_and_keeps_halves),
        TEST(a_link_that_cannot_send_waits_for_nothing),
        TEST(descriptors_where_none_belong_are_refused_and_closed),
        TEST(done_waits_for_a_call_or_its_time),
        TEST(every_call_that_is_live_has_room_for_its_end),
        TEST(one_descriptor_comes_and_two_are_refused),
    };
    return sodium_init() < 0 ? 1 : test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
