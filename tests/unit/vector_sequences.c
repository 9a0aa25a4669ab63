#include "tests/unit/vector_sequences.h"

#include "base/fd.h"
#include "base/result.h"
#include "endpoint/endpoint.h"
#include "tests/broker/bench.h"

#include <sodium.h>
#include <sys/socket.h>

/* ---- seal.json: sequences at the broker ---- */

static struct tb_handle handle_of(const json_t *pattern)
{
    struct tb_handle handle;
    struct tb_bytes bytes = vector_expand(json_string_value(pattern));
    CHECK_INT(bytes.n, sizeof handle.bytes);
    memcpy(handle.bytes, bytes.data, bytes.n);
    return handle;
}

/* The broker draws its handles; the vector's are put beside them. */
static void issue(struct bench *bench, const json_t *pattern)
{
    struct tb_session *session = bench_session(bench);
    struct tb_handle handle = handle_of(pattern);
    CHECK_INT(tb_handle_map_add(&session->handles.map, &handle, 0), TB_OK);
    session->handles.n_outstanding[0]++;
}

static bool is_direct(const json_t *vector)
{
    bool direct = strcmp(vector_text(vector, "mode"), "direct") == 0;
    VECTOR_CHECK(vector, direct || strcmp(vector_text(vector, "mode"), "relay") == 0);
    return direct;
}

static void open_at_broker(struct bench *bench, const json_t *vector)
{
    enum tb_mode mode = is_direct(vector) ? TB_MODE_DIRECT : TB_MODE_RELAY;
    bench_init(bench, mode, TB_ON_VIOLATION_LOCK, 1);
    struct tb_session *session = bench_session(bench);
    CHECK_INT(tb_bootstrap_read(vector_bytes(vector, "bootstrap"), &session->bootstrap), TB_OK);
    memcpy(session->broker_sk, vector_exactly(vector, "broker_secret", TB_KEY_SIZE), TB_KEY_SIZE);
    bench_hello(bench, vector_exactly(vector, "endpoint_secret", TB_KEY_SIZE));
    CHECK_INT(session->state, TB_SESSION_OPEN);
    vector_same(vector, "key_to_broker", session->keys.to_broker, TB_KEY_SIZE);
    vector_same(vector, "key_to_endpoint", session->keys.to_endpoint, TB_KEY_SIZE);
    const json_t *pattern;
    size_t i;
    json_array_foreach(json_object_get(vector, "issued"), i, pattern) issue(bench, pattern);
}

static void reply_at_broker(struct bench *bench, const json_t *vector, const json_t *reply,
                            bool is_first)
{
    struct tb_session *session = bench_session(bench);
    struct tb_handle handle = handle_of(reply);
    uint32_t slot;
    CHECK_INT(tb_handle_pool_look(&session->handles, &handle, &slot), TB_HANDLE_LIVE);
    bench_plugin_answer(bench, tb_calls_at(&session->calls, slot)->number);
    CHECK_INT(tb_handle_pool_look(&session->handles, &handle, &slot), TB_HANDLE_UNKNOWN);
    if (is_first)
        issue(bench, json_object_get(vector, "next"));
}

/* What becomes of the step's frame. */
static const char *step_at_broker(struct bench *bench, const json_t *step)
{
    uint64_t n_stray = bench_session(bench)->n_stray;
    uint64_t n_violations = bench->broker.views.slots[0].n_violations;
    bench_send(bench, vector_bytes(step, "frame"));
    bench_check(bench);
    if (bench->broker.views.slots[0].n_violations > n_violations)
        return "error";
    if (!bench_session(bench))
        return "closed";
    return bench_session(bench)->n_stray > n_stray ? "dropped" : "ok";
}

void vector_at_broker(const json_t *vector)
{
    static struct bench bench;
    const json_t *step;
    size_t i;
    bool is_first = true;
    open_at_broker(&bench, vector);
    json_array_foreach(json_object_get(vector, "steps"), i, step)
    {
        const json_t *reply = json_object_get(step, "reply");
        if (reply) {
            reply_at_broker(&bench, vector, reply, is_first);
            is_first = false;
            continue;
        }
        VECTOR_CHECK(vector, bench_session(&bench));
        vector_check(vector, strcmp(step_at_broker(&bench, step), vector_text(step, "expect")) == 0,
                     vector_text(step, "expect"));
    }
    bench_deinit(&bench);
}

/* ---- seal.json: sequences at the endpoint ---- */

static const uint8_t *next_secret;

static const char *fixed_name(void)
{
    return "fixed";
}

static uint32_t fixed_u32(void)
{
    return 0;
}

/* So that the endpoint's own key pair is the vector's; what else asks for bytes has no use for
 * random ones. */
static void fixed_bytes(void *to, size_t n)
{
    CHECK(next_secret);
    if (n == TB_KEY_SIZE)
        memcpy(to, next_secret, n);
    else
        memset(to, 0, n);
}

