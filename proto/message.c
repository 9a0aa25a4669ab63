#include "proto/message.h"

#include "base/result.h"
#include "base/wire.h"
#include "proto/body.h"

static const struct tb_bytes no_bytes;

int tb_call_read(struct tb_unpacker *unpacker, const struct tb_plaintext *plaintext,
                 struct tb_call *ret_call)
{
    struct tb_call call = {.raw = plaintext->raw};
    uint64_t n_raw = 0;
    bool has_more;
    const struct tb_field fields[] = {
        {"args", TB_MAP, &call.args, 0, NULL},
        {"bytes", TB_UINT, &n_raw, TB_FRAME_MAX, &call.has_raw},
        {"more", TB_BOOL, &call.more, 0, &has_more},
    };
    const msgpack_object *root;
    int r = tb_body_unpack(unpacker, plaintext, &root);
    if (r == TB_OK)
        r = tb_map_read(root, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    if (n_raw != call.raw.n || has_more != call.more)
        return TB_MALFORMED;
    *ret_call = call;
    return TB_OK;
}

int tb_call_write(struct tb_buffer *out, const struct tb_envelope *envelope, struct tb_bytes args,
                  const struct tb_call *call, bool raw_clear)
{
    struct tb_packer packer;
    struct tb_seal seal = tb_body_begin(&packer, out, TB_CALL, raw_clear ? TB_RAW_CLEAR : 0);
    tb_pack_map(&packer, 1u + call->has_raw + call->more);
    tb_pack_key(&packer, "args");
    packer.failed |= !tb_buffer_append(out, args);
    if (call->has_raw)
        tb_pack_key_uint(&packer, "bytes", call->raw.n);
    if (call->more)
        tb_pack_key_bool(&packer, "more", true);
    return tb_body_finish(&seal, &packer, envelope, call->raw);
}

static int read_error(const msgpack_object *map, struct tb_error *ret_error)
{
    struct tb_error error = {0};
    struct tb_bytes code;
    uint64_t retry_ms = 0;
    uint64_t sys_errno = 0;
    bool has_retry;
    bool has_errno;
    const struct tb_field fields[] = {
        {"code", TB_STR, &code, 64, NULL},
        {"message", TB_STR, &error.message, TB_ERROR_MESSAGE_MAX, NULL},
        {"command", TB_STR, &error.command, TB_COMMAND_MAX, NULL},
        {"retry_ms", TB_UINT, &retry_ms, UINT32_MAX, &has_retry},
        {"errno", TB_UINT, &sys_errno, TB_ERRNO_MAX, &has_errno},
    };
    int r = tb_map_read(map, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    error.code = tb_code_of(code);
    if (error.code == TB_CODE_NONE || (has_errno && sys_errno == 0))
        return TB_MALFORMED;
    error.retry_ms = (uint32_t)retry_ms;
    error.sys_errno = (int32_t)sys_errno;
    *ret_error = error;
    return TB_OK;
}

int tb_reply_read(struct tb_unpacker *unpacker, const struct tb_plaintext *plaintext,
                  struct tb_reply *ret_reply)
{
    struct tb_reply reply = {.raw = plaintext->raw};
    const msgpack_object *error = NULL;
    struct tb_bytes next = {0};
    uint64_t n_raw = 0;
    bool has_value;
    bool has_bytes;
    bool has_error;
    const struct tb_field fields[] = {
        {"value", TB_ANY, &reply.value, 0, &has_value},
        {"bytes", TB_UINT, &n_raw, TB_FRAME_MAX, &has_bytes},
        {"total", TB_UINT, &reply.total, 0, &reply.has_total},
        {"error", TB_MAP, &error, 0, &has_error},
        {"next", TB_BIN, &next, TB_HANDLE_SIZE, &reply.has_next},
    };
    const msgpack_object *root;
    int r = tb_body_unpack(unpacker, plaintext, &root);
    if (r == TB_OK)
        r = tb_map_read(root, fields, TB_ARRAY_LEN(fields));
    if (r == TB_OK && has_error)
        r = read_error(error, &reply.error);
    if (r != TB_OK)
        return r;
    if ((int)has_value + has_bytes + has_error != 1 || n_raw != reply.raw.n ||
        (reply.has_total && (!has_bytes || reply.total < n_raw)) ||
        !tb_body_next(next, reply.has_next, &reply.next))
        return TB_MALFORMED;
    reply.type = has_error ? TB_REPLY_ERROR : has_bytes ? TB_REPLY_BYTES : TB_REPLY_VALUE;
    *ret_reply = reply;
    return TB_OK;
}

void tb_error_pack(struct tb_packer *packer, const struct tb_error *error)
{
    tb_pack_map(packer, 3u + (error->retry_ms != 0) + (error->sys_errno != 0));
    tb_pack_key(packer, "code");
    tb_pack_key(packer, tb_code_name(error->code));
    tb_pack_key_str(packer, "message", error->message);
    tb_pack_key_str(packer, "command", error->command);
    if (error->retry_ms != 0) {
        tb_pack_key_uint(packer, "retry_ms", error->retry_ms);
    }
    if (error->sys_errno != 0) {
        tb_pack_key(packer, "errno");
        tb_pack_int(packer, error->sys_errno);
    }
}

static void pack_outcome(struct tb_packer *packer, const struct tb_reply *reply)
{
    switch (reply->type) {
    case TB_REPLY_VALUE:
        tb_pack_key(packer, "value");
        tb_pack_object(packer, reply->value);
        break;
    case TB_REPLY_BYTES:
        tb_pack_key(packer, "bytes");
        tb_pack_uint(packer, reply->raw.n);
        break;
    case TB_REPLY_ERROR:
        tb_pack_key(packer, "error");
        tb_error_pack(packer, &reply->error);
        break;
    }
}

int tb_reply_write(struct tb_buffer *out, const struct tb_envelope *envelope,
                   const struct tb_reply *reply, bool raw_clear)
{
    struct tb_packer packer;
    struct tb_seal seal = tb_body_begin(&packer, out, TB_REPLY, raw_clear ? TB_RAW_CLEAR : 0);
    tb_pack_map(&packer, 1u + reply->has_total + reply->has_next);
    pack_outcome(&packer, reply);
    if (reply->has_total)
        tb_pack_key_uint(&packer, "total", reply->total);
    if (reply->has_next) {
        tb_pack_key(&packer, "next");
        tb_pack_bin(&packer, tb_bytes_of(reply->next.bytes, TB_HANDLE_SIZE));
    }
    return tb_body_finish(&seal, &packer, envelope,
                          reply->type == TB_REPLY_BYTES ? reply->raw : no_bytes);
}

int tb_want_read(struct tb_unpacker *unpacker, const struct tb_plaintext *plaintext,
                 struct tb_want *ret_want)
{
    uint64_t command;
    uint64_t count;
    const struct tb_field fields[] = {
        {"command", TB_UINT, &command, TB_COMMANDS_MAX, NULL},
        {"count", TB_UINT, &count, TB_HANDLES_MAX, NULL},
    };
    const msgpack_object *root;
    int r = tb_body_unpack_alone(unpacker, plaintext, &root);
    if (r == TB_OK)
        r = tb_map_read(root, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    if (count == 0)
        return TB_MALFORMED;
    *ret_want = (struct tb_want){(uint32_t)command, (uint32_t)count};
    return TB_OK;
}

int tb_want_write(struct tb_buffer *out, const struct tb_envelope *envelope,
                  const struct tb_want *want)
{
    struct tb_packer packer;
    struct tb_seal seal = tb_body_begin(&packer, out, TB_WANT, 0);
    tb_pack_map(&packer, 2);
    tb_pack_key_uint(&packer, "command", want->command);
    tb_pack_key_uint(&packer, "count", want->count);
    return tb_body_finish(&seal, &packer, envelope, no_bytes);
}

int tb_miss_read(struct tb_unpacker *unpacker, const struct tb_plaintext *plaintext,
                 struct tb_miss *ret_miss)
{
    struct tb_bytes name;
    uint64_t count = 0;
    bool has_count;
    const struct tb_field fields[] = {
        {"name", TB_STR, &name, TB_COMMAND_MAX, NULL},
        {"count", TB_UINT, &count, UINT32_MAX, &has_count},
    };
    const msgpack_object *root;
    int r = tb_body_unpack_alone(unpacker, plaintext, &root);
    if (r == TB_OK)
        r = tb_map_read(root, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    *ret_miss = (struct tb_miss){name, (uint32_t)count};
    return TB_OK;
}

int tb_miss_write(struct tb_buffer *out, const struct tb_envelope *envelope,
                  const struct tb_miss *miss)
{
    struct tb_packer packer;
    struct tb_seal seal = tb_body_begin(&packer, out, TB_MISS, 0);
    tb_pack_map(&packer, miss->count != 0 ? 2 : 1);
    tb_pack_key_str(&packer, "name", miss->name);
    if (miss->count != 0) {
        tb_pack_key_uint(&packer, "count", miss->count);
    }
    return tb_body_finish(&seal, &packer, envelope, no_bytes);
}

int tb_handles_read(struct tb_unpacker *unpacker, const struct tb_plaintext *plaintext,
                    struct tb_handles *ret_handles)
{
    uint64_t command;
    struct tb_bytes handles;
    const struct tb_field fields[] = {
        {"command", TB_UINT, &command, TB_COMMANDS_MAX, NULL},
        {"handles", TB_BIN, &handles, TB_HANDLES_MAX * TB_HANDLE_SIZE, NULL},
    };
    const msgpack_object *root;
    int r = tb_body_unpack_alone(unpacker, plaintext, &root);
    if (r == TB_OK)
        r = tb_map_read(root, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    if (!tb_handles_valid(handles))
        return TB_MALFORMED;
    *ret_handles = (struct tb_handles){(uint32_t)command, handles};
    return TB_OK;
}

int tb_handles_write(struct tb_buffer *out, const struct tb_envelope *envelope,
                     const struct tb_handles *handles)
{
    struct tb_packer packer;
    struct tb_seal seal = tb_body_begin(&packer, out, TB_HANDLES, 0);
    tb_pack_map(&packer, 2);
    tb_pack_key_uint(&packer, "command", handles->command);
    tb_pack_key(&packer, "handles");
    tb_pack_bin(&packer, handles->handles);
    return tb_body_finish(&seal, &packer, envelope, no_bytes);
}

int tb_empty_read(struct tb_unpacker *unpacker, const struct tb_plaintext *plaintext)
{
    const msgpack_object *root;
    int r = tb_body_unpack_alone(unpacker, plaintext, &root);
    return r == TB_OK ? tb_map_read(root, NULL, 0) : r;
}

int tb_cancel_write(struct tb_buffer *out, const struct tb_envelope *envelope)
{
    struct tb_packer packer;
    struct tb_seal seal = tb_body_begin(&packer, out, TB_CANCEL, 0);
    tb_pack_map(&packer, 0);
    return tb_body_finish(&seal, &packer, envelope, no_bytes);
}

int tb_close_write(struct tb_buffer *out, uint32_t code)
{
    uint8_t *at = tb_buffer_reserve(out, TB_HEADER_SIZE + 4);
    if (!at)
        return TB_FULL;
    tb_frame_header(at, TB_CLOSE, 0, 4);
    tb_store_u32(at + TB_HEADER_SIZE, code);
    tb_buffer_commit(out, TB_HEADER_SIZE + 4);
    return TB_OK;
}

uint32_t tb_close_read(const struct tb_frame *frame)
{
    return tb_load_u32(frame->body.data);
}
