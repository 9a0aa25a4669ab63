/* Events of the host: what is sent, and what is refused before it is. */
#include "host/bridge.h"

#include "base/fd.h"
#include "base/result.h"
#include "tests/unit/test.h"

#include <sys/socket.h>

static struct trollbridge bridge;
static int broker; /* its end of the control link */
static struct tb_unpacker unpacker;
static uint8_t frame[TB_HEADER_SIZE + TB_CHUNK_MAX];

static void begin(void)
{
    int pair[2];
    CHECK_INT(tb_fd_pair(SOCK_STREAM, pair), 0);
    bridge.control_fd = pair[0];
    bridge.lost = false;
    broker = pair[1];
    host_event_init(&bridge.event);
    CHECK_INT(tb_unpacker_init(&bridge.unpacker, &tb_scan_peer), 0);
    CHECK_INT(tb_unpacker_init(&unpacker, &tb_scan_peer), 0);
}

static void end(void)
{
    host_event_deinit(&bridge.event);
    tb_unpacker_deinit(&bridge.unpacker);
    tb_unpacker_deinit(&unpacker);
    tb_fd_close(&bridge.control_fd);
    tb_fd_close(&broker);
}

/* Whether nothing was sent. */
static bool quiet(void)
{
    uint8_t byte;
    return recv(broker, &byte, 1, MSG_DONTWAIT) < 0;
}

/* The next frame, as the broker reads it; borrows until the next one. */
static struct tb_emit next(void)
{
    struct tb_frame parsed;
    struct tb_emit emit;
    size_t size;
    ssize_t n = recv(broker, frame, sizeof frame, MSG_DONTWAIT);
    CHECK(n > 0);
    CHECK_INT(tb_frame_parse(TB_SIDE_BROKER_CONTROL, tb_bytes_of(frame, (size_t)n), &parsed, &size),
              TB_OK);
    CHECK_INT(parsed.kind, TB_EMIT);
    CHECK_INT(size, n);
    CHECK_INT(tb_emit_read(&unpacker, parsed.body, &emit), TB_OK);
    return emit;
}

static enum trollbridge_result emit_text(const char *label, const char *name, size_t n)
{
    static char text[2 * TB_CHUNK_MAX];
    memset(text, 'x', sizeof text);
    tb_pack_str(trollbridge_event(&bridge, label, name), tb_bytes_of(text, n));
    return trollbridge_emit(&bridge);
}

static void an_event_is_sent(void)
{
    begin();
    tb_pack_uint(trollbridge_event(&bridge, "main", "tauri://focus"), 7);
    CHECK_INT(trollbridge_emit(&bridge), TROLLBRIDGE_OK);
    struct tb_emit emit = next();
    CHECK(tb_bytes_are(emit.view, "main") && tb_bytes_are(emit.event, "tauri://focus"));
    CHECK_INT(emit.payload->via.u64, 7);
    CHECK_INT(emit_text(NULL, "saved", 3), TROLLBRIDGE_OK);
    emit = next();
    CHECK_INT(emit.view.n, 0);
    CHECK(tb_bytes_are(tb_object_bytes(emit.payload), "xxx"));
    end();
}

static void names_and_labels_are_checked(void)
{
    static char name[TB_EVENT_NAME_MAX + 2];
    static char label[TB_LABEL_MAX + 2];
    memset(name, 'n', sizeof name - 1);
    memset(label, 'l', sizeof label - 1);
    begin();
    CHECK_INT(emit_text("main", name, 1), TROLLBRIDGE_INVALID);
    CHECK_INT(emit_text("main", "", 1), TROLLBRIDGE_INVALID);
    CHECK_INT(emit_text("main", NULL, 1), TROLLBRIDGE_INVALID);
    CHECK_INT(emit_text("main", "a b", 1), TROLLBRIDGE_INVALID);
    CHECK_INT(emit_text(label, "saved", 1), TROLLBRIDGE_INVALID);
    CHECK_INT(emit_text("", "saved", 1), TROLLBRIDGE_INVALID);
    CHECK_INT(emit_text("../x", "saved", 1), TROLLBRIDGE_INVALID);
    CHECK(quiet());
    name[TB_EVENT_NAME_MAX] = 0;
    label[TB_LABEL_MAX] = 0;
    CHECK_INT(emit_text(label, name, 1), TROLLBRIDGE_OK);
    end();
}

/* Three bytes before the text of a str of that length. */
static void a_payload_has_a_most(void)
{
    begin();
    CHECK_INT(emit_text("main", "saved", TB_CHUNK_RAW_MAX - 3), TROLLBRIDGE_OK);
    CHECK_INT(tb_object_bytes(next().payload).n, TB_CHUNK_RAW_MAX - 3);
    CHECK_INT(emit_text("main", "saved", TB_CHUNK_RAW_MAX - 2), TROLLBRIDGE_INVALID);
    CHECK_INT(emit_text("main", "saved", 2 * TB_CHUNK_MAX), TROLLBRIDGE_INVALID);
    CHECK(quiet());
    CHECK_INT(emit_text("main", "saved", 1), TROLLBRIDGE_OK);
    end();
}

static enum trollbridge_result emit_array(size_t n)
{
    struct tb_packer *packer = trollbridge_event(&bridge, "main", "saved");
    tb_pack_array(packer, n);
    for (size_t i = 0; i < n; i++)
        tb_pack_nil(packer);
    return trollbridge_emit(&bridge);
}

