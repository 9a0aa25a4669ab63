#include "plugins/sdk/session.h"

#include "base/result.h"
#include "proto/plugin_pick.h"

#include <errno.h>
#include <stdlib.h>

enum {
    READ_ROOM = 64 * 1024,
    SMALL_ROOM = 2 * 1024 * 1024, /* for ends of streams, CREDIT and RELEASE, which never wait */
};

int tb_session_init(struct tb_session *session, const struct tb_plugin *plugin)
{
    *session = (struct tb_session){.plugin = plugin, .pool_fd = -1};
    session->init.session = session;
    tb_buffer_init(&session->in, TB_HEADER_SIZE + TB_FRAME_MAX + READ_ROOM);
    tb_buffer_init(&session->out, TB_SESSION_SEND + TB_HEADER_SIZE + TB_FRAME_MAX + SMALL_ROOM);
    tb_draft_init(&session->answer, &session->pool);
    tb_draft_init(&session->draft, &session->pool);
    tb_packer_init(&session->nowhere, NULL);
    session->nowhere.failed = true;
    tb_streams_init(&session->streams);
    int r = tb_unpacker_init(&session->init_unpacker, &tb_scan_grant);
    return r != 0 ? r : tb_unpacker_init(&session->unpacker, &tb_scan_peer);
}

void tb_session_end(struct tb_session *session)
{
    if (session->ended)
        return;
    session->turning = true;
    tb_streams_end(session);
    tb_ids_end_all(session);
    if (session->started && session->plugin->stop)
        session->plugin->stop(session->state);
    tb_streams_reap(&session->streams);
    session->turning = false;
    session->ended = true;
}

void tb_session_wake(struct tb_session *session)
{
    if (session->host && !session->turning && !session->ended)
        session->host->wake(session->host->context);
}

void tb_session_deinit(struct tb_session *session)
{
    tb_session_end(session);
    tb_draft_deinit(&session->answer);
    tb_draft_deinit(&session->draft);
    tb_pool_unmap(&session->pool);
    tb_buffer_deinit(&session->in);
    tb_buffer_deinit(&session->out);
    tb_unpacker_deinit(&session->init_unpacker);
    tb_unpacker_deinit(&session->unpacker);
    free(session->init_text);
    free(session->commands);
    free(session->scopes);
    free(session->memory);
    *session = (struct tb_session){0};
}

static int start(struct tb_session *session, struct tb_bytes body)
{
    int r = tb_session_read_init(session, body);
    if (r != TB_OK)
        return r;
    const struct tb_plugin *plugin = session->plugin;
    if (plugin->start && plugin->start(&session->init, &session->state) != 0)
        return -ECANCELED; /* and has nothing to stop */
    session->started = true;
    if (plugin->seal && plugin->seal(session->state) != 0)
        return -ECANCELED;
    return TB_OK;
}

void tb_session_release(struct tb_session *session, uint64_t at)
{
    if (tb_plugin_release_write(&session->out, at) != TB_OK)
        session->failed = -ENOMEM;
}

static int handle_release(struct tb_session *session, struct tb_bytes body)
{
    uint64_t at;
    int r = tb_plugin_release_read(&session->unpacker, body, &at);
    return r == TB_OK ? tb_pool_release(&session->pool, at) : r;
}

static int handle_picked(struct tb_session *session, struct tb_bytes body)
{
    struct tb_plugin_pick picked;
    int r = tb_plugin_pick_read(&session->unpacker, body, &picked);
    if (r != TB_OK || !session->plugin->picked)
        return r;
    session->plugin->picked(session->state, &(struct tb_pick){
                                                .number = picked.number,
                                                .path = picked.path,
                                                .at = picked.at,
                                                .folder = picked.folder,
                                                .recursive = picked.recursive,
                                                .writable = picked.writable,
                                            });
    return TB_OK;
}

static int handle(struct tb_session *session, const struct tb_frame *frame)
{
    static const struct {
        enum tb_kind kind;
        int (*handle)(struct tb_session *session, struct tb_bytes body);
    } handlers[] = {
        {TB_PLUGIN_CALL, tb_session_call},     {TB_PLUGIN_CHUNK, tb_streams_chunk},
        {TB_PLUGIN_CREDIT, tb_streams_credit}, {TB_PLUGIN_RELEASE, handle_release},
        {TB_PLUGIN_CANCEL, tb_streams_cancel}, {TB_PLUGIN_SECRET_ANSWER, tb_streams_secret},
        {TB_PLUGIN_PICKED, handle_picked},
    };
    if (session->started != (frame->kind != TB_PLUGIN_INIT))
        return TB_MALFORMED;
    if (frame->kind == TB_PLUGIN_INIT)
        return start(session, frame->body);
    for (size_t i = 0; i < TB_ARRAY_LEN(handlers); i++)
        if (handlers[i].kind == frame->kind)
            return handlers[i].handle(session, frame->body);
    return TB_MALFORMED;
}

/* TB_OK: there may be more. */
static int handle_frames(struct tb_session *session, size_t *ret_need)
{
    for (int i = 0; i < TB_SESSION_BATCH && !tb_session_full(session); i++) {
        struct tb_frame frame;
        size_t size;
        int r = tb_frame_parse(TB_SIDE_PLUGIN, tb_buffer_bytes(&session->in), &frame, &size);
        if (r == TB_AGAIN)
            *ret_need = size;
        if (r == TB_OK)
            r = handle(session, &frame);
        if (r == TB_OK)
            r = session->failed;
        if (r != TB_OK)
            return r;
        tb_buffer_consume(&session->in, size);
    }
    return TB_OK;
}

int tb_session_step(struct tb_session *session, size_t *ret_need)
{
    int r = handle_frames(session, ret_need);
    if (r != TB_OK && r != TB_AGAIN)
        return r;
    tb_streams_run(session);
    tb_streams_reap(&session->streams);
    if (session->failed != 0)
        return session->failed;
    return session->streams.ready ? TB_OK : r;
}
