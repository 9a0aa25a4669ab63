#include "base/result.h"
#include "plugins/sdk/session.h"

#include <errno.h>
#include <stdio.h>

struct tb_packer *tb_plugin_emit(struct tb_session *session, const char *name)
{
    char event[TB_EVENT_NAME_MAX + 1];
    struct tb_bytes plugin = session->init.plugin;
    int n =
        snprintf(event, sizeof event, "%.*s://%s", (int)plugin.n, (const char *)plugin.data, name);
    struct tb_bytes text = tb_bytes_of(event, n < 0 ? 0 : (size_t)n);
    tb_draft_clear(&session->draft);
    session->draft_owner = NULL;
    if (text.n > TB_EVENT_NAME_MAX || !tb_event_name_valid(text))
        return &session->nowhere;
    struct tb_packer *packer = tb_draft_value(&session->draft, TB_PLUGIN_EMIT, 2);
    tb_pack_key_str(packer, "event", text);
    tb_pack_key(packer, "payload");
    return packer;
}

enum tb_sent tb_plugin_emit_send(struct tb_session *session)
{
    struct tb_draft *draft = &session->draft;
    size_t cost;
    if (session->draft_owner || draft->form != TB_DRAFT_VALUE)
        return TB_REFUSED;
    enum tb_sent sent = TB_SENT;
    if (tb_draft_finish(draft, session->unpacker.scanner, &cost) != TB_OK)
        sent = TB_REFUSED;
    else if (tb_session_full(session) || !tb_draft_send(draft, &session->out))
        sent = TB_NO_ROOM;
    tb_session_wake(session);
    tb_draft_clear(draft);
    return sent;
}