static enum trollbridge_result emit_deep(size_t depth)
{
    struct tb_packer *packer = trollbridge_event(&bridge, "main", "saved");
    for (size_t i = 0; i < depth; i++)
        tb_pack_array(packer, 1);
    tb_pack_nil(packer);
    return trollbridge_emit(&bridge);
}

/* What the broker would have to refuse, and so end everything, is refused here. */
static void a_payload_has_so_many_values_and_so_deep(void)
{
    enum { WORDS = 6 }; /* the map, its keys, its strings */
    begin();
    CHECK_INT(emit_array(TB_MSGPACK_NODES - TB_NODES_ADDED - WORDS - 1), TROLLBRIDGE_OK);
    (void)next();
    CHECK(tb_emit_fits(unpacker.scanner));
    CHECK_INT(emit_array(TB_MSGPACK_NODES - TB_NODES_ADDED), TROLLBRIDGE_INVALID);
    CHECK_INT(emit_deep(TB_MSGPACK_DEPTH - 2), TROLLBRIDGE_OK);
    (void)next();
    CHECK(tb_emit_fits(unpacker.scanner));
    CHECK_INT(emit_deep(TB_MSGPACK_DEPTH - 1), TROLLBRIDGE_INVALID);
    CHECK(quiet());
    end();
}

static void a_payload_is_one_value(void)
{
    begin();
    (void)trollbridge_event(&bridge, "main", "saved");
    CHECK_INT(trollbridge_emit(&bridge), TROLLBRIDGE_INVALID);
    struct tb_packer *packer = trollbridge_event(&bridge, "main", "saved");
    tb_pack_uint(packer, 1);
    tb_pack_uint(packer, 2);
    CHECK_INT(trollbridge_emit(&bridge), TROLLBRIDGE_INVALID);
    CHECK_INT(trollbridge_emit(&bridge), TROLLBRIDGE_INVALID); /* it is gone */
    tb_pack_map(trollbridge_event(&bridge, "main", "saved"), 1);
    CHECK_INT(trollbridge_emit(&bridge), TROLLBRIDGE_INVALID);
    tb_pack_uint(trollbridge_event(&bridge, "main", "first"), 1);
    tb_pack_uint(trollbridge_event(&bridge, "main", "second"), 2);
    CHECK_INT(trollbridge_emit(&bridge), TROLLBRIDGE_OK);
    CHECK(tb_bytes_are(next().event, "second"));
    CHECK(quiet());
    end();
}

/* The host's loop goes on under a broker that does not read. */
static void a_broker_that_does_not_read_is_not_waited_for(void)
{
    int n = 0;
    begin();
    enum trollbridge_result result;
    while ((result = emit_text("main", "saved", 100)) == TROLLBRIDGE_OK)
        n++;
    CHECK_INT(result, TROLLBRIDGE_BUSY);
    CHECK(n > 10);
    CHECK_INT(emit_text("main", "saved", 100), TROLLBRIDGE_BUSY);
    while (recv(broker, frame, sizeof frame, MSG_DONTWAIT) > 0)
        ;
    CHECK_INT(emit_text("main", "later", 1), TROLLBRIDGE_OK);
    CHECK(tb_bytes_are(next().event, "later"));
    end();
}

static void set(int option, const void *value, socklen_t n)
{
    CHECK_INT(setsockopt(bridge.control_fd, SOL_SOCKET, option, value, n), 0);
}

/* Of a frame that has begun the rest has to follow, and a frame of the control link has to go: but
 * no broker holds the host's loop for ever. */
static void a_broker_that_reads_no_more_is_lost(void)
{
    static const struct timeval limit = {.tv_usec = 20000};
    static const int small = 4096;
    uint8_t byte;
    begin();
    set(SO_SNDTIMEO, &limit, sizeof limit);
    set(SO_SNDBUF, &small, sizeof small);
    CHECK_INT(emit_text("main", "saved", 60000), TROLLBRIDGE_LOST);
    CHECK(bridge.lost);
    CHECK_INT(recv(bridge.control_fd, &byte, 1, MSG_DONTWAIT), 0); /* whoever polls hears of it */
    end();
    begin();
    set(SO_SNDTIMEO, &limit, sizeof limit);
    set(SO_SNDBUF, &small, sizeof small);
    while (emit_text("main", "saved", 100) == TROLLBRIDGE_OK)
        continue;
    CHECK(!bridge.lost);
    CHECK_INT(trollbridge_shut(&bridge, "main"), TROLLBRIDGE_LOST);
    CHECK(bridge.lost);
    end();
}

static void a_broker_that_is_gone_is_told(void)
{
    begin();
    tb_fd_close(&broker);
    CHECK_INT(emit_text("main", "saved", 1), TROLLBRIDGE_LOST);
    CHECK(bridge.lost);
    CHECK_INT(emit_text("main", "saved", 1), TROLLBRIDGE_LOST);
    end();
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(an_event_is_sent),
        TEST(names_and_labels_are_checked),
        TEST(a_payload_has_a_most),
        TEST(a_payload_has_so_many_values_and_so_deep),
        TEST(a_payload_is_one_value),
        TEST(a_broker_that_does_not_read_is_not_waited_for),
        TEST(a_broker_that_reads_no_more_is_lost),
        TEST(a_broker_that_is_gone_is_told),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
