/* Streams at the C endpoint, as its page sees them; the vectors judge what the broker may send. */
#include "base/fd.h"
#include "base/result.h"
#include "tests/unit/fake_broker.h"

enum { QUARTER = TB_CREDIT_FIRST / 4 };

static const msgpack_object nil = {.type = MSGPACK_OBJECT_NIL};

/* What the page was told. */
struct page {
    struct fake_broker broker;
    uint64_t id;
    uint32_t n_done;
    uint32_t n_lost;
    uint32_t n_chunks;
    uint32_t n_room;
    uint32_t last_cost;
    uint32_t last_channel;
    uint64_t total;
    void (*act)(struct page *page); /* in every handler */
};

/* ---- the page ---- */

static void act(struct page *page)
{
    if (page->act)
        page->act(page);
}

static void on_done(void *data, const struct tb_reply *reply)
{
    struct page *page = data;
    page->n_done++;
    page->n_lost += !reply;
    page->total = reply ? reply->total : 0;
    act(page);
}

static void on_chunk(void *data, const struct tb_chunk *chunk, uint32_t cost)
{
    struct page *page = data;
    page->n_chunks++;
    page->last_cost = cost;
    page->last_channel = chunk->channel;
    act(page);
}

static void on_room(void *data)
{
    struct page *page = data;
    page->n_room++;
    act(page);
}

static const struct tb_endpoint_handler handler = {on_done, on_chunk, on_room};
static const struct tb_endpoint_handler deaf = {.done = on_done};

static int call_with(struct page *page, struct tb_bytes args, bool more,
                     const struct tb_endpoint_handler *with)
{
    const struct tb_endpoint_request request = {.args = args, .more = more};
    return tb_endpoint_call(page->broker.endpoint, 0, &request, with, page, &page->id);
}

static void call(struct page *page, bool more)
{
    struct tb_plaintext plaintext;
    CHECK_INT(call_with(page, tb_bytes_of("\x80", 1), more, &handler), TB_OK);
    CHECK_INT(fake_expect(&page->broker, TB_CALL, &plaintext).counter, 0);
}

static const uint8_t body[TB_CHUNK_RAW_MAX];

static int send_body(struct page *page, size_t n, bool last)
{
    return tb_endpoint_send(page->broker.endpoint, page->id, tb_bytes_of(body, n), last);
}

/* ---- the request's body ---- */

static void a_body_costs_what_the_broker_counts(void)
{
    static const size_t sizes[] = {0, 1, 127, 128, 255, 256, 65535, 65536};
    struct page page = {0};
    struct tb_plaintext plaintext;
    fake_open(&page.broker, false);
    call(&page, true);
    uint64_t spent = 0;
    for (size_t i = 1; i < TB_ARRAY_LEN(sizes); i++) {
        CHECK_INT(send_body(&page, sizes[i], false), TB_OK);
        CHECK_INT(fake_expect(&page.broker, TB_CHUNK, &plaintext).counter, i);
        spent += tb_chunk_cost(&plaintext);
    }
    /* What is left is known to the byte: `{"bytes": n}` is 10 bytes for such n. */
    uint64_t left = TB_CREDIT_FIRST - spent;
    CHECK_INT(send_body(&page, TB_CHUNK_RAW_MAX, false), TB_OK);
    left -= 65536 + 12;
    CHECK_INT(send_body(&page, left - 10 + 1, false), TB_AGAIN);
    CHECK_INT(send_body(&page, left - 10 - 6 + 1, true), TB_AGAIN);
    CHECK_INT(send_body(&page, left - 10 - 6, true), TB_OK);
    (void)fake_expect(&page.broker, TB_CHUNK, &plaintext);
    CHECK_INT(tb_chunk_cost(&plaintext), 65536 + 12);
    (void)fake_expect(&page.broker, TB_CHUNK, &plaintext);
    CHECK_INT(tb_chunk_cost(&plaintext), left);
    fake_close(&page.broker);
}

