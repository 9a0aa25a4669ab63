#include "tests/unit/sdk_link.h"

#include "base/fd.h"
#include "base/result.h"
#include "base/wire.h"

#include <stdarg.h>
#include <sys/mman.h>

struct tb_session session;
void (*sdk_handler)(struct tb_call *call);
void (*sdk_args)(struct tb_packer *packer);
uint8_t *sdk_pool;

static struct tb_unpacker unpacker;
static size_t n_taken; /* of session.out, by the last sdk_take */
static size_t n_pool;

static void handle(struct tb_call *call)
{
    sdk_handler(call);
}

static const struct tb_plugin_command commands[] = {{"run", handle}};
static const char *const parts[] = {"run", NULL};
static const struct tb_plugin plugin = {.commands = commands, .n_commands = 1, .parts = parts};

static void put(enum tb_kind kind, struct tb_buffer *map, struct tb_bytes raw)
{
    uint8_t header[TB_HEADER_SIZE];
    uint8_t length[4];
    tb_frame_header(header, kind, 0, 4 + tb_buffer_n(map) + raw.n);
    tb_store_u32(length, (uint32_t)tb_buffer_n(map));
    CHECK(tb_buffer_append(&session.in, tb_bytes_of(header, sizeof header)));
    CHECK(tb_buffer_append(&session.in, tb_bytes_of(length, sizeof length)));
    CHECK(tb_buffer_append(&session.in, tb_buffer_bytes(map)));
    CHECK(tb_buffer_append(&session.in, raw));
    tb_buffer_deinit(map);
}

static void pack_pair(struct tb_packer *packer, const char *key, unsigned value)
{
    if (strcmp(key, "args") == 0) {
        tb_pack_key(packer, key);
        if (sdk_args)
            sdk_args(packer);
        else
            tb_pack_map(packer, 0);
    } else if (key[0] == '?') {
        tb_pack_key_bool(packer, key + 1, value);
    } else {
        tb_pack_key_uint(packer, key, value);
    }
}

void sdk_put(enum tb_kind kind, struct tb_bytes raw, ...)
{
    struct tb_buffer body;
    struct tb_packer packer;
    va_list count;
    va_list pairs;
    size_t n = 0;
    va_start(pairs, raw);
    va_copy(count, pairs);
    for (; va_arg(count, const char *); n++)
        (void)va_arg(count, unsigned);
    va_end(count);
    tb_buffer_init(&body, TB_FRAME_MAX);
    tb_packer_init(&packer, &body);
    tb_pack_map(&packer, n);
    for (size_t i = 0; i < n; i++) {
        const char *key = va_arg(pairs, const char *);
        pack_pair(&packer, key, va_arg(pairs, unsigned));
    }
    va_end(pairs);
    CHECK(!packer.failed);
    put(kind, &body, raw);
}

static void pack_command(struct tb_packer *packer, uint64_t number, const char *name)
{
    tb_pack_map(packer, 2);
    tb_pack_key_uint(packer, "number", number);
    tb_pack_key_text(packer, "name", name);
}

void sdk_put_init(size_t pool_in, size_t pool_out)
{
    struct tb_buffer body;
    struct tb_packer packer;
    tb_buffer_init(&body, TB_FRAME_MAX);
    tb_packer_init(&packer, &body);
    tb_pack_map(&packer, 11);
    tb_pack_key_uint(&packer, "v", 1);
    tb_pack_key_text(&packer, "plugin", "test");
    tb_pack_key_text(&packer, "app", "com.example.test");
    tb_pack_key_text(&packer, "view", "main");
    tb_pack_key_text(&packer, "origin", "local");
    tb_pack_key(&packer, "commands");
    tb_pack_array(&packer, 3);
    pack_command(&packer, SDK_RUN, "run");
    pack_command(&packer, SDK_OTHER, "other");
    pack_command(&packer, SDK_CLOSE, "resources|close");
    tb_pack_key(&packer, "scopes");
    tb_pack_array(&packer, 0);
    tb_pack_key(&packer, "vars");
    tb_pack_map(&packer, 1);
    tb_pack_key_text(&packer, "HOME", "/home/x");
    tb_pack_key_text(&packer, "state", "/state/test");
    tb_pack_key_uint(&packer, "ids", UINT64_C(7) << 32);
    tb_pack_key(&packer, "pool");
    tb_pack_map(&packer, 2);
    tb_pack_key_uint(&packer, "in", pool_in);
    tb_pack_key_uint(&packer, "out", pool_out);
    CHECK(!packer.failed);
    put(TB_PLUGIN_INIT, &body, SDK_NO_RAW);
}

