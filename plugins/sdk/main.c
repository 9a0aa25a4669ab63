/*
 * The link on descriptor 3, and whatever else the plugin waits for. One thread: a plugin serves one
 * view, and the broker, which multiplexes, keeps to what the view's commands may have in flight.
 * Descriptors and timers go on while the broker does not read.
 */
#include "base/result.h"
#include "plugins/sdk/turn.h"
#include "plugins/sdk/watches.h"

enum { LINK = 3 };

/* One round: what can be handled, what can be sent, and a wait for more of either. */
static int turn(struct tb_session *session)
{
    struct tb_session_wants wants;
    int r = tb_session_turn(session, LINK, &wants);
    if (r != TB_OK || (wants.busy && !tb_watches_any(session->watches)))
        return r;
    short events = (short)((wants.reads ? POLLIN : 0) | (wants.writes ? POLLOUT : 0));
    short found;
    r = tb_watches_wait(session->watches, LINK, events, wants.busy, &found);
    if (r == 0 && (found & (POLLIN | POLLHUP | POLLERR | POLLNVAL)) != 0)
        r = tb_session_receive(session, LINK, wants.need);
    return r;
}

int tb_plugin_main(const struct tb_plugin *plugin)
{
    tb_cleanup(tb_watches_deinit) struct tb_watches watches = {0};
    tb_cleanup(tb_session_deinit) struct tb_session session = {0};
    int r = tb_session_init(&session, plugin);
    session.watches = &watches;
    session.pool_fd = TB_SESSION_POOL;
    while (r == TB_OK)
        r = turn(&session);
    return r == TB_CLOSED ? 0 : 1;
}