static void credit_makes_room_for_a_body(void)
{
    struct page page = {0};
    fake_open(&page.broker, false);
    call(&page, true);
    while (send_body(&page, TB_CHUNK_RAW_MAX, false) == TB_OK) {
    }
    CHECK_INT(send_body(&page, TB_CHUNK_RAW_MAX, false), TB_AGAIN);
    fake_credit(&page.broker, 1, 0, 0); /* brings `next` alone */
    CHECK_INT(page.n_room, 0);
    fake_credit(&page.broker, 1, 1, TB_CHUNK_RAW_MAX);
    CHECK_INT(page.n_room, 1);
    CHECK_INT(send_body(&page, TB_CHUNK_RAW_MAX, true), TB_OK);
    fake_credit(&page.broker, 1, 2, 1);
    CHECK_INT(page.n_room, 1); /* the body is complete */
    CHECK_INT(send_body(&page, 1, false), TB_MALFORMED);
    fake_close(&page.broker);
}

static void only_a_body_that_is_open_goes_on(void)
{
    struct page page = {0};
    fake_open(&page.broker, false);
    call(&page, false);
    CHECK_INT(send_body(&page, 1, false), TB_MALFORMED);
    call(&page, true);
    CHECK_INT(send_body(&page, 0, false), TB_MALFORMED);
    CHECK_INT(tb_endpoint_send(page.broker.endpoint, page.id,
                               tb_bytes_of(body, TB_CHUNK_RAW_MAX + 1), true),
              TB_MALFORMED);
    CHECK_INT(tb_endpoint_send(page.broker.endpoint, 0, tb_bytes_of(body, 1), true), TB_UNKNOWN);
    CHECK_INT(tb_endpoint_cancel(page.broker.endpoint, page.id), TB_OK);
    CHECK_INT(send_body(&page, 1, false), TB_UNKNOWN);
    fake_close(&page.broker);
}

static void raw_bytes_are_clear_on_a_direct_link(void)
{
    struct page page = {0};
    struct tb_frame frame;
    struct tb_plaintext plaintext;
    for (int direct = 0; direct < 2; direct++) {
        fake_open(&page.broker, direct);
        call(&page, true);
        CHECK_INT(send_body(&page, 100, true), TB_OK);
        CHECK(fake_hear(&page.broker, &frame, &plaintext));
        CHECK_INT(frame.kind, TB_CHUNK);
        CHECK_INT(frame.flags, direct ? TB_RAW_CLEAR : 0);
        CHECK_INT(plaintext.raw.n, 100);
        fake_close(&page.broker);
    }
}

/* ---- credit ---- */

static void credit_is_given_when_a_quarter_was_consumed(void)
{
    struct page page = {0};
    struct tb_plaintext plaintext;
    struct tb_credit credit;
    uint64_t counter = 0;
    uint32_t consumed = 0;
    fake_open(&page.broker, false);
    call(&page, false);
    for (int i = 0; i < 3; i++)
        fake_part(&page.broker, 1, counter++, TB_CHUNK_RAW_MAX);
    CHECK_INT(page.n_chunks, 3);
    CHECK(fake_silent(&page.broker)); /* nothing was consumed */
    CHECK_INT(page.last_cost, TB_CHUNK_RAW_MAX + 12);
    tb_endpoint_consumed(page.broker.endpoint, page.id, QUARTER - 1);
    consumed += QUARTER - 1;
    CHECK(fake_silent(&page.broker));
    tb_endpoint_consumed(page.broker.endpoint, page.id, 3 * page.last_cost - consumed);
    CHECK_INT(fake_expect(&page.broker, TB_CREDIT, &plaintext).counter, 1);
    CHECK_INT(tb_credit_read(&page.broker.unpacker, &plaintext, &credit), TB_OK);
    CHECK_INT(credit.bytes, 3 * page.last_cost);
    CHECK(!credit.has_next);
    fake_close(&page.broker);
}

static void what_nobody_takes_is_given_back(void)
{
    struct page page = {0};
    struct tb_plaintext plaintext;
    fake_open(&page.broker, false);
    CHECK_INT(call_with(&page, tb_bytes_of("\x80", 1), false, &deaf), TB_OK);
    (void)fake_expect(&page.broker, TB_CALL, &plaintext);
    for (uint64_t i = 0; i < 20; i++) {
        fake_part(&page.broker, 1, i, TB_CHUNK_RAW_MAX);
        CHECK_INT(fake_expect(&page.broker, TB_CREDIT, &plaintext).counter, i + 1);
    }
    CHECK_INT(page.n_chunks, 0);
    fake_close(&page.broker);
}