/* On a direct link the bootstrap comes as the first frame. */
static void boot(int broker, struct tb_endpoint *endpoint, struct tb_bytes bootstrap)
{
    uint8_t header[TB_HEADER_SIZE];
    tb_frame_header(header, TB_BOOT, 0, bootstrap.n);
    CHECK_INT(tb_fd_write_all(broker, tb_bytes_of(header, sizeof header)), 0);
    CHECK_INT(tb_fd_write_all(broker, bootstrap), 0);
    CHECK_INT(tb_endpoint_dispatch(endpoint, false), TB_OK);
}

static struct tb_endpoint *open_at_endpoint(const json_t *vector, int *ret_broker)
{
    int pair[2];
    uint8_t sent[TB_HEADER_SIZE + TB_HELLO_SIZE];
    struct tb_bytes bootstrap = vector_bytes(vector, "bootstrap");
    bool direct = is_direct(vector);
    CHECK_INT(tb_fd_pair(SOCK_STREAM, pair), 0);
    static randombytes_implementation fixed = {
        .implementation_name = fixed_name, .random = fixed_u32, .buf = fixed_bytes};
    CHECK_INT(randombytes_set_implementation(&fixed), 0);
    next_secret = vector_exactly(vector, "endpoint_secret", TB_KEY_SIZE);
    struct tb_endpoint *endpoint =
        tb_endpoint_new(pair[0], direct ? (struct tb_bytes){0} : bootstrap);
    CHECK(endpoint);
    if (direct)
        boot(pair[1], endpoint, bootstrap);
    CHECK_INT(tb_endpoint_flush(endpoint), TB_OK);
    CHECK_INT(tb_fd_receive(pair[1], sent, sizeof sent, NULL, MSG_DONTWAIT), sizeof sent);
    *ret_broker = pair[1];
    return endpoint;
}

/* The page of a sequence: what has come to it. */
struct page {
    struct tb_endpoint *endpoint;
    int broker;
    uint64_t call; /* the last one */
    bool idle;     /* takes nothing */
    int n_calls;
    int n_done;
    int n_chunks;
};

static void on_done(void *data, const struct tb_reply *reply)
{
    struct page *page = data;
    page->n_done += reply ? 1 : 0;
}

static void on_chunk(void *data, const struct tb_chunk *chunk, uint32_t cost)
{
    struct page *page = data;
    (void)chunk;
    page->n_chunks++;
    if (!page->idle)
        tb_endpoint_consumed(page->endpoint, page->call, cost);
}

static void call_at_endpoint(struct page *page, const json_t *vector, const json_t *step)
{
    static const struct tb_endpoint_handler handler = {.done = on_done, .chunk = on_chunk};
    struct tb_endpoint *endpoint = page->endpoint;
    const struct tb_endpoint_request request = {
        .args = tb_bytes_of("\x80", 1), .more = json_is_true(json_object_get(step, "more"))};
    struct tb_handle handle = handle_of(json_object_get(step, "call"));
    uint8_t frame[512];
    uint32_t command =
        tb_endpoint_find(endpoint, tb_bytes_of_string(vector_text(vector, "command")));
    CHECK_INT(command, 0);
    CHECK_INT(tb_endpoint_call(endpoint, command, &request, &handler, page, &page->call), TB_OK);
    CHECK_INT(tb_endpoint_flush(endpoint), TB_OK);
    page->idle = json_is_true(json_object_get(step, "idle"));
    page->n_calls++;
    ssize_t n = tb_fd_receive(page->broker, frame, sizeof frame, NULL, MSG_DONTWAIT);
    CHECK(n > TB_HEADER_SIZE + TB_HANDLE_SIZE && frame[4] == TB_CALL);
    CHECK(memcmp(frame + TB_HEADER_SIZE, handle.bytes, TB_HANDLE_SIZE) == 0);
}

/* The endpoint does not show that it dropped a frame: `dropped` means here that it goes on and the
 * page heard nothing. Of a CREDIT it never does, but when the call lives. */
static const char *step_at_endpoint(struct page *page, const json_t *step)
{
    struct tb_bytes frame = vector_bytes(step, "frame");
    int n_before = page->n_done + page->n_chunks;
    bool heard = !tb_endpoint_ready(page->endpoint) ||
                 (frame.data[4] == TB_CREDIT && page->n_done < page->n_calls);
    CHECK_INT(tb_fd_write_all(page->broker, frame), 0);
    int r;
    do {
        r = tb_endpoint_dispatch(page->endpoint, false);
    } while (r == TB_OK);
    CHECK((r == TB_CLOSED) == tb_endpoint_lost(page->endpoint));
    if (r == TB_CLOSED)
        return tb_endpoint_broken(page->endpoint) ? "error" : "closed";
    return heard || page->n_done + page->n_chunks > n_before ? "ok" : "dropped";
}

void vector_at_endpoint(const json_t *vector)
{
    struct page page = {0};
    const json_t *step;
    size_t i;
    page.endpoint = open_at_endpoint(vector, &page.broker);
    json_array_foreach(json_object_get(vector, "steps"), i, step)
    {
        if (json_object_get(step, "call")) {
            call_at_endpoint(&page, vector, step);
            continue;
        }
        const char *became = step_at_endpoint(&page, step);
        vector_check(vector, strcmp(became, vector_text(step, "expect")) == 0,
                     vector_text(step, "expect"));
    }
    tb_endpoint_free(page.endpoint);
    tb_fd_close(&page.broker);
}
