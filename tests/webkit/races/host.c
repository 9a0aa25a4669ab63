/*
 * `host APP EVIL [ORIGIN...]`: a window of the app that does as it is told (orders.h) and says what
 * happens, one JSON object a line. EVIL is the folder behind `evil://`, ORIGINs are allowed too.
 */
#include "host/webkitgtk/trollbridge-webkitgtk.h"
#include "tests/webkit/races/evil.h"
#include "tests/webkit/races/orders.h"
#include "tests/webkit/races/say.h"
#include "tests/webkit/races/witness.h"

#include <gtk/gtk.h>

static void on_title(WebKitWebView *view, GParamSpec *spec, void *data)
{
    (void)spec;
    (void)data;
    say("title", "title", webkit_web_view_get_title(view), NULL);
}

static gboolean on_failed(WebKitWebView *view, WebKitLoadEvent event, const char *uri,
                          GError *error, void *data)
{
    (void)view;
    (void)event;
    (void)data;
    say("failed", "uri", uri, "message", error->message, NULL);
    return FALSE; /* the library sees to it */
}

static void on_terminated(WebKitWebView *view, WebKitWebProcessTerminationReason reason, void *data)
{
    (void)view;
    (void)reason;
    (void)data;
    say("terminated", NULL);
}

static WebKitWebView *open_window(struct trollbridge_webkit *bridge, GtkWidget **ret_window)
{
    WebKitWebView *view =
        WEBKIT_WEB_VIEW(webkit_web_view_new_with_context(trollbridge_webkit_context(bridge)));
    GtkWidget *window = gtk_window_new(GTK_WINDOW_TOPLEVEL);
    gtk_container_add(GTK_CONTAINER(window), GTK_WIDGET(view));
    g_signal_connect(view, "notify::title", G_CALLBACK(on_title), NULL);
    g_signal_connect(view, "load-failed", G_CALLBACK(on_failed), NULL);
    g_signal_connect(view, "web-process-terminated", G_CALLBACK(on_terminated), NULL);
    *ret_window = window;
    return view;
}

static gboolean run(struct trollbridge_webkit *bridge, const char *evil, GError **error)
{
    GtkWidget *window;
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    WebKitWebView *view = open_window(bridge, &window);
    struct orders *orders = orders_new(view, loop);
    evil_register(trollbridge_webkit_context(bridge), evil);
    witness_attach(view);
    orders_watch_early(orders);
    gboolean ok = trollbridge_webkit_attach(bridge, view, "main", error);
    if (ok) {
        orders_watch_late(orders);
        gtk_widget_show_all(window);
        say("ready", NULL);
        g_main_loop_run(loop);
    }
    orders_free(orders);
    gtk_widget_destroy(window);
    return ok;
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    if (argc < 3 || !gtk_init_check(NULL, NULL))
        return 2;
    const struct trollbridge_webkit_options options = {.app = argv[1],
                                                       .origins = (const char *const *)(argv + 3)};
    struct trollbridge_webkit *bridge = trollbridge_webkit_new(&options, &error);
    gboolean ok = bridge && run(bridge, argv[2], &error);
    trollbridge_webkit_free(bridge);
    if (!ok)
        g_printerr("races: %s\n", error->message);
    return ok ? 0 : 1;
}
