/*
 * The way of a pick: the host hands it over, the supervisor looks whether it can be placed, each
 * plugin that runs is given it, and then all are told of it, the host last. A plugin is given one
 * after another; what it is sent waits until it has all that its session held when it started.
 */
#include "broker/broker.h"

#include "base/fd.h"
#include "proto/pick.h"
#include "proto/plugin_pick.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* Descriptors are few: of all sessions together. */
enum { HELD_MAX = 256 };

struct refusal {
    enum tb_code code;
    const char *cause;
};

static const struct refusal gone = {TB_CODE_SESSION_CLOSED, "the view has no such document open"};
static const struct refusal too_many = {TB_CODE_LIMIT,
                                        "64 files and folders are picked in this session already, "
                                        "or 256 in all of them"};
static const struct refusal no_supervisor = {TB_CODE_IO, "the supervisor does not keep up"};
static const struct refusal no_record = {TB_CODE_AUDIT_UNAVAILABLE, "the log cannot be written"};

static struct refusal refusal_of(int32_t status)
{
    switch (status) {
    case TB_GRAFT_KIND:
        return (struct refusal){TB_CODE_INVALID_ARGS,
                                "it is not the regular file or folder that it was said to be"};
    case TB_GRAFT_MOVED:
        return (struct refusal){TB_CODE_NOT_FOUND, "it is not at its path any more"};
    case TB_GRAFT_KEPT:
        return (struct refusal){TB_CODE_DENIED,
                                "it is the root folder, or denied by policy, or kept from plugins"};
    case -ENOSYS:
        return (struct refusal){TB_CODE_UNIMPLEMENTED,
                                "plugins have no mount namespace on this machine: see trollbridge "
                                "doctor"};
    case -ETIMEDOUT:
        return (struct refusal){TB_CODE_TIMEOUT, "its file system has not answered for 5 s"};
    default:
        return (struct refusal){TB_CODE_IO, "it could not be placed"};
    }
}

/* ---- what the log and the host are told ---- */

/* What is not readable in the path is escaped by the log. */
static int record(struct tb_broker *broker, const struct tb_session *session,
                  const struct tb_held_pick *pick, const struct tb_plugin *plugin,
                  const struct refusal *refusal)
{
    char reason[TB_RECORD_STRING_MAX];
    int n =
        snprintf(reason, sizeof reason, "%s, %s%s%s%s: %.*s", pick->folder ? "folder" : "file",
                 pick->writable ? "to write" : "to read",
                 pick->recursive ? ", with all below it" : "", refusal ? "; " : "",
                 refusal ? refusal->cause : "", (int)pick->path.n, (const char *)pick->path.data);
    size_t n_reason = n < 0 ? 0 : (size_t)n < sizeof reason ? (size_t)n : sizeof reason - 1;
    struct tb_record entry = {
        .event = TB_EVENT_PICK,
        .verdict = refusal ? TB_DENY : TB_ALLOW,
        .code = refusal ? refusal->code : TB_CODE_NONE,
        .plugin = plugin ? plugin->name : (struct tb_bytes){0},
        .reason = tb_bytes_of(reason, n_reason),
    };
    return tb_flush_record(broker, session, &entry);
}

static void tell_host(struct tb_broker *broker, uint32_t id, const struct refusal *refusal)
{
    struct tb_pick_answer answer = {.id = id};
    if (refusal) {
        answer.code = refusal->code;
        answer.message = tb_bytes_of_string(refusal->cause);
    }
    tb_control_picked(broker, &answer);
}

static void refuse(struct tb_broker *broker, const struct tb_session *session,
                   const struct tb_held_pick *pick, const struct refusal *refusal)
{
    (void)record(broker, session, pick, NULL, refusal);
    tell_host(broker, pick->id, refusal);
}

/* ---- giving ---- */

static bool may_have(const struct tb_plugin *plugin)
{
    return plugin->state != TB_PLUGIN_IDLE && !plugin->hosted && plugin->granted &&
           plugin->granted->picks;
}

static int hand_over(struct tb_broker *broker, const struct tb_session *session,
                     const struct tb_held_pick *pick, uint32_t token, int32_t flags)
{
    const struct tb_inner graft = {
        .type = TB_INNER_GRAFT,
        .token = token,
        .slot = session->slot,
        .index = tb_picks_number(session->picks, pick),
        .status =
            flags | (pick->folder ? TB_GRAFT_FOLDER : 0) | (pick->writable ? TB_GRAFT_WRITABLE : 0),
    };
    return tb_supervise_hand_over(broker, &graft, pick->fd);
}

static int tell_plugin(struct tb_plugin *plugin, const struct tb_held_pick *pick)
{
    char at[TB_PICK_AT_MAX];
    uint32_t number = tb_picks_number(plugin->session->picks, pick);
    size_t n =
        (size_t)snprintf(at, sizeof at, "%s/",
                         tb_grant_has_root(plugin->granted) ? TB_PICKED_WHOLE : TB_PICKED_PLACE);
    (void)snprintf(at + n, sizeof at - n, pick->folder ? TB_PICKED_FOLDER : TB_PICKED_FILE, number);
    const struct tb_plugin_pick message = {
        .number = number,
        .path = pick->path,
        .at = tb_bytes_of_string(at),
        .folder = pick->folder,
        .recursive = pick->recursive,
        .writable = pick->writable,
    };
    return tb_plugin_pick_write(&plugin->link.out, &message);
}