static void no_credit_after_cancel(void)
{
    struct page page = {0};
    struct tb_plaintext plaintext;
    fake_open(&page.broker, false);
    call(&page, false);
    fake_part(&page.broker, 1, 0, TB_CHUNK_RAW_MAX);
    CHECK_INT(tb_endpoint_cancel(page.broker.endpoint, page.id), TB_OK);
    CHECK_INT(tb_endpoint_cancel(page.broker.endpoint, page.id), TB_OK);
    CHECK_INT(fake_expect(&page.broker, TB_CANCEL, &plaintext).counter, 1);
    tb_endpoint_consumed(page.broker.endpoint, page.id, page.last_cost);
    CHECK(fake_silent(&page.broker));
    fake_reply(&page.broker, 2, 0); /* of no call */
    CHECK(tb_endpoint_broken(page.broker.endpoint));
    fake_close(&page.broker);
}

/* ---- calls and ids ---- */

static void a_call_that_is_over_has_no_id(void)
{
    struct page page = {0};
    struct tb_plaintext plaintext;
    fake_open(&page.broker, false);
    call(&page, false);
    uint64_t first = page.id;
    fake_reply(&page.broker, 1, 0);
    CHECK_INT(page.n_done, 1);
    call(&page, false);
    CHECK(page.id != first); /* though it has the same slot */
    CHECK_INT(tb_endpoint_cancel(page.broker.endpoint, first), TB_UNKNOWN);
    tb_endpoint_consumed(page.broker.endpoint, first, 1);
    CHECK(fake_silent(&page.broker));
    CHECK_INT(tb_endpoint_cancel(page.broker.endpoint, page.id), TB_OK);
    (void)fake_expect(&page.broker, TB_CANCEL, &plaintext);
    fake_close(&page.broker);
}

static void streams_leave_the_pool(void)
{
    struct page page = {0};
    struct tb_plaintext plaintext;
    fake_open(&page.broker, false);
    for (uint8_t i = 1; i <= FAKE_POOL; i++) {
        struct tb_frame frame;
        CHECK_INT(call_with(&page, tb_bytes_of("\x80", 1), false, &handler), TB_OK);
        while (fake_hear(&page.broker, &frame, &plaintext) && frame.kind != TB_CALL) {
        }
        const struct tb_envelope envelope = fake_under(&page.broker, i, 0);
        const struct tb_credit credit = {.has_next = true, .next = {{9, i}}};
        CHECK_INT(tb_credit_write(&page.broker.out, &envelope, &credit), TB_OK);
        fake_send(&page.broker);
        CHECK(!tb_endpoint_lost(page.broker.endpoint));
    }
    for (uint8_t i = 0; i < FAKE_POOL; i++)
        CHECK_INT(call_with(&page, tb_bytes_of("\x80", 1), false, &handler), TB_OK);
    CHECK_INT(call_with(&page, tb_bytes_of("\x80", 1), false, &handler), TB_AGAIN);
    fake_close(&page.broker);
    CHECK_INT(page.n_lost, 2 * FAKE_POOL);
}

/* ---- channels ---- */

static void messages_come_for_channels_that_were_passed(void)
{
    /* {"a": ["__CHANNEL__:70"], "b": bin "__CHANNEL__:4"} */
    static const uint8_t args[] = "\x82\xa1"
                                  "a"
                                  "\x91\xae"
                                  "__CHANNEL__:70"
                                  "\xa1"
                                  "b"
                                  "\xc4\x0d"
                                  "__CHANNEL__:4";
    struct page page = {0};
    struct tb_plaintext plaintext;
    fake_open(&page.broker, false);
    CHECK_INT(call_with(&page, tb_bytes_of(args, sizeof args - 1), false, &handler), TB_OK);
    (void)fake_expect(&page.broker, TB_CALL, &plaintext);
    fake_message(&page.broker, 1, 0, 7);
    fake_message(&page.broker, 1, 1, 4);
    CHECK_INT(page.n_chunks, 0);
    fake_message(&page.broker, 1, 2, 70);
    CHECK_INT(page.n_chunks, 1);
    CHECK_INT(page.last_channel, 70);
    fake_message(&page.broker, 1, 3, -1);
    CHECK_INT(page.n_chunks, 2);
    fake_close(&page.broker);
}