static void make_pool(size_t n)
{
    session.pool_fd = tb_fd_memory("pool");
    CHECK(session.pool_fd >= 0 && ftruncate(session.pool_fd, (off_t)n) == 0);
    sdk_pool = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED, session.pool_fd, 0);
    CHECK(sdk_pool != MAP_FAILED);
    n_pool = n;
}

void sdk_start(size_t pool_in, size_t pool_out)
{
    CHECK_INT(tb_session_init(&session, &plugin), 0);
    CHECK_INT(tb_unpacker_init(&unpacker, &tb_scan_peer), 0);
    if (pool_in + pool_out > 0)
        make_pool(pool_in + pool_out);
    sdk_put_init(pool_in, pool_out);
    CHECK_INT(sdk_run(), TB_AGAIN);
    CHECK(sdk_quiet());
}

void sdk_stop(void)
{
    tb_session_deinit(&session);
    tb_unpacker_deinit(&unpacker);
    if (sdk_pool)
        (void)munmap(sdk_pool, n_pool);
    sdk_pool = NULL;
    n_taken = 0;
}

static void forget_taken(void)
{
    tb_buffer_consume(&session.out, n_taken);
    n_taken = 0;
}

int sdk_run(void)
{
    size_t need;
    int r;
    forget_taken();
    do {
        r = tb_session_step(&session, &need);
    } while (r == TB_OK && !tb_session_full(&session));
    return r;
}

bool sdk_quiet(void)
{
    forget_taken();
    return tb_buffer_n(&session.out) == 0;
}

bool sdk_take_any(struct sdk_frame *ret_frame)
{
    struct tb_frame frame;
    struct tb_plaintext plain;
    struct sdk_frame taken = {0};
    forget_taken();
    if (tb_frame_parse(TB_SIDE_BROKER_PLUGIN, tb_buffer_bytes(&session.out), &frame, &n_taken) !=
            TB_OK ||
        tb_plaintext_split(frame.body, &plain) != TB_OK ||
        tb_unpack(&unpacker, &tb_scan_peer, plain.text, &taken.map) != TB_OK)
        return false;
    taken.kind = frame.kind;
    taken.raw = plain.raw;
    taken.cost = plain.text.n + (sdk_has(taken, "bytes") ? sdk_uint(taken, "bytes") : 0);
    *ret_frame = taken;
    return true;
}

struct sdk_frame sdk_take(enum tb_kind kind)
{
    struct sdk_frame taken;
    CHECK(sdk_take_any(&taken));
    CHECK_INT(taken.kind, kind);
    return taken;
}

struct sdk_frame sdk_call(void (*run)(struct tb_call *call), struct tb_bytes body)
{
    sdk_handler = run;
    if (body.data)
        sdk_put(TB_PLUGIN_CALL, body, "call", SDK_CALL, "command", SDK_RUN, "args", 0, "bytes",
                (unsigned)body.n, NULL);
    else
        sdk_put(TB_PLUGIN_CALL, body, "call", SDK_CALL, "command", SDK_RUN, "args", 0, NULL);
    int r = sdk_run();
    CHECK(r == TB_AGAIN || r == TB_OK);
    CHECK_INT(tb_buffer_n(&session.in), 0);
    struct sdk_frame frame = sdk_take(TB_PLUGIN_REPLY);
    CHECK_INT(sdk_uint(frame, "call"), SDK_CALL);
    return frame;
}

bool sdk_has(struct sdk_frame frame, const char *key)
{
    return tb_value_get(tb_value_of(frame.map), key) != NULL;
}

uint64_t sdk_uint(struct sdk_frame frame, const char *key)
{
    uint64_t number = 0;
    CHECK(tb_value_uint(tb_value_get(tb_value_of(frame.map), key), &number));
    return number;
}

bool sdk_is_error(struct sdk_frame frame, const char *code, const char *message)
{
    const struct tb_value *error = tb_value_get(tb_value_of(frame.map), "error");
    struct tb_bytes text;
    return tb_value_str(tb_value_get(error, "code"), &text) && tb_bytes_are(text, code) &&
           tb_value_str(tb_value_get(error, "message"), &text) && tb_bytes_are(text, message);
}
