#include "host/webkitgtk/view.h"

#include "base/result.h"
#include "host/webkitgtk/ask.h"
#include "host/webkitgtk/committed.h"
#include "host/webkitgtk/sandbox.h"
#include "host/webkitgtk/scripts.h"
#include "host/webkitgtk/walls.h"
#include "host/webkitgtk/window_events.h"

/* ---- generations ---- */

/* The old document's link ends by our own word: its process may live on without it. */
static void shut(struct tb_view *view)
{
    tb_dialogs_clear(view->dialogs);
    tb_ask_close(view);
    if (view->pid != 0)
        (void)trollbridge_shut(view->tw->bridge, view->label);
    view->pid = 0;
    view->open_id = 0;
}

static void begin_generation(struct tb_view *view, char *origin)
{
    shut(view);
    g_free(view->origin);
    view->origin = origin;
    view->n_offers = 0;
    view->has_alerted = false;
}

static void on_load_changed(WebKitWebView *web, WebKitLoadEvent event, struct tb_view *view)
{
    if (event == WEBKIT_LOAD_COMMITTED)
        begin_generation(view, tb_committed_origin(view->tw, web));
}

static void on_terminated(WebKitWebView *web, WebKitWebProcessTerminationReason reason,
                          struct tb_view *view)
{
    (void)web;
    begin_generation(view, NULL);
    tb_alerts_add(&view->tw->alerts, view->label, "crashed",
                  reason == WEBKIT_WEB_PROCESS_EXCEEDED_MEMORY_LIMIT
                      ? "the web process used more memory than it may"
                      : "the web process has ended");
}

/* ---- offers ---- */

/* One alert for a generation: who sends one bad message can send a million. */
static void complain(struct tb_view *view, const char *problem)
{
    if (!view->has_alerted)
        tb_alerts_add(&view->tw->alerts, view->label, "offer", problem);
    view->has_alerted = true;
}

/* A process with the links of two views would have the grants of both. */
static bool has_other_link(const struct tb_view *view, pid_t pid)
{
    GHashTableIter all;
    void *other;
    g_hash_table_iter_init(&all, view->tw->views);
    while (g_hash_table_iter_next(&all, NULL, &other))
        if (other != view && ((const struct tb_view *)other)->pid == pid)
            return true;
    return false;
}

/* Consumes the descriptor. */
static void open_session(struct tb_view *view, struct tb_offer *offer)
{
    bool is_own = strcmp(view->origin, TROLLBRIDGE_WEBKIT_ORIGIN) == 0;
    const struct trollbridge_view opened = {.label = view->label,
                                            .origin = is_own ? NULL : view->origin,
                                            .document = ++view->n_documents};
    int fd = offer->fd;
    offer->fd = -1;
    if (trollbridge_open(view->tw->bridge, &opened, fd, &view->open_id) == TROLLBRIDGE_OK)
        view->pid = offer->pid;
}

/* What was tried before the first web process is believed no longer than until there is one. */
static void correct_sandbox(const struct tb_view *view, pid_t pid)
{
    struct trollbridge_webkit *tw = view->tw;
    if (!tw->has_sandbox || tb_sandbox_holds(pid))
        return;
    tw->has_sandbox = false;
    tw->sandbox_message = "WebKitGTK has started a web process outside its sandbox";
    tb_alerts_add(&tw->alerts, view->label, "sandbox", tw->sandbox_message);
}

/* A document of another origin than the one committed is no offence: an error page, a sandboxed
 * one, and the one that an offer crossed with are. */
static void consider(struct tb_view *view, struct tb_offer *offer)
{
    pid_t pid = offer->pid;
    if (!tb_committed_offers(view->web, view->origin, offer->origin))
        return;
    if (has_other_link(view, pid)) {
        complain(view, "another view has its link in this web process");
        return;
    }
    if (!view->tw->requires_sandbox || tb_sandbox_holds(pid))
        open_session(view, offer);
    correct_sandbox(view, pid);
}

static gboolean on_message(WebKitWebView *web, WebKitUserMessage *untrusted_message,
                           struct tb_view *view)
{
    (void)web;
    const char *problem = "more offers than documents between two loads";
    tb_cleanup(tb_offer_deinit) struct tb_offer offer = {.fd = -1};
    if (strcmp(webkit_user_message_get_name(untrusted_message), TB_OFFER_NAME) != 0)
        return FALSE;
    if (view->n_offers++ >= TB_OFFERS_MAX ||
        tb_offer_read(webkit_user_message_get_parameters(untrusted_message),
                      webkit_user_message_get_fd_list(untrusted_message), &offer,
                      &problem) != TB_OK)
        complain(view, problem);
    else
        consider(view, &offer);
    return TRUE;
}

/* ---- a view's life ---- */

static void on_destroy(WebKitWebView *web, struct tb_view *view)
{
    (void)web;
    g_hash_table_remove(view->tw->views, view->label);
}

static GtkWindow *window_for_dialog(void *view)
{
    return tb_ask_window(view);
}

struct tb_view *tb_view_new(struct trollbridge_webkit *tw, WebKitWebView *web, const char *label)
{
    struct tb_view *view = g_new0(struct tb_view, 1);
    view->tw = tw;
    view->web = web;
    view->label = g_strdup(label);
    g_signal_connect(web, "load-changed", G_CALLBACK(on_load_changed), view);
    g_signal_connect(web, "user-message-received", G_CALLBACK(on_message), view);
    g_signal_connect(web, "web-process-terminated", G_CALLBACK(on_terminated), view);
    g_signal_connect(web, "destroy", G_CALLBACK(on_destroy), view);
    view->dialogs = tb_dialogs_new(window_for_dialog, view);
    tb_walls_build(view);
    view->events = tb_window_events_new(tw, web, view->label);
    tb_scripts_add(tw, web, label);
    return view;
}

void tb_view_free(struct tb_view *view)
{
    g_signal_handlers_disconnect_by_data(view->web, view);
    tb_window_events_free(view->events);
    shut(view);
    tb_dialogs_free(view->dialogs);
    g_free(view->label);
    g_free(view->origin);
    g_free(view);
}
