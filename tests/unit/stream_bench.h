/* Streams on the bench: what the endpoint and the plugin say of them, and what they are told. */
#pragma once

#include "proto/plugin_stream.h"
#include "tests/unit/session_bench.h"

/* ---- the endpoint ---- */

#define MORE_ARGS                                                                                  \
    tb_bytes_of("\x82\xa4"                                                                         \
                "args\x80\xa4"                                                                     \
                "more\xc3",                                                                        \
                13)

static uint8_t stream_zeros[TB_CHUNK_RAW_MAX];

/* A frame that the endpoint was sent. */
struct stream_seen {
    enum tb_kind kind;
    uint64_t counter;
    struct tb_handle handle;
    bool has_next;
    enum tb_chunk_type type; /* of a CHUNK */
    bool has_channel;
    uint64_t value;    /* of a CHUNK or REPLY with a number for value */
    uint64_t n_raw;    /* of a CHUNK or REPLY */
    uint64_t cost;     /* of a CHUNK */
    uint32_t credit;   /* of a CREDIT */
    enum tb_code code; /* of a REPLY */
    bool has_total;
    uint64_t total;
};

static inline uint64_t stream_number(const msgpack_object *value)
{
    return value && value->type == MSGPACK_OBJECT_POSITIVE_INTEGER ? value->via.u64 : 0;
}

static inline void stream_see_chunk(struct tb_unpacker *unpacker,
                                    const struct tb_plaintext *plaintext, struct stream_seen *seen)
{
    struct tb_chunk chunk;
    CHECK_INT(tb_chunk_read(unpacker, plaintext, &chunk), TB_OK);
    seen->type = chunk.type;
    seen->has_channel = chunk.has_channel;
    seen->has_next = chunk.has_next;
    seen->value = stream_number(chunk.value);
    seen->n_raw = chunk.raw.n;
    seen->cost = tb_chunk_cost(plaintext);
}

static inline void stream_see_reply(struct tb_unpacker *unpacker,
                                    const struct tb_plaintext *plaintext, struct stream_seen *seen)
{
    struct tb_reply reply;
    CHECK_INT(tb_reply_read(unpacker, plaintext, &reply), TB_OK);
    seen->has_next = reply.has_next;
    seen->value = stream_number(reply.value);
    seen->n_raw = reply.raw.n;
    seen->code = reply.type == TB_REPLY_ERROR ? reply.error.code : TB_CODE_NONE;
    seen->has_total = reply.has_total;
    seen->total = reply.total;
}

/* The next frame that the endpoint was sent; false: there is none. */
static inline bool stream_look(struct bench *bench, struct stream_seen *ret_seen)
{
    struct tb_unpacker unpacker;
    struct tb_frame frame;
    struct tb_plaintext plaintext;
    struct tb_credit credit;
    size_t size;
    if (tb_frame_parse(TB_SIDE_ENDPOINT, tb_buffer_bytes(&bench->end.from_broker), &frame, &size))
        return false;
    struct tb_address address = tb_sealed_address(&frame);
    *ret_seen = (struct stream_seen){
        .kind = frame.kind, .counter = address.counter, .handle = address.handle};
    CHECK_INT(tb_seal_open(&frame, bench->end.keys.to_endpoint, &plaintext), TB_OK);
    CHECK_INT(tb_unpacker_init(&unpacker, &tb_scan_peer), 0);
    if (frame.kind == TB_CHUNK) {
        stream_see_chunk(&unpacker, &plaintext, ret_seen);
    } else if (frame.kind == TB_REPLY) {
        stream_see_reply(&unpacker, &plaintext, ret_seen);
    } else if (frame.kind == TB_CREDIT) {
        CHECK_INT(tb_credit_read(&unpacker, &plaintext, &credit), TB_OK);
        ret_seen->credit = credit.bytes;
        ret_seen->has_next = credit.has_next;
    }
    tb_unpacker_deinit(&unpacker);
    tb_buffer_consume(&bench->end.from_broker, size);
    return true;
}