static void tell_all(struct tb_broker *broker, struct tb_session *session,
                     const struct tb_held_pick *pick)
{
    for (uint32_t i = 0; i < session->n_plugins; i++) {
        struct tb_plugin *plugin = &session->plugins[i];
        if (!may_have(plugin))
            continue;
        if (tell_plugin(plugin, pick) != TB_OK)
            tb_launch_ended(broker, plugin, "it does not read what it is sent");
        else
            tb_flush_mark(broker, &plugin->link);
    }
}

static bool is_due(const struct tb_session *session, uint64_t bit)
{
    for (uint32_t i = 0; i < session->n_plugins; i++)
        if (session->plugins[i].grafts.due & bit)
            return true;
    return false;
}

/* All that run have it, or it was lost. */
static void settle(struct tb_broker *broker, struct tb_session *session, struct tb_held_pick *pick)
{
    struct refusal refusal = {pick->code, pick->cause};
    if (pick->state != TB_PICK_GIVEN ||
        is_due(session, tb_picks_bit(tb_picks_number(session->picks, pick))))
        return;
    if (refusal.code == TB_CODE_NONE && record(broker, session, pick, NULL, NULL) != TB_OK)
        refusal = no_record;
    if (refusal.code != TB_CODE_NONE) {
        refuse(broker, session, pick, &refusal);
        tb_picks_lose(session->picks, pick);
        return;
    }
    pick->state = TB_PICK_HELD;
    tell_all(broker, session, pick);
    tell_host(broker, pick->id, NULL);
}

static void settle_all(struct tb_broker *broker, struct tb_session *session)
{
    for (size_t i = 0; session->picks && i < TB_PICKS_MAX; i++)
        settle(broker, session, &session->picks->list[i]);
}

static struct tb_held_pick *next_due(const struct tb_plugin *plugin)
{
    struct tb_picks *picks = plugin->session->picks;
    for (uint32_t number = 1; number <= TB_PICKS_MAX; number++)
        if (plugin->grafts.due & tb_picks_bit(number))
            return &picks->list[number - 1];
    return NULL;
}

/* One that a plugin could not be given when it started is a matter of that plugin alone. */
static void fail(struct tb_broker *broker, struct tb_plugin *plugin, struct tb_held_pick *pick,
                 struct refusal refusal)
{
    plugin->grafts.due &= ~tb_picks_bit(tb_picks_number(plugin->session->picks, pick));
    if (pick->state == TB_PICK_HELD) {
        (void)record(broker, plugin->session, pick, plugin, &refusal);
        return;
    }
    pick->code = refusal.code;
    pick->cause = refusal.cause;
}

/* Gives it the next one, or lets go what it is to be sent. */
static void go_on(struct tb_broker *broker, struct tb_plugin *plugin)
{
    struct tb_held_pick *pick;
    if (plugin->grafts.under_way != 0 || !plugin->grafts.confined ||
        plugin->state != TB_PLUGIN_RUNNING)
        return;
    while ((pick = next_due(plugin)) &&
           hand_over(broker, plugin->session, pick, plugin->token, 0) != TB_OK)
        fail(broker, plugin, pick, no_supervisor);
    if (pick)
        plugin->grafts.under_way = tb_picks_number(plugin->session->picks, pick);
    if (!pick && plugin->link.waits) {
        plugin->link.waits = false;
        tb_flush_mark(broker, &plugin->link);
    }
}

static void placed(struct tb_broker *broker, struct tb_plugin *plugin,
                   const struct tb_inner *message)
{
    struct tb_session *session = plugin->session;
    struct tb_held_pick *pick = &session->picks->list[message->index - 1];
    plugin->grafts.under_way = 0;
    if (message->status == TB_GRAFT_DONE)
        plugin->grafts.due &= ~tb_picks_bit(message->index);
    else
        fail(broker, plugin, pick, refusal_of(message->status));
    go_on(broker, plugin);
    settle_all(broker, session);
}

/* It can be placed: every plugin that runs is given it. */
static void give(struct tb_broker *broker, struct tb_session *session, struct tb_held_pick *pick)
{
    uint64_t bit = tb_picks_bit(tb_picks_number(session->picks, pick));
    pick->state = TB_PICK_GIVEN;
    for (uint32_t i = 0; i < session->n_plugins; i++)
        if (may_have(&session->plugins[i]))
            session->plugins[i].grafts.due |= bit;
    for (uint32_t i = 0; i < session->n_plugins; i++)
        go_on(broker, &session->plugins[i]);
    settle_all(broker, session);
}

/* ---- from the supervisor ---- */

static void looked_at(struct tb_broker *broker, struct tb_session *session,
                      struct tb_held_pick *pick, int32_t status)
{
    const struct refusal refusal = refusal_of(status);
    if (status == TB_GRAFT_DONE) {
        give(broker, session, pick);
        return;
    }
    refuse(broker, session, pick, &refusal);
    tb_picks_drop(session->picks, pick);
}

