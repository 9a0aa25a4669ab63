/*
 * A window with nothing but the app's scheme: no broker, no endpoint. Prints what the body of an
 * async function returns in the page, as JSON.
 *
 *     frontend_host FOLDER CSP EVAL [ORIGIN [CHANGE]]
 *
 * FOLDER holds the frontend, `dist`. With ORIGIN, unless it is "-", the page is an empty one of
 * that origin instead of the frontend's index. With CHANGE the files of that folder are put into
 * the frontend once it has been loaded. Exit status: 0; 1: the function threw; 3: the frontend
 * cannot be loaded.
 */
#include "host/webkitgtk/frontend/frontend.h"

#include <glib/gstdio.h>
#include <gtk/gtk.h>

struct host {
    const char *eval;
    int status;
};

static void on_result(GObject *view, GAsyncResult *result, void *data)
{
    struct host *host = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(JSCValue) value = webkit_web_view_call_async_javascript_function_finish(
        WEBKIT_WEB_VIEW(view), result, &error);
    g_autofree char *json = value ? jsc_value_to_json(value, 0) : NULL;
    host->status = value ? 0 : 1;
    g_print("%s\n", value ? json : error->message);
    gtk_main_quit();
}

static void on_load(WebKitWebView *view, WebKitLoadEvent event, void *data)
{
    const struct host *host = data;
    if (event == WEBKIT_LOAD_FINISHED)
        webkit_web_view_call_async_javascript_function(view, host->eval, -1, NULL, NULL, NULL, NULL,
                                                       on_result, data);
}

static void show(WebKitWebContext *context, struct host *host, const char *origin)
{
    GtkWidget *top = gtk_window_new(GTK_WINDOW_TOPLEVEL);
    WebKitWebView *view = WEBKIT_WEB_VIEW(webkit_web_view_new_with_context(context));
    gtk_container_add(GTK_CONTAINER(top), GTK_WIDGET(view));
    gtk_widget_show_all(top);
    g_signal_connect(view, "load-changed", G_CALLBACK(on_load), host);
    if (origin)
        webkit_web_view_load_html(view, "<!doctype html><body>", origin);
    else
        webkit_web_view_load_uri(view, TB_FRONTEND_ORIGIN "/");
    gtk_main();
    gtk_widget_destroy(top);
}

/* FALSE: a file of the folder is not in the frontend afterwards. */
static gboolean change(const char *folder, const char *name)
{
    g_autofree char *from = g_build_filename(folder, name, NULL);
    g_autofree char *to = g_build_filename(folder, "dist", NULL);
    g_autoptr(GDir) files = g_dir_open(from, 0, NULL);
    gboolean ok = files != NULL;
    for (const char *file = ok ? g_dir_read_name(files) : NULL; file && ok;
         file = g_dir_read_name(files)) {
        g_autofree char *old = g_build_filename(from, file, NULL);
        g_autofree char *new = g_build_filename(to, file, NULL);
        ok = g_rename(old, new) == 0;
    }
    return ok;
}

int main(int argc, char **argv)
{
    if (argc < 4 || !gtk_init_check(&argc, &argv))
        return 2;
    const struct trollbridge_app app = {.folder = argv[1], .frontend = "dist", .csp = argv[2]};
    struct host host = {.eval = argv[3], .status = 1};
    g_autoptr(GError) error = NULL;
    g_autoptr(WebKitWebContext) context = webkit_web_context_new();
    if (!tb_frontend_register(context, &app, &error)) {
        g_print("%s\n", error->message);
        return 3;
    }
    if (argc > 5 && !change(argv[1], argv[5]))
        return 2;
    show(context, &host, argc > 4 && strcmp(argv[4], "-") != 0 ? argv[4] : NULL);
    return host.status;
}
