/* Bodies that go in parts, and credit for parts that came. */
#include "base/result.h"
#include "endpoint/webkitgtk/call.h"

static int refuse_for_now(struct tb_web_call *call)
{
    call->wants_room = true;
    return TB_AGAIN;
}

int tb_web_call_send(struct tb_web_link *link, uint64_t id, struct tb_bytes raw, bool last)
{
    struct tb_web_call *call = tb_web_call_find(link, id);
    if (!call)
        return TB_OK;
    if (call->in)
        return refuse_for_now(call);
    int r = tb_endpoint_send(link->endpoint, call->endpoint_id, raw, last);
    link->is_full |= r == TB_FULL;
    if (r == TB_AGAIN || r == TB_FULL)
        return refuse_for_now(call);
    tb_web_link_flush(link);
    return r == TB_MALFORMED ? TB_MALFORMED : TB_OK;
}

void tb_web_call_room(struct tb_web_call *call)
{
    if (!call->wants_room)
        return;
    call->wants_room = false;
    tb_web_script_room(&call->link->script, call->id);
}

int tb_web_call_consumed(struct tb_web_link *link, uint64_t id, uint64_t cost)
{
    struct tb_web_call *call = tb_web_call_find(link, id);
    if (!call)
        return TB_OK;
    if (cost > call->n_held)
        return TB_MALFORMED;
    call->n_held -= cost;
    tb_endpoint_consumed(link->endpoint, call->endpoint_id, (uint32_t)cost);
    tb_web_link_flush(link);
    return TB_OK;
}

/* What a call that met the full buffer does now. It may be the last thing that it does. */
static void retry(struct tb_web_link *link, uint64_t id)
{
    struct tb_web_call *call = tb_web_call_find(link, id);
    if (call && call->wants_cancel)
        tb_web_call_cancel(link, id);
    else if (call && !call->in)
        tb_web_call_room(call);
}

void tb_web_calls_drained(struct tb_web_link *link)
{
    if (!link->is_full)
        return;
    link->is_full = false;
    guint n;
    g_autofree gpointer *keys = g_hash_table_get_keys_as_array(link->calls.by_id, &n);
    g_autofree uint64_t *ids = g_new(uint64_t, n);
    for (guint i = 0; i < n; i++)
        ids[i] = *(const uint64_t *)keys[i];
    for (guint i = 0; i < n; i++)
        retry(link, ids[i]);
}