void tb_graft_answered(struct tb_broker *broker, struct tb_plugin *plugin,
                       const struct tb_inner *message)
{
    struct tb_session *session = broker->views.slots[message->slot].session;
    if (plugin && message->index != 0 && plugin->grafts.under_way == message->index) {
        placed(broker, plugin, message);
        return;
    }
    if (!session || !session->picks || message->index == 0 || message->index > TB_PICKS_MAX)
        return;
    struct tb_held_pick *pick = &session->picks->list[message->index - 1];
    if (pick->state == TB_PICK_LOOKED_AT && pick->token == message->token)
        looked_at(broker, session, pick, message->status);
}

void tb_graft_confined(struct tb_broker *broker, struct tb_plugin *plugin)
{
    plugin->grafts.confined = true;
    go_on(broker, plugin);
    if (plugin->session->picks)
        settle_all(broker, plugin->session);
}

/* ---- an instance comes and goes ---- */

int tb_graft_begin(struct tb_plugin *plugin)
{
    const struct tb_picks *picks = plugin->session->picks;
    uint64_t due = 0;
    int r = TB_OK;
    for (size_t i = 0; picks && plugin->granted->picks && r == TB_OK && i < TB_PICKS_MAX; i++) {
        enum tb_pick_state state = picks->list[i].state;
        if (state == TB_PICK_HELD || state == TB_PICK_GIVEN)
            due |= tb_picks_bit((uint32_t)i + 1);
        if (state == TB_PICK_HELD)
            r = tell_plugin(plugin, &picks->list[i]);
    }
    if (r == TB_OK) {
        plugin->grafts.due = due;
        plugin->link.waits = due != 0;
    }
    return r;
}

void tb_graft_end(struct tb_broker *broker, struct tb_plugin *plugin)
{
    plugin->grafts = (struct tb_grafts){0};
    plugin->link.waits = false;
    settle_all(broker, plugin->session);
}

/* ---- from the host ---- */

static struct tb_session *session_of(struct tb_broker *broker, const struct tb_pick_offer *offer)
{
    const struct tb_view *view = tb_views_find(&broker->views, offer->view);
    struct tb_session *session = view ? view->session : NULL;
    return session && session->state == TB_SESSION_OPEN && session->document == offer->document
               ? session
               : NULL;
}

static struct tb_picks *picks_of(struct tb_session *session)
{
    if (!session->picks)
        session->picks = calloc(1, sizeof *session->picks);
    return session->picks;
}

static uint32_t n_held(const struct tb_broker *broker)
{
    uint32_t n = 0;
    for (size_t i = 0; i < TB_SLOTS; i++) {
        const struct tb_session *session = broker->views.slots[i].session;
        n += session && session->picks ? session->picks->n : 0;
    }
    return n;
}

/* Consumes *fd only if it is TB_OK. */
static int add(struct tb_broker *broker, struct tb_session *session,
               const struct tb_pick_offer *offer, int *fd, struct tb_held_pick **ret_pick)
{
    struct tb_picks *picks = picks_of(session);
    if (!picks || n_held(broker) == HELD_MAX ||
        tb_picks_add(picks, offer->path, *fd, ret_pick) != TB_OK)
        return TB_FULL;
    *fd = -1;
    struct tb_held_pick *pick = *ret_pick;
    pick->id = offer->id;
    pick->token = ++broker->last_token;
    pick->folder = offer->folder;
    pick->recursive = offer->recursive;
    pick->writable = offer->writable;
    return TB_OK;
}

static void refuse_offer(struct tb_broker *broker, const struct tb_session *session,
                         const struct tb_pick_offer *offer, const struct refusal *refusal)
{
    const struct tb_held_pick pick = {
        .id = offer->id,
        .path = offer->path,
        .folder = offer->folder,
        .recursive = offer->recursive,
        .writable = offer->writable,
    };
    refuse(broker, session, &pick, refusal);
}

void tb_graft_offered(struct tb_broker *broker, const struct tb_pick_offer *offer, int fd)
{
    tb_fd own = fd;
    struct tb_session *session = session_of(broker, offer);
    struct tb_held_pick *pick;
    if (!session) {
        refuse_offer(broker, NULL, offer, &gone);
    } else if (add(broker, session, offer, &own, &pick) != TB_OK) {
        refuse_offer(broker, session, offer, &too_many);
    } else if (hand_over(broker, session, pick, pick->token, TB_GRAFT_ALONE) != TB_OK) {
        refuse(broker, session, pick, &no_supervisor);
        tb_picks_drop(session->picks, pick);
    }
}

void tb_graft_close(struct tb_broker *broker, struct tb_session *session)
{
    for (size_t i = 0; session->picks && i < TB_PICKS_MAX; i++) {
        const struct tb_held_pick *pick = &session->picks->list[i];
        if (pick->state == TB_PICK_LOOKED_AT || pick->state == TB_PICK_GIVEN)
            refuse(broker, session, pick, &gone);
    }
    tb_picks_free(session->picks);
    session->picks = NULL;
}