/* The same, and it is of that kind, under that handle, with that counter. */
static inline struct stream_seen stream_take(struct bench *bench, enum tb_kind kind,
                                             const struct tb_handle *handle, uint64_t counter)
{
    struct stream_seen seen;
    CHECK(stream_look(bench, &seen));
    CHECK_INT(seen.kind, kind);
    CHECK_INT(seen.counter, counter);
    CHECK(tb_handle_equal(&seen.handle, handle));
    CHECK_INT(seen.has_next, counter == 0);
    return seen;
}

static inline bool stream_quiet(struct bench *bench)
{
    return tb_buffer_n(&bench->end.from_broker) == 0;
}

static inline struct tb_handle stream_call(struct bench *bench, uint32_t command,
                                           struct tb_bytes text)
{
    struct tb_handle handle = session_issued(bench, command);
    bench_send_sealed(bench, TB_CALL, 0, &handle, 0, text, none);
    bench_check(bench);
    return handle;
}

static inline void stream_part(struct bench *bench, const struct tb_handle *handle,
                               uint64_t counter, size_t n, bool last)
{
    struct tb_buffer out;
    const struct tb_envelope envelope = {bench->end.keys.to_broker, *handle, counter};
    const struct tb_part part = {tb_bytes_of(stream_zeros, n), last};
    bool clear = bench_session(bench)->mode == TB_MODE_DIRECT;
    tb_buffer_init(&out, TB_FRAME_MAX);
    CHECK_INT(tb_part_write(&out, &envelope, &part, clear), TB_OK);
    bench_send(bench, tb_buffer_bytes(&out));
    tb_buffer_deinit(&out);
    bench_check(bench);
}

static inline void stream_credit(struct bench *bench, const struct tb_handle *handle,
                                 uint64_t counter, uint32_t bytes)
{
    struct tb_buffer out;
    const struct tb_envelope envelope = {bench->end.keys.to_broker, *handle, counter};
    const struct tb_credit credit = {.bytes = bytes};
    tb_buffer_init(&out, 256);
    CHECK_INT(tb_credit_write(&out, &envelope, &credit), TB_OK);
    bench_send(bench, tb_buffer_bytes(&out));
    tb_buffer_deinit(&out);
    bench_check(bench);
}

static inline void stream_cancel(struct bench *bench, const struct tb_handle *handle,
                                 uint64_t counter)
{
    bench_send_sealed(bench, TB_CANCEL, 0, handle, counter, EMPTY_MAP, none);
    bench_check(bench);
}

/* The call under that handle, which is live. */
static inline struct tb_live_call *stream_live(struct bench *bench, const struct tb_handle *handle)
{
    struct tb_session *session = bench_session(bench);
    uint32_t slot;
    CHECK_INT(tb_handle_pool_look(&session->handles, handle, &slot), TB_HANDLE_LIVE);
    return tb_calls_at(&session->calls, slot);
}

/* ---- the plugin ---- */

/* A frame of the plugin's, of one map and raw bytes. */
struct stream_says {
    struct tb_buffer out;
    struct tb_packer packer;
    struct tb_plain plain;
};

static inline struct tb_packer *stream_begin(struct stream_says *says, enum tb_kind kind, size_t n,
                                             uint64_t call)
{
    tb_buffer_init(&says->out, TB_FRAME_MAX + TB_HEADER_SIZE);
    says->plain = tb_plain_begin(&says->packer, &says->out, kind);
    tb_pack_map(&says->packer, n);
    tb_pack_key_uint(&says->packer, "call", call);
    return &says->packer;
}

static inline void stream_end(struct bench *bench, struct stream_says *says, struct tb_bytes raw)
{
    CHECK_INT(tb_plain_finish(&says->plain, &says->packer, raw), TB_OK);
    bench_plugin_send(bench, tb_buffer_bytes(&says->out));
    tb_buffer_deinit(&says->out);
    bench_check(bench);
}

