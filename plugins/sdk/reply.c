#include "plugins/sdk/reply.h"

#include "base/result.h"
#include "base/wire.h"
#include "plugins/sdk/plugin.h"
#include "proto/frame.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

enum { TEXT_LENGTH = 4 }; /* the u32 in front of the msgpack text */

struct tb_reply tb_reply_begin(struct tb_buffer *out, struct tb_scanner *scanner, uint64_t call)
{
    return (struct tb_reply){.out = out, .scanner = scanner, .call = call, .at = tb_buffer_n(out)};
}

/* Drops what was written of an earlier answer and writes all but the answer itself. */
static struct tb_packer *open_map(struct tb_reply *reply, int kind, const char *key)
{
    static const uint8_t header[TB_HEADER_SIZE + TEXT_LENGTH];
    tb_buffer_truncate(reply->out, reply->at);
    tb_packer_init(&reply->packer, reply->out);
    reply->packer.failed = !tb_buffer_append(reply->out, tb_bytes_of(header, sizeof header));
    reply->kind = kind;
    reply->at_raw = 0;
    tb_pack_map(&reply->packer, 2);
    tb_pack_key_uint(&reply->packer, "call", reply->call);
    tb_pack_key(&reply->packer, key);
    return &reply->packer;
}

struct tb_packer *tb_reply_value(struct tb_call *call)
{
    return open_map(&call->reply, TB_REPLY_VALUE, "value");
}

void tb_reply_nil(struct tb_call *call)
{
    tb_pack_nil(tb_reply_value(call));
}

/* A count that is not known yet is written as an unsigned 32-bit number and filled in later. */
static size_t count_begin(struct tb_packer *packer, uint8_t type)
{
    const uint8_t count[5] = {type};
    if (!packer->failed)
        packer->failed = !tb_buffer_append(packer->out, tb_bytes_of(count, sizeof count));
    return tb_buffer_n(packer->out);
}

static void count_end(struct tb_packer *packer, size_t at, uint32_t n)
{
    uint8_t *end = packer->out->data + packer->out->start + at;
    for (int i = 1; i <= 4 && !packer->failed; i++, n >>= 8)
        end[-i] = (uint8_t)n; /* msgpack is big-endian */
}

size_t tb_pack_array_begin(struct tb_packer *packer)
{
    return count_begin(packer, 0xdd);
}

void tb_pack_array_end(struct tb_packer *packer, size_t at, uint32_t n)
{
    count_end(packer, at, n);
}

void tb_reply_bytes_begin(struct tb_call *call)
{
    struct tb_reply *reply = &call->reply;
    reply->at_raw = count_begin(open_map(reply, TB_REPLY_BYTES, "bytes"), 0xce);
}

uint8_t *tb_reply_room(struct tb_call *call, size_t n)
{
    struct tb_reply *reply = &call->reply;
    uint8_t *room = reply->packer.failed ? NULL : tb_buffer_reserve(reply->out, n);
    reply->packer.failed = !room;
    return room;
}

void tb_reply_commit(struct tb_call *call, size_t n)
{
    tb_buffer_commit(call->reply.out, n);
}

void tb_reply_bytes(struct tb_call *call, struct tb_bytes bytes)
{
    tb_reply_bytes_begin(call);
    uint8_t *room = tb_reply_room(call, bytes.n);
    if (!room)
        return;
    if (bytes.n > 0)
        memcpy(room, bytes.data, bytes.n);
    tb_reply_commit(call, bytes.n);
}

/* What was cut inside a character loses all of it. */
static struct tb_bytes whole_characters(const char *text, size_t n)
{
    while (!tb_utf8_valid(tb_bytes_of(text, n)))
        n--;
    return tb_bytes_of(text, n);
}

void tb_reply_error(struct tb_call *call, enum tb_code code, int number, const char *format, ...)
{
    char message[TB_ERROR_MESSAGE_MAX + 1] = "";
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);

    struct tb_packer *packer = open_map(&call->reply, TB_REPLY_ERROR, "error");
    tb_pack_map(packer, number != 0 ? 3 : 2);
    tb_pack_key(packer, "code");
    tb_pack_key(packer, tb_code_name(code));
    tb_pack_key_str(packer, "message", whole_characters(message, strlen(message)));
    if (number != 0) {
        tb_pack_key(packer, "errno");
        tb_pack_int(packer, number);
    }
}

/* Fills in the lengths. TB_OK, or a tb_result where the broker would refuse the frame, which ends
 * the plugin. */
static int finish(struct tb_reply *reply)
{
    if (reply->packer.failed)
        return TB_TOO_LARGE;
    uint8_t *body = reply->out->data + reply->out->start + reply->at + TB_HEADER_SIZE;
    size_t n_body = tb_buffer_n(reply->out) - reply->at - TB_HEADER_SIZE;
    size_t n_raw = reply->at_raw ? tb_buffer_n(reply->out) - reply->at_raw : 0;
    if (n_body > TB_FRAME_MAX)
        return TB_TOO_LARGE;
    uint8_t *text = body + TEXT_LENGTH;
    size_t n_text = n_body - TEXT_LENGTH - n_raw;
    if (reply->kind == TB_REPLY_VALUE) {
        int r = tb_scan(reply->scanner, &tb_scan_peer, tb_bytes_of(text, n_text));
        if (r != TB_OK)
            return r;
    }
    if (reply->at_raw)
        count_end(&reply->packer, reply->at_raw, (uint32_t)n_raw);
    tb_frame_header(body - TB_HEADER_SIZE, TB_PLUGIN_REPLY, 0, n_body);
    tb_store_u32(body, (uint32_t)n_text);
    return TB_OK;
}

int tb_reply_end(struct tb_call *call)
{
    if (call->reply.kind == TB_REPLY_NONE)
        tb_reply_error(call, TB_CODE_IO, 0, "the plugin gave no answer");
    int r = finish(&call->reply);
    if (r == TB_OK)
        return TB_OK;
    if (r == TB_TOO_LARGE)
        tb_reply_error(call, TB_CODE_TOO_LARGE, 0, "the answer is larger than a frame may be");
    else
        tb_reply_error(call, TB_CODE_IO, 0, "the plugin made a malformed answer");
    return finish(&call->reply) == TB_OK ? TB_OK : -ENOMEM;
}
