#include "bench/page/window.h"

#include "bench/page/bare.h"

#include <gtk/gtk.h>

struct window {
    GtkWidget *window;
    WebKitWebView *view;
    gboolean loaded;
};

static void on_load_changed(WebKitWebView *view, WebKitLoadEvent event, struct window *window)
{
    (void)view;
    window->loaded = event == WEBKIT_LOAD_FINISHED;
}

static void on_page(WebKitURISchemeRequest *request, void *data)
{
    const char *app = data;
    g_autofree char *path = g_build_filename(app, "dist", webkit_uri_scheme_request_get_path(request), NULL);
    g_autofree char *text = NULL;
    gsize n = 0;
    g_autoptr(GError) error = NULL;
    if (!g_file_get_contents(path, &text, &n, &error)) {
        webkit_uri_scheme_request_finish_error(request, error);
        return;
    }
    g_autoptr(GInputStream) stream = g_memory_input_stream_new_from_data(g_steal_pointer(&text), (gssize)n, g_free);
    webkit_uri_scheme_request_finish(request, stream, (gint64)n, g_str_has_suffix(path, ".js") ? "text/javascript" : "text/html");
}

static void on_ext(WebKitWebContext *c, void *d)
{
    (void)d;
    webkit_web_context_set_web_extensions_directory(c, g_getenv("BENCH_EXT"));
}

struct window *window_open(const char *app, GError **error)
{
    (void)error;
    struct window *window = g_new0(struct window, 1);
    WebKitWebContext *context = webkit_web_context_new();
    webkit_web_context_register_uri_scheme(context, "tauri", on_page, (void *)app, NULL);
    WebKitSecurityManager *security = webkit_web_context_get_security_manager(context);
    webkit_security_manager_register_uri_scheme_as_secure(security, "tauri");
    webkit_security_manager_register_uri_scheme_as_cors_enabled(security, "tauri");
    g_signal_connect(context, "initialize-web-extensions", G_CALLBACK(on_ext), NULL);
    bare_register(context);
    window->window = gtk_window_new(GTK_WINDOW_TOPLEVEL);
    window->view = WEBKIT_WEB_VIEW(webkit_web_view_new_with_context(context));
    bare_attach(webkit_web_view_get_user_content_manager(window->view));
    webkit_settings_set_enable_write_console_messages_to_stdout(webkit_web_view_get_settings(window->view), TRUE);
    gtk_container_add(GTK_CONTAINER(window->window), GTK_WIDGET(window->view));
    g_signal_connect(window->view, "load-changed", G_CALLBACK(on_load_changed), window);
    gtk_widget_show_all(window->window);
    webkit_web_view_load_uri(window->view, "tauri://localhost/index.html");
    while (!window->loaded)
        g_main_context_iteration(NULL, TRUE);
    return window;
}

void window_close(struct window *window)
{
    gtk_widget_destroy(window->window);
    g_free(window);
}

gboolean window_reload(struct window *window, GError **error)
{
    (void)error;
    window->loaded = FALSE;
    webkit_web_view_reload(window->view);
    while (!window->loaded)
        g_main_context_iteration(NULL, TRUE);
    return TRUE;
}

struct answer {
    gboolean come;
    JSCValue *value;
    GError **error;
};

static void on_answer(GObject *view, GAsyncResult *result, void *data)
{
    struct answer *answer = data;
    answer->value = webkit_web_view_call_async_javascript_function_finish(WEBKIT_WEB_VIEW(view),
                                                                          result, answer->error);
    answer->come = TRUE;
}

JSCValue *window_ask(struct window *window, const char *body, GVariant *parameters, GError **error)
{
    struct answer answer = {.error = error};
    webkit_web_view_call_async_javascript_function(window->view, body, -1, parameters, NULL, NULL,
                                                   NULL, on_answer, &answer);
    while (!answer.come)
        g_main_context_iteration(NULL, TRUE);
    return answer.value;
}
