#include "plugins/sdk/session.h"

/* Where the call's answer is made; NULL once a stream has taken the call over. */
static struct tb_draft *draft_of(struct tb_call *call)
{
    struct tb_open_call *open = tb_open_call_of(call);
    return open->stream ? NULL : &open->session->answer;
}

struct tb_packer *tb_reply_value(struct tb_call *call)
{
    struct tb_open_call *open = tb_open_call_of(call);
    struct tb_draft *draft = draft_of(call);
    return draft ? tb_answer_value(draft, open->number) : &open->session->nowhere;
}

void tb_reply_nil(struct tb_call *call)
{
    tb_pack_nil(tb_reply_value(call));
}

void tb_reply_bytes_begin(struct tb_call *call)
{
    struct tb_draft *draft = draft_of(call);
    if (draft)
        tb_draft_raw(draft, TB_PLUGIN_REPLY, tb_open_call_of(call)->number, NULL);
}

uint8_t *tb_reply_room(struct tb_call *call, size_t n)
{
    struct tb_draft *draft = draft_of(call);
    return draft ? tb_draft_room(draft, n) : NULL;
}

void tb_reply_commit(struct tb_call *call, size_t n)
{
    struct tb_draft *draft = draft_of(call);
    if (draft)
        tb_draft_commit(draft, n);
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

void tb_reply_error(struct tb_call *call, enum tb_code code, int number, const char *format, ...)
{
    struct tb_draft *draft = draft_of(call);
    va_list arguments;
    va_start(arguments, format);
    if (draft)
        tb_answer_error(draft, tb_open_call_of(call)->number, code, number, format, arguments);
    va_end(arguments);
}
