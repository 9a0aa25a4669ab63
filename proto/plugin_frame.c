#include "proto/plugin_frame.h"

#include "base/result.h"
#include "base/wire.h"

struct tb_plain tb_plain_begin(struct tb_packer *packer, struct tb_buffer *out, enum tb_kind kind)
{
    struct tb_plain plain = {.out = out, .at = tb_buffer_n(out), .kind = kind};
    if (tb_buffer_reserve(out, TB_HEADER_SIZE + 4))
        tb_buffer_commit(out, TB_HEADER_SIZE + 4);
    else
        plain.failed = true;
    tb_packer_init(packer, out);
    return plain;
}

int tb_plain_finish(const struct tb_plain *plain, const struct tb_packer *packer,
                    struct tb_bytes raw)
{
    struct tb_buffer *out = plain->out;
    bool failed = plain->failed || packer->failed;
    size_t n_text = failed ? 0 : tb_buffer_n(out) - plain->at - TB_HEADER_SIZE - 4;
    size_t n_body = 4 + n_text + raw.n;
    bool too_large = !failed && n_body > TB_FRAME_MAX;
    if (failed || too_large || !tb_buffer_append(out, raw)) {
        tb_buffer_truncate(out, plain->at);
        return too_large ? TB_TOO_LARGE : TB_FULL;
    }
    uint8_t *header = out->data + out->start + plain->at;
    tb_frame_header(header, plain->kind, 0, n_body);
    tb_store_u32(header + TB_HEADER_SIZE, (uint32_t)n_text);
    return TB_OK;
}

void tb_plugin_pack_raw(struct tb_packer *packer, const struct tb_raw *raw)
{
    tb_pack_key_uint(packer, "bytes", raw->bytes.n);
    if (raw->pooled)
        tb_pack_key_uint(packer, "at", raw->at);
}

int tb_plugin_unpack(struct tb_unpacker *unpacker, struct tb_bytes body,
                     struct tb_plaintext *ret_plaintext, const msgpack_object **ret_root)
{
    int r = tb_plaintext_split(body, ret_plaintext);
    return r == TB_OK ? tb_unpack(unpacker, &tb_scan_peer, ret_plaintext->text, ret_root) : r;
}

int tb_plugin_read_alone(struct tb_unpacker *unpacker, struct tb_bytes body,
                         const struct tb_field *fields, size_t n_fields)
{
    struct tb_plaintext plaintext;
    const msgpack_object *root;
    int r = tb_plugin_unpack(unpacker, body, &plaintext, &root);
    if (r == TB_OK && plaintext.raw.n != 0)
        r = TB_MALFORMED;
    return r == TB_OK ? tb_map_read(root, fields, n_fields) : r;
}

bool tb_plugin_take_raw(const struct tb_plaintext *plaintext, bool has_bytes, uint64_t untrusted_n,
                        struct tb_raw *raw)
{
    if (raw->pooled ? !has_bytes || plaintext->raw.n != 0 : untrusted_n != plaintext->raw.n)
        return false;
    raw->bytes = raw->pooled ? tb_bytes_of(NULL, untrusted_n) : plaintext->raw;
    return true;
}

int tb_plugin_credit_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                          struct tb_plugin_credit *ret_credit)
{
    struct tb_plugin_credit credit;
    uint64_t n = 0;
    const struct tb_field fields[] = {
        {"call", TB_UINT, &credit.call, 0, NULL},
        {"bytes", TB_UINT, &n, TB_CREDIT_MOST, NULL},
    };
    int r = tb_plugin_read_alone(unpacker, body, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    if (n == 0)
        return TB_MALFORMED;
    credit.bytes = (uint32_t)n;
    *ret_credit = credit;
    return TB_OK;
}

int tb_plugin_credit_write(struct tb_buffer *out, const struct tb_plugin_credit *credit)
{
    struct tb_packer packer;
    struct tb_plain plain = tb_plain_begin(&packer, out, TB_PLUGIN_CREDIT);
    tb_pack_map(&packer, 2);
    tb_pack_key_uint(&packer, "call", credit->call);
    tb_pack_key_uint(&packer, "bytes", credit->bytes);
    return tb_plain_finish(&plain, &packer, (struct tb_bytes){0});
}

int tb_plugin_release_read(struct tb_unpacker *unpacker, struct tb_bytes body, uint64_t *ret_at)
{
    const struct tb_field fields[] = {{"at", TB_UINT, ret_at, 0, NULL}};
    return tb_plugin_read_alone(unpacker, body, fields, TB_ARRAY_LEN(fields));
}

int tb_plugin_release_write(struct tb_buffer *out, uint64_t at)
{
    struct tb_packer packer;
    struct tb_plain plain = tb_plain_begin(&packer, out, TB_PLUGIN_RELEASE);
    tb_pack_map(&packer, 1);
    tb_pack_key_uint(&packer, "at", at);
    return tb_plain_finish(&plain, &packer, (struct tb_bytes){0});
}

static bool may_stand_in_name(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '/' || c == ':' || c == '_';
}

bool tb_event_name_valid(struct tb_bytes name)
{
    for (size_t i = 0; i < name.n; i++)
        if (!may_stand_in_name(name.data[i]))
            return false;
    return name.n > 0 && name.n <= TB_EVENT_NAME_MAX;
}