/* ---- what handlers may do ---- */

static void free_it(struct page *page)
{
    struct tb_endpoint *endpoint = page->broker.endpoint;
    page->act = NULL;
    page->broker.endpoint = NULL;
    tb_endpoint_free(endpoint);
}

static void a_handler_may_free_the_endpoint(void)
{
    for (int which = 0; which < 3; which++) {
        struct page page = {0};
        fake_open(&page.broker, false);
        call(&page, true);
        call(&page, false);
        page.act = free_it;
        struct tb_endpoint *endpoint = page.broker.endpoint;
        const struct tb_envelope envelope = fake_under(&page.broker, 1, 0);
        const struct tb_chunk chunk = {.type = TB_CHUNK_MESSAGE, .value = &nil};
        const struct tb_credit credit = {.bytes = 1};
        const struct tb_reply reply = {.type = TB_REPLY_VALUE, .value = &nil};
        struct tb_buffer *out = &page.broker.out;
        CHECK_INT(which == 0   ? tb_chunk_write(out, &envelope, &chunk, false)
                  : which == 1 ? tb_credit_write(out, &envelope, &credit)
                               : tb_reply_write(out, &envelope, &reply, false),
                  TB_OK);
        CHECK_INT(tb_fd_write_all(page.broker.fd, tb_buffer_bytes(out)), 0);
        CHECK_INT(tb_endpoint_dispatch(endpoint, false), TB_CLOSED);
        CHECK(!page.broker.endpoint);
        CHECK_INT(page.n_done, 2);
        CHECK_INT(page.n_lost, which == 2 ? 1 : 2);
        fake_close(&page.broker);
    }
}

static void free_at_the_end_of_the_link(struct page *page)
{
    free_it(page);
    CHECK_INT(page->n_done, 3); /* all of them, before it is back */
}

static void a_handler_may_free_the_endpoint_when_the_link_ends(void)
{
    struct page page = {0};
    fake_open(&page.broker, false);
    for (int i = 0; i < 3; i++)
        call(&page, true);
    page.act = free_at_the_end_of_the_link;
    struct tb_endpoint *endpoint = page.broker.endpoint;
    tb_fd_close(&page.broker.fd);
    CHECK_INT(tb_endpoint_dispatch(endpoint, false), TB_CLOSED);
    CHECK_INT(page.n_lost, 3);
    fake_close(&page.broker);
}

static void start_another(struct page *page)
{
    CHECK_INT(tb_endpoint_dispatch(page->broker.endpoint, false), TB_AGAIN); /* not in a handler */
    page->act = NULL;
    CHECK_INT(tb_endpoint_cancel(page->broker.endpoint, page->id),
              page->n_done ? TB_UNKNOWN : TB_OK);
    CHECK_INT(call_with(page, tb_bytes_of("\x80", 1), false, &handler), TB_OK);
}

static void a_handler_may_call_and_cancel(void)
{
    struct page page = {0};
    struct tb_plaintext plaintext;
    fake_open(&page.broker, false);
    call(&page, false);
    page.act = start_another;
    fake_message(&page.broker, 1, 0, -1);
    (void)fake_expect(&page.broker, TB_CANCEL, &plaintext);
    (void)fake_expect(&page.broker, TB_CALL, &plaintext);
    page.act = start_another;
    fake_reply(&page.broker, 2, 0);
    (void)fake_expect(&page.broker, TB_CALL, &plaintext);
    CHECK_INT(page.n_done, 1);
    fake_close(&page.broker);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(a_body_costs_what_the_broker_counts),
        TEST(credit_makes_room_for_a_body),
        TEST(only_a_body_that_is_open_goes_on),
        TEST(raw_bytes_are_clear_on_a_direct_link),
        TEST(credit_is_given_when_a_quarter_was_consumed),
        TEST(what_nobody_takes_is_given_back),
        TEST(no_credit_after_cancel),
        TEST(a_call_that_is_over_has_no_id),
        TEST(streams_leave_the_pool),
        TEST(messages_come_for_channels_that_were_passed),
        TEST(a_handler_may_free_the_endpoint),
        TEST(a_handler_may_free_the_endpoint_when_the_link_ends),
        TEST(a_handler_may_call_and_cancel),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