/* `key` is value or message. */
static inline void plugin_says(struct bench *bench, uint64_t call, const char *key, uint64_t value)
{
    struct stream_says says;
    struct tb_packer *packer = stream_begin(&says, TB_PLUGIN_CHUNK, 2, call);
    tb_pack_key_uint(packer, key, value);
    stream_end(bench, &says, none);
}

static inline void plugin_sends(struct bench *bench, uint64_t call, size_t n)
{
    struct stream_says says;
    struct tb_packer *packer = stream_begin(&says, TB_PLUGIN_CHUNK, 2, call);
    tb_pack_key_uint(packer, "bytes", n);
    stream_end(bench, &says, tb_bytes_of(stream_zeros, n));
}

static inline void plugin_credits(struct bench *bench, uint64_t call, uint64_t n)
{
    struct stream_says says;
    struct tb_packer *packer = stream_begin(&says, TB_PLUGIN_CREDIT, 2, call);
    tb_pack_key_uint(packer, "bytes", n);
    stream_end(bench, &says, none);
}

static inline void plugin_replies_nil(struct bench *bench, uint64_t call)
{
    struct stream_says says;
    struct tb_packer *packer = stream_begin(&says, TB_PLUGIN_REPLY, 2, call);
    tb_pack_key(packer, "value");
    tb_pack_nil(packer);
    stream_end(bench, &says, none);
}

static inline void plugin_replies_bytes(struct bench *bench, uint64_t call, size_t n)
{
    struct stream_says says;
    struct tb_packer *packer = stream_begin(&says, TB_PLUGIN_REPLY, 2, call);
    tb_pack_key_uint(packer, "bytes", n);
    stream_end(bench, &says, tb_bytes_of(stream_zeros, n));
}

/* What the plugin was told. */
struct stream_told {
    enum tb_kind kind;
    uint64_t call;
    uint64_t bytes; /* of a CHUNK or CREDIT */
    bool last;
    bool more;
    uint64_t cost;
};

static inline uint64_t stream_field(const msgpack_object *map, const char *key, bool *ret_has)
{
    for (uint32_t i = 0; i < map->via.map.size; i++) {
        const msgpack_object_kv *entry = &map->via.map.ptr[i];
        if (tb_bytes_are(tb_object_bytes(&entry->key), key)) {
            *ret_has = true;
            return stream_number(&entry->val);
        }
    }
    *ret_has = false;
    return 0;
}

/* The next frame behind INIT that the plugin was sent; false: there is none. */
static inline bool plugin_told(struct bench *bench, struct stream_told *ret_told)
{
    struct tb_unpacker unpacker;
    struct tb_frame frame;
    struct tb_plaintext plaintext;
    const msgpack_object *root;
    bool has;
    size_t size;
    if (tb_frame_parse(TB_SIDE_PLUGIN, tb_buffer_bytes(&bench->to_plugin), &frame, &size))
        return false;
    CHECK_INT(tb_unpacker_init(&unpacker, &tb_scan_peer), 0);
    CHECK_INT(tb_plugin_unpack(&unpacker, frame.body, &plaintext, &root), TB_OK);
    *ret_told = (struct stream_told){.kind = frame.kind, .cost = frame.body.n - 4};
    ret_told->call = stream_field(root, "call", &has);
    ret_told->bytes = stream_field(root, "bytes", &has);
    (void)stream_field(root, "last", &ret_told->last);
    (void)stream_field(root, "more", &ret_told->more);
    tb_unpacker_deinit(&unpacker);
    tb_buffer_consume(&bench->to_plugin, size);
    return frame.kind == TB_PLUGIN_INIT ? plugin_told(bench, ret_told) : true;
}

static inline struct stream_told plugin_takes(struct bench *bench, enum tb_kind kind, uint64_t call)
{
    struct stream_told told;
    CHECK(plugin_told(bench, &told));
    CHECK_INT(told.kind, kind);
    CHECK_INT(told.call, call);
    return told;
}
