/*
 * Plaintexts of the messages of streams and events: the first byte picks the reader, the rest is
 * `u32 m | msgpack | raw`. What is accepted keeps to its limits, and survives being written and
 * read again; what a plugin sent is never longer for the endpoint than it came, but for `next`.
 */
#include "base/result.h"
#include "proto/event.h"
#include "tests/fuzz/fuzz.h"

static struct tb_unpacker unpacker;
static struct tb_buffer out;
static const uint8_t key[TB_KEY_SIZE] = {5};
static const struct tb_envelope envelope = {.key = key, .handle = {{1}}};

/* Opens the frame in `out`. */
static struct tb_plaintext opened(enum tb_side side)
{
    struct tb_frame frame;
    struct tb_plaintext plaintext;
    size_t size;
    tb_assert(tb_frame_parse(side, tb_buffer_bytes(&out), &frame, &size) == TB_OK);
    tb_assert(size == tb_buffer_n(&out));
    tb_assert(tb_seal_open(&frame, key, &plaintext) == TB_OK);
    return plaintext;
}

static void on_part(struct tb_bytes body)
{
    struct tb_plaintext in;
    struct tb_part part;
    if (tb_plaintext_split(body, &in) != TB_OK || tb_part_read(&unpacker, &in, &part) != TB_OK)
        return;
    tb_assert(part.raw.n <= TB_CHUNK_RAW_MAX && (part.raw.n > 0 || part.last));
    tb_assert(tb_part_write(&out, &envelope, &part, false) == TB_OK);
    struct tb_plaintext again = opened(TB_SIDE_BROKER_VIEW);
    tb_assert(tb_chunk_cost(&again) <= tb_chunk_cost(&in));
    tb_assert(tb_part_read(&unpacker, &again, &part) == TB_OK);
}

static void check_chunk(const struct tb_chunk *chunk)
{
    struct tb_chunk again;
    enum tb_chunk_type type = chunk->type;
    if (tb_chunk_write(&out, &envelope, chunk, false) != TB_OK)
        return; /* it does not fit */
    struct tb_plaintext plaintext = opened(TB_SIDE_ENDPOINT);
    tb_assert(tb_chunk_read(&unpacker, &plaintext, &again) == TB_OK && again.type == type);
}

static void on_chunk(struct tb_bytes body)
{
    struct tb_plaintext in;
    struct tb_chunk chunk;
    if (tb_plaintext_split(body, &in) != TB_OK || tb_chunk_read(&unpacker, &in, &chunk) != TB_OK)
        return;
    tb_assert(chunk.type == TB_CHUNK_BYTES || chunk.raw.n == 0);
    tb_assert(chunk.type != TB_CHUNK_VALUE || !chunk.has_channel);
    check_chunk(&chunk);
}

static void on_credit(struct tb_bytes body)
{
    struct tb_plaintext in;
    struct tb_credit credit;
    if (tb_plaintext_split(body, &in) != TB_OK || tb_credit_read(&unpacker, &in, &credit) != TB_OK)
        return;
    tb_assert(credit.bytes <= TB_CREDIT_MOST && in.raw.n == 0);
    tb_assert(tb_credit_write(&out, &envelope, &credit) == TB_OK);
    struct tb_plaintext again = opened(TB_SIDE_ENDPOINT);
    tb_assert(tb_credit_read(&unpacker, &again, &credit) == TB_OK);
}

static void on_plugin_chunk(struct tb_bytes body)
{
    struct tb_plugin_chunk chunk;
    if (tb_plugin_chunk_read(&unpacker, body, &chunk) != TB_OK)
        return;
    tb_assert(!chunk.chunk.has_next && chunk.raw.bytes.n <= TB_CHUNK_RAW_MAX);
    tb_assert(!chunk.raw.pooled || chunk.chunk.raw.n == 0);
    uint64_t cost = chunk.cost;
    check_chunk(&chunk.chunk);
    size_t n = tb_buffer_n(&out);
    tb_assert(n == 0 || chunk.raw.pooled || tb_seal_content(n, false) <= cost);
}

static void on_plugin_credit(struct tb_bytes body)
{
    struct tb_plugin_credit credit;
    if (tb_plugin_credit_read(&unpacker, body, &credit) != TB_OK)
        return;
    tb_assert(credit.bytes > 0 && credit.bytes <= TB_CREDIT_MOST);
    tb_assert(tb_plugin_credit_write(&out, &credit) == TB_OK);
}

static void on_release(struct tb_bytes body)
{
    uint64_t at;
    if (tb_plugin_release_read(&unpacker, body, &at) == TB_OK)
        tb_assert(tb_plugin_release_write(&out, at) == TB_OK);
}

static void pack_payload(struct tb_buffer *payload, const msgpack_object *object)
{
    struct tb_packer packer;
    tb_buffer_init(payload, TB_FRAME_MAX);
    tb_packer_init(&packer, payload);
    tb_pack_object(&packer, object);
    tb_assert(!packer.failed);
}

/* As a listener would get it. */
static void on_emit(struct tb_bytes body)
{
    struct tb_plugin_emit emit;
    struct tb_buffer payload;
    struct tb_chunk chunk;
    if (tb_plugin_emit_read(&unpacker, body, &emit) != TB_OK)
        return;
    tb_assert(tb_event_name_valid(emit.event));
    pack_payload(&payload, emit.payload);
    const struct tb_event_message message = {.event = emit.event,
                                             .id = UINT64_MAX,
                                             .payload = tb_buffer_bytes(&payload),
                                             .source = tb_bytes_of_string("main"),
                                             .lost = UINT32_MAX};
    if (message.payload.n <= TB_CHUNK_RAW_MAX) {
        tb_assert(tb_event_write(&out, &envelope, &message) == TB_OK);
        struct tb_plaintext again = opened(TB_SIDE_ENDPOINT);
        tb_assert(tb_chunk_cost(&again) <= tb_event_cost_most(&message));
        if (tb_chunk_read(&unpacker, &again, &chunk) == TB_OK) /* else one map deeper than may be */
            tb_assert(chunk.type == TB_CHUNK_MESSAGE);
    }
    tb_buffer_deinit(&payload);
}

/* The arguments of `plugin:event|…`. */
static void on_event_args(struct tb_bytes body)
{
    const msgpack_object *root;
    struct tb_event_args args;
    if (tb_unpack(&unpacker, &tb_scan_peer, body, &root) != TB_OK ||
        root->type != MSGPACK_OBJECT_MAP)
        return;
    for (int needs = TB_NEEDS_EVENT; needs <= TB_NEEDS_ID; needs++) {
        if (tb_event_args_read(root, (enum tb_event_needs)needs, &args) != TB_OK)
            continue;
        tb_assert(tb_event_name_valid(args.event) && args.target.label.n <= TB_LABEL_MAX);
        tb_assert((args.target.kind >= TB_TARGET_ANY_LABEL) == (args.target.label.n > 0));
        tb_assert(tb_target_matches(&args.target, &args.target));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const readers[])(struct tb_bytes) = {
        on_part,          on_chunk,   on_credit, on_plugin_chunk,
        on_plugin_credit, on_release, on_emit,   on_event_args};
    if (!unpacker.scanner) {
        tb_assert(tb_unpacker_init(&unpacker, &tb_scan_peer) == 0);
        tb_buffer_init(&out, 2 * TB_FRAME_MAX);
    }
    if (size == 0)
        return 0;
    readers[data[0] % TB_ARRAY_LEN(readers)](tb_bytes_of(data + 1, size - 1));
    tb_buffer_consume(&out, tb_buffer_n(&out));
    return 0;
}
