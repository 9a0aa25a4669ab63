/*
 * A window of WebKitGTK without Trollbridge: what a page finds where nothing was given to it. The
 * tests compare with it what a page finds in an app.
 *
 *     bare FOLDER FILE
 *
 * opens tauri://localhost/index.html of FOLDER, runs FILE, the body of an async function, in its
 * main world, and prints the result as JSON.
 */
#include <stdio.h>
#include <webkit2/webkit2.h>

static const char *folder;
static const char *script;
static int status = 1;

/* Paths are the test's own and are taken as they are. */
static void serve(WebKitURISchemeRequest *request, gpointer data)
{
    (void)data;
    g_autofree char *path =
        g_build_filename(folder, webkit_uri_scheme_request_get_path(request), NULL);
    g_autofree char *content = NULL;
    g_autoptr(GError) error = NULL;
    gsize n_content;
    if (!g_file_get_contents(path, &content, &n_content, &error)) {
        webkit_uri_scheme_request_finish_error(request, error);
        return;
    }
    g_autofree char *type = g_content_type_guess(path, NULL, 0, NULL);
    g_autofree char *mime = g_content_type_get_mime_type(type);
    g_autoptr(GInputStream) stream =
        g_memory_input_stream_new_from_data(g_steal_pointer(&content), (gssize)n_content, g_free);
    webkit_uri_scheme_request_finish(request, stream, (gint64)n_content, mime);
}

static void answered(GObject *view, GAsyncResult *result, gpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autoptr(JSCValue) value = webkit_web_view_call_async_javascript_function_finish(
        WEBKIT_WEB_VIEW(view), result, &error);
    if (value) {
        g_autofree char *text = jsc_value_to_json(value, 0);
        printf("%s\n", text ? text : "null");
        status = 0;
    } else {
        fprintf(stderr, "%s\n", error->message);
    }
    gtk_main_quit();
}

static void loaded(WebKitWebView *view, WebKitLoadEvent event, gpointer data)
{
    (void)data;
    if (event == WEBKIT_LOAD_FINISHED) {
        webkit_web_view_call_async_javascript_function(view, script, -1, NULL, NULL, NULL, NULL,
                                                       answered, NULL);
    }
}

int main(int argc, char **argv)
{
    g_autofree char *text = NULL;
    if (argc != 3 || !gtk_init_check(&argc, &argv) ||
        !g_file_get_contents(argv[2], &text, NULL, NULL)) {
        fprintf(stderr, "usage: bare FOLDER FILE, on a display\n");
        return 2;
    }
    folder = argv[1];
    script = text;
    WebKitWebContext *context = webkit_web_context_get_default();
    WebKitSecurityManager *security = webkit_web_context_get_security_manager(context);
    webkit_security_manager_register_uri_scheme_as_secure(security, "tauri");
    webkit_security_manager_register_uri_scheme_as_cors_enabled(security, "tauri");
    webkit_web_context_register_uri_scheme(context, "tauri", serve, NULL, NULL);
    GtkWidget *window = gtk_window_new(GTK_WINDOW_TOPLEVEL);
    GtkWidget *view = webkit_web_view_new();
    gtk_container_add(GTK_CONTAINER(window), view);
    g_signal_connect(view, "load-changed", G_CALLBACK(loaded), NULL);
    webkit_web_view_load_uri(WEBKIT_WEB_VIEW(view), "tauri://localhost/index.html");
    gtk_widget_show_all(window);
    gtk_main();
    return status;
}
