/* A window with the page of an app: webkitgtk APP */
#include <glib-unix.h>
#include <gtk/gtk.h>
#include <trollbridge-webkitgtk.h>

static void on_alert(void *data, const char *view, const char *event, const char *message)
{
    (void)data;
    g_printerr("%s %s: %s\n", view, event, message);
}

static gboolean on_signal(void *data)
{
    (void)data;
    gtk_main_quit();
    return G_SOURCE_REMOVE;
}

static WebKitWebView *show(struct trollbridge_webkit *tw, const struct trollbridge_window *window)
{
    GtkWidget *top = gtk_window_new(GTK_WINDOW_TOPLEVEL);
    WebKitWebView *view =
        g_object_new(WEBKIT_TYPE_WEB_VIEW, "web-context", trollbridge_webkit_context(tw), NULL);
    gtk_window_set_title(GTK_WINDOW(top), window->title);
    gtk_window_set_default_size(GTK_WINDOW(top), (int)window->width, (int)window->height);
    gtk_container_add(GTK_CONTAINER(top), GTK_WIDGET(view));
    g_signal_connect(top, "destroy", G_CALLBACK(gtk_main_quit), NULL);
    gtk_widget_show_all(top);
    return view;
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    const char *sandbox;
    if (!gtk_init_check(&argc, &argv) || argc != 2)
        return 2;
    const struct trollbridge_webkit_options options = {.app = argv[1], .alert = on_alert};
    struct trollbridge_webkit *tw = trollbridge_webkit_new(&options, &error);
    if (!tw) {
        g_printerr("webkitgtk: %s\n", error->message);
        return 1;
    }
    if (trollbridge_webkit_sandbox(tw, &sandbox) != TROLLBRIDGE_WEBKIT_SANDBOX_HELD)
        g_printerr("webkitgtk: %s\n", sandbox);

    const struct trollbridge_window *window =
        trollbridge_app(trollbridge_webkit_bridge(tw))->windows;
    WebKitWebView *view = show(tw, window);
    if (trollbridge_webkit_attach(tw, view, window->label, &error)) {
        webkit_web_view_load_uri(view, TROLLBRIDGE_WEBKIT_ORIGIN "/");
        g_unix_signal_add(SIGTERM, on_signal, NULL);
        gtk_main();
    }
    trollbridge_webkit_free(tw);
    return error != NULL;
}
