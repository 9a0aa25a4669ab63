/* Large bodies on the bench, between a direct link and the plugin's pool: what is said of them, and
 * what is heard. */
#pragma once

#include "base/fd.h"
#include "tests/unit/stream_bench.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

enum { ECHO, BODY_MAX = TB_FRAME_MAX - 256, N_BODY = 200 * 1024 };

static struct bench bench;
static uint8_t body[BODY_MAX];
static uint8_t other[BODY_MAX];

static inline uint64_t n_violations(void)
{
    return bench.broker.views.slots[0].n_violations;
}

static inline struct tb_plugin *plugin(void)
{
    return &bench_session(&bench)->plugins[0];
}

static inline void open_view(enum tb_mode mode)
{
    bench_init(&bench, mode, TB_ON_VIOLATION_LOCK, BENCH_COMMANDS);
    bench_hello(&bench, secret);
    tb_buffer_consume(&bench.end.from_broker, tb_buffer_n(&bench.end.from_broker));
    randombytes_buf(body, sizeof body);
}

/* A call that starts the plugin and is answered, so that there is a pool. */
static inline void begin(enum tb_mode mode)
{
    struct tb_handle handle;
    open_view(mode);
    handle = stream_call(&bench, ECHO, NO_ARGS);
    bench_plugin_answer(&bench, stream_live(&bench, &handle)->number);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 0).value, 1);
    tb_buffer_consume(&bench.to_plugin, tb_buffer_n(&bench.to_plugin));
}

static inline bool is_mapped(void)
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
static inline void end(void)
{
    bench_deinit(&bench);
    CHECK(!is_mapped());
}

static inline uint32_t n_taken(void)
{
    uint32_t n = 0;
    for (size_t i = 0; plugin()->bulk && i < TB_BLOCKS_MAX; i++)
        n += plugin()->bulk->blocks.at[i].n_units != 0;
    return n;
}

/* ---- what is said ---- */

static inline struct tb_buffer frame_of(const struct tb_handle *handle, size_t n)
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
static inline struct tb_handle call_with(size_t n)
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
static inline struct tb_handle call_half_with(size_t n, size_t n_first, struct tb_buffer *ret_rest)
{
    struct tb_handle handle = session_issued(&bench, ECHO);
    *ret_rest = frame_of(&handle, n);
    bench_send(&bench, tb_bytes_of(tb_buffer_bytes(ret_rest).data, n_first));
    tb_buffer_consume(ret_rest, n_first);
    bench_check(&bench);
    return handle;
}

static inline void send_rest(struct tb_buffer *rest)
{
    bench_send(&bench, tb_buffer_bytes(rest));
    tb_buffer_deinit(rest);
    if (bench_session(&bench))
        bench_check(&bench);
}

static inline void plugin_releases(uint64_t at)
{
    struct tb_buffer out;
    tb_buffer_init(&out, 256);
    CHECK_INT(tb_plugin_release_write(&out, at), TB_OK);
    bench_plugin_send(&bench, tb_buffer_bytes(&out));
    tb_buffer_deinit(&out);
    bench_check(&bench);
}

static inline void plugin_replies_at(uint64_t call, uint64_t at, uint64_t n)
{
    struct stream_says says;
    struct tb_packer *packer = stream_begin(&says, TB_PLUGIN_REPLY, 3, call);
    tb_pack_key_uint(packer, "bytes", n);
    tb_pack_key_uint(packer, "at", at);
    stream_end(&bench, &says, none);
}

static inline void plugin_chunks_at(uint64_t call, uint64_t at, uint64_t n)
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
static inline bool hear(struct told *ret_told)
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

static inline struct told heard(enum tb_kind kind)
{
    struct told told;
    CHECK(hear(&told));
    CHECK_INT(told.kind, kind);
    return told;
}

/* The endpoint has the REPLY with the first n bytes of the body. */
static inline void check_reply(const struct tb_handle *handle, size_t n)
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

static inline void put_body(uint64_t at, size_t n)
{
    CHECK_INT(pwrite(bench.memory, body, n, (off_t)at), n);
}
