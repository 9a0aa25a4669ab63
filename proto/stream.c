#include "proto/stream.h"

#include "proto/body.h"

static const struct tb_bytes no_bytes;

static void pack_next(struct tb_packer *packer, bool has_next, const struct tb_handle *next)
{
    if (!has_next)
        return;
    tb_pack_key(packer, "next");
    tb_pack_bin(packer, tb_bytes_of(next->bytes, TB_HANDLE_SIZE));
}

int tb_part_read(struct tb_unpacker *unpacker, const struct tb_plaintext *plaintext,
                 struct tb_part *ret_part)
{
    struct tb_part part = {.raw = plaintext->raw};
    uint64_t n_raw = 0;
    bool has_last;
    const struct tb_field fields[] = {
        {"bytes", TB_UINT, &n_raw, TB_CHUNK_RAW_MAX, NULL},
        {"last", TB_BOOL, &part.last, 0, &has_last},
    };
    const msgpack_object *root;
    int r = tb_body_unpack(unpacker, plaintext, &root);
    if (r == TB_OK)
        r = tb_map_read(root, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    if (n_raw != part.raw.n || has_last != part.last || (n_raw == 0 && !part.last))
        return TB_MALFORMED;
    *ret_part = part;
    return TB_OK;
}

int tb_part_write(struct tb_buffer *out, const struct tb_envelope *envelope,
                  const struct tb_part *part, bool raw_clear)
{
    struct tb_packer packer;
    struct tb_seal seal = tb_body_begin(&packer, out, TB_CHUNK, raw_clear ? TB_RAW_CLEAR : 0);
    tb_assert(part->raw.n <= TB_CHUNK_RAW_MAX);
    tb_pack_map(&packer, 1u + part->last);
    tb_pack_key_uint(&packer, "bytes", part->raw.n);
    if (part->last)
        tb_pack_key_bool(&packer, "last", true);
    return tb_body_finish(&seal, &packer, envelope, part->raw);
}

int tb_chunk_read(struct tb_unpacker *unpacker, const struct tb_plaintext *plaintext,
                  struct tb_chunk *ret_chunk)
{
    struct tb_chunk chunk = {.raw = plaintext->raw};
    const msgpack_object *message = NULL;
    struct tb_bytes next = {0};
    uint64_t n_raw = 0;
    uint64_t channel = 0;
    bool has_value;
    bool has_message;
    bool has_bytes;
    const struct tb_field fields[] = {
        {"value", TB_ANY, &chunk.value, 0, &has_value},
        {"message", TB_ANY, &message, 0, &has_message},
        {"bytes", TB_UINT, &n_raw, TB_CHUNK_RAW_MAX, &has_bytes},
        {"channel", TB_UINT, &channel, UINT32_MAX, &chunk.has_channel},
        {"next", TB_BIN, &next, TB_HANDLE_SIZE, &chunk.has_next},
    };
    const msgpack_object *root;
    int r = tb_body_unpack(unpacker, plaintext, &root);
    if (r == TB_OK)
        r = tb_map_read(root, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    if ((int)has_value + has_message + has_bytes != 1 || n_raw != chunk.raw.n ||
        (has_value && chunk.has_channel) || !tb_body_next(next, chunk.has_next, &chunk.next))
        return TB_MALFORMED;
    chunk.type = has_value ? TB_CHUNK_VALUE : has_message ? TB_CHUNK_MESSAGE : TB_CHUNK_BYTES;
    if (has_message)
        chunk.value = message;
    chunk.channel = (uint32_t)channel;
    *ret_chunk = chunk;
    return TB_OK;
}

static void pack_content(struct tb_packer *packer, const struct tb_chunk *chunk)
{
    if (chunk->type == TB_CHUNK_BYTES) {
        tb_pack_key_uint(packer, "bytes", chunk->raw.n);
    } else {
        tb_pack_key(packer, chunk->type == TB_CHUNK_VALUE ? "value" : "message");
        tb_pack_object(packer, chunk->value);
    }
}

int tb_chunk_write(struct tb_buffer *out, const struct tb_envelope *envelope,
                   const struct tb_chunk *chunk, bool raw_clear)
{
    struct tb_packer packer;
    struct tb_seal seal = tb_body_begin(&packer, out, TB_CHUNK, raw_clear ? TB_RAW_CLEAR : 0);
    tb_pack_map(&packer, 1u + chunk->has_channel + chunk->has_next);
    pack_content(&packer, chunk);
    if (chunk->has_channel)
        tb_pack_key_uint(&packer, "channel", chunk->channel);
    pack_next(&packer, chunk->has_next, &chunk->next);
    return tb_body_finish(&seal, &packer, envelope,
                          chunk->type == TB_CHUNK_BYTES ? chunk->raw : no_bytes);
}

int tb_credit_read(struct tb_unpacker *unpacker, const struct tb_plaintext *plaintext,
                   struct tb_credit *ret_credit)
{
    struct tb_credit credit = {0};
    struct tb_bytes next = {0};
    uint64_t n = 0;
    const struct tb_field fields[] = {
        {"bytes", TB_UINT, &n, TB_CREDIT_MOST, NULL},
        {"next", TB_BIN, &next, TB_HANDLE_SIZE, &credit.has_next},
    };
    const msgpack_object *root;
    int r = tb_body_unpack_alone(unpacker, plaintext, &root);
    if (r == TB_OK)
        r = tb_map_read(root, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    if (!tb_body_next(next, credit.has_next, &credit.next))
        return TB_MALFORMED;
    credit.bytes = (uint32_t)n;
    *ret_credit = credit;
    return TB_OK;
}

int tb_credit_write(struct tb_buffer *out, const struct tb_envelope *envelope,
                    const struct tb_credit *credit)
{
    struct tb_packer packer;
    struct tb_seal seal = tb_body_begin(&packer, out, TB_CREDIT, 0);
    tb_pack_map(&packer, 1u + credit->has_next);
    tb_pack_key_uint(&packer, "bytes", credit->bytes);
    pack_next(&packer, credit->has_next, &credit->next);
    return tb_body_finish(&seal, &packer, envelope, no_bytes);
}
