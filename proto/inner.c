#include "proto/inner.h"

#include "base/result.h"
#include "base/wire.h"

static struct tb_bytes cut(struct tb_bytes text)
{
    return tb_bytes_of(text.data, text.n < TB_ORIGIN_MAX ? text.n : TB_ORIGIN_MAX);
}

size_t tb_inner_write(const struct tb_inner *message, uint8_t out[static TB_INNER_MAX])
{
    struct tb_writer writer = tb_writer_init(out, TB_INNER_MAX);
    tb_write_u32(&writer, (uint32_t)message->type);
    tb_write_u32(&writer, message->token);
    tb_write_u32(&writer, message->slot);
    tb_write_u32(&writer, message->index);
    tb_write_u32(&writer, (uint32_t)message->status);
    tb_write_string16(&writer, cut(message->view));
    tb_write_string16(&writer, cut(message->webview));
    tb_write_string16(&writer, cut(message->origin));
    tb_write_string16(&writer, cut(message->command));
    tb_assert(!writer.failed);
    return writer.n;
}

int tb_inner_read(struct tb_bytes packet, struct tb_inner *ret_message)
{
    struct tb_reader reader = tb_reader_init(packet);
    struct tb_inner message;
    message.type = (enum tb_inner_type)tb_read_u32(&reader);
    message.token = tb_read_u32(&reader);
    message.slot = tb_read_u32(&reader);
    message.index = tb_read_u32(&reader);
    message.status = (int32_t)tb_read_u32(&reader);
    message.view = tb_read_string16(&reader);
    message.webview = tb_read_string16(&reader);
    message.origin = tb_read_string16(&reader);
    message.command = tb_read_string16(&reader);
    if (!tb_reader_done(&reader) || message.type < TB_INNER_START ||
        message.type > TB_INNER_GRAFT || message.slot >= TB_SLOTS)
        return TB_MALFORMED;
    *ret_message = message;
    return TB_OK;
}
