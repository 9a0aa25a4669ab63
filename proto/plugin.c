#include "proto/plugin.h"

#include "base/result.h"

int tb_plugin_call_write(struct tb_buffer *out, const struct tb_plugin_call *call,
                         struct tb_bytes *ret_args)
{
    static const struct tb_bytes no_bytes;
    struct tb_packer packer;
    struct tb_plain plain = tb_plain_begin(&packer, out, TB_PLUGIN_CALL);
    bool has_scope = call->scope != UINT32_MAX;
    tb_pack_map(&packer, 3u + has_scope + call->has_raw + call->raw.pooled + call->more);
    tb_pack_key_uint(&packer, "call", call->call);
    tb_pack_key_uint(&packer, "command", call->command);
    if (has_scope)
        tb_pack_key_uint(&packer, "scope", call->scope);
    tb_pack_key(&packer, "args");
    size_t args_at = tb_buffer_n(out);
    tb_pack_object(&packer, call->args);
    size_t n_args = tb_buffer_n(out) - args_at;
    if (call->has_raw)
        tb_plugin_pack_raw(&packer, &call->raw);
    if (call->more)
        tb_pack_key_bool(&packer, "more", true);
    int r = tb_plain_finish(&plain, &packer, call->raw.pooled ? no_bytes : call->raw.bytes);
    if (r == TB_OK)
        *ret_args = tb_bytes_of(out->data + out->start + args_at, n_args);
    return r;
}

int tb_plugin_cancel_write(struct tb_buffer *out, uint64_t call)
{
    struct tb_packer packer;
    struct tb_plain plain = tb_plain_begin(&packer, out, TB_PLUGIN_CANCEL);
    tb_pack_map(&packer, 1);
    tb_pack_key_uint(&packer, "call", call);
    return tb_plain_finish(&plain, &packer, (struct tb_bytes){0});
}

static int read_error(const msgpack_object *map, struct tb_error *ret_error)
{
    struct tb_bytes code;
    struct tb_error error = {0};
    uint64_t sys_errno = 0;
    bool has_errno;
    const struct tb_field fields[] = {
        {"code", TB_STR, &code, 64, NULL},
        {"message", TB_STR, &error.message, TB_ERROR_MESSAGE_MAX, NULL},
        {"errno", TB_UINT, &sys_errno, TB_ERRNO_MAX, &has_errno},
    };
    int r = tb_map_read(map, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    error.code = tb_code_of(code);
    if (!tb_code_from_plugin(error.code) || (has_errno && sys_errno == 0))
        return TB_MALFORMED;
    error.sys_errno = (int32_t)sys_errno;
    *ret_error = error;
    return TB_OK;
}

int tb_plugin_reply_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                         struct tb_plugin_reply *ret_reply)
{
    struct tb_plaintext plaintext;
    struct tb_plugin_reply answer = {0};
    struct tb_reply *reply = &answer.reply;
    const msgpack_object *error = NULL;
    const msgpack_object *root;
    uint64_t n_raw = 0;
    bool has_value;
    bool has_bytes;
    bool has_error;
    bool has_note;
    const struct tb_field fields[] = {
        {"call", TB_UINT, &answer.call, 0, NULL},
        {"value", TB_ANY, &reply->value, 0, &has_value},
        {"bytes", TB_UINT, &n_raw, TB_FRAME_MAX, &has_bytes},
        {"at", TB_UINT, &answer.raw.at, 0, &answer.raw.pooled},
        {"error", TB_MAP, &error, 0, &has_error},
        {"note", TB_STR, &answer.note, TB_NOTE_MAX, &has_note},
    };
    int r = tb_plugin_unpack(unpacker, body, &plaintext, &root);
    if (r == TB_OK)
        r = tb_map_read(root, fields, TB_ARRAY_LEN(fields));
    if (r == TB_OK && has_error)
        r = read_error(error, &reply->error);
    if (r != TB_OK)
        return r;
    if ((int)has_value + has_bytes + has_error != 1 ||
        !tb_plugin_take_raw(&plaintext, has_bytes, n_raw, &answer.raw))
        return TB_MALFORMED;
    reply->type = has_error ? TB_REPLY_ERROR : has_bytes ? TB_REPLY_BYTES : TB_REPLY_VALUE;
    reply->raw = plaintext.raw;
    *ret_reply = answer;
    return TB_OK;
}
