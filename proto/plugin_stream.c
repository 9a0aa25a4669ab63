#include "proto/plugin_stream.h"

#include "base/result.h"

static const struct tb_bytes no_bytes;

int tb_plugin_part_write(struct tb_buffer *out, const struct tb_plugin_part *part,
                         uint64_t *ret_cost)
{
    struct tb_packer packer;
    size_t before = tb_buffer_n(out);
    struct tb_plain plain = tb_plain_begin(&packer, out, TB_PLUGIN_CHUNK);
    tb_assert(part->raw.bytes.n <= TB_CHUNK_RAW_MAX);
    tb_pack_map(&packer, 2u + part->raw.pooled + part->last);
    tb_pack_key_uint(&packer, "call", part->call);
    tb_plugin_pack_raw(&packer, &part->raw);
    if (part->last)
        tb_pack_key_bool(&packer, "last", true);
    int r = tb_plain_finish(&plain, &packer, part->raw.pooled ? no_bytes : part->raw.bytes);
    if (r == TB_OK)
        *ret_cost = tb_buffer_n(out) - before - TB_HEADER_SIZE - 4 +
                    (part->raw.pooled ? part->raw.bytes.n : 0);
    return r;
}

int tb_plugin_chunk_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                         struct tb_plugin_chunk *ret_chunk)
{
    struct tb_plaintext plaintext;
    struct tb_plugin_chunk chunk = {0};
    const msgpack_object *message = NULL;
    const msgpack_object *root;
    uint64_t n_raw = 0;
    uint64_t channel = 0;
    bool has_value;
    bool has_message;
    bool has_bytes;
    const struct tb_field fields[] = {
        {"call", TB_UINT, &chunk.call, 0, NULL},
        {"value", TB_ANY, &chunk.chunk.value, 0, &has_value},
        {"message", TB_ANY, &message, 0, &has_message},
        {"bytes", TB_UINT, &n_raw, TB_CHUNK_RAW_MAX, &has_bytes},
        {"at", TB_UINT, &chunk.raw.at, 0, &chunk.raw.pooled},
        {"channel", TB_UINT, &channel, UINT32_MAX, &chunk.chunk.has_channel},
    };
    int r = tb_plugin_unpack(unpacker, body, &plaintext, &root);
    if (r == TB_OK)
        r = tb_map_read(root, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    if ((int)has_value + has_message + has_bytes != 1 || (has_value && chunk.chunk.has_channel) ||
        !tb_plugin_take_raw(&plaintext, has_bytes, n_raw, &chunk.raw))
        return TB_MALFORMED;
    chunk.chunk.type = has_value ? TB_CHUNK_VALUE : has_message ? TB_CHUNK_MESSAGE : TB_CHUNK_BYTES;
    if (has_message)
        chunk.chunk.value = message;
    chunk.chunk.raw = plaintext.raw;
    chunk.chunk.channel = (uint32_t)channel;
    chunk.cost = plaintext.text.n + n_raw;
    *ret_chunk = chunk;
    return TB_OK;
}

int tb_plugin_emit_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                        struct tb_plugin_emit *ret_emit)
{
    struct tb_plugin_emit emit;
    const struct tb_field fields[] = {
        {"event", TB_STR, &emit.event, TB_EVENT_NAME_MAX, NULL},
        {"payload", TB_ANY, &emit.payload, 0, NULL},
    };
    int r = tb_plugin_read_alone(unpacker, body, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    if (!tb_event_name_valid(emit.event))
        return TB_MALFORMED;
    *ret_emit = emit;
    return TB_OK;
}
