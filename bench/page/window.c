#include "bench/page/window.h"

#include "base/place.h"
#include "bench/page/bare.h"
#include "host/webkitgtk/trollbridge-webkitgtk.h"

#include <glib/gstdio.h>
#include <gtk/gtk.h>

struct window {
    struct trollbridge_webkit *bridge;
    GtkWidget *window;
    WebKitWebView *view;
    char *extensions; /* the folder that both extensions are found in */
    gboolean loaded;
};

static void on_load_changed(WebKitWebView *view, WebKitLoadEvent event, struct window *window)
{
    (void)view;
    window->loaded = event == WEBKIT_LOAD_FINISHED;
}

static void await_load(struct window *window)
{
    while (!window->loaded)
        g_main_context_iteration(NULL, TRUE);
}

/* ---- the clock beside the extension of Trollbridge ---- */

static gboolean link_into(const char *folder, const char *part, WebKitWebContext *context)
{
    char path[PATH_MAX];
    if (tb_place_of(part, path) != 0)
        return FALSE;
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *link = g_build_filename(folder, name, NULL);
    g_autofree char *place = g_path_get_dirname(path);
    g_autoptr(GFile) file = g_file_new_for_path(link);
    webkit_web_context_add_path_to_sandbox(context, place, TRUE);
    return g_file_make_symbolic_link(file, path, NULL, NULL);
}

/* After the library's own handler: WebKit takes extensions from one folder. */
static void on_initialize(WebKitWebContext *context, struct window *window)
{
    webkit_web_context_set_web_extensions_directory(context, window->extensions);
}

static gboolean add_clock(struct window *window, const char *app, WebKitWebContext *context)
{
    window->extensions = g_build_filename(app, "extensions", NULL);
    if (g_mkdir(window->extensions, 0700) < 0 ||
        !link_into(window->extensions, "lib/trollbridge/webkitgtk/libtrollbridge-web-extension.so",
                   context) ||
        !link_into(window->extensions, "libexec/trollbridge/bench/webkitgtk/clock.so", context))
        return FALSE;
    webkit_web_context_add_path_to_sandbox(context, window->extensions, TRUE);
    g_signal_connect(context, "initialize-web-extensions", G_CALLBACK(on_initialize), window);
    return TRUE;
}

/* ---- the window ---- */

static gboolean fill(struct window *window, GError **error)
{
    window->window = gtk_window_new(GTK_WINDOW_TOPLEVEL);
    window->view = WEBKIT_WEB_VIEW(
        webkit_web_view_new_with_context(trollbridge_webkit_context(window->bridge)));
    gtk_container_add(GTK_CONTAINER(window->window), GTK_WIDGET(window->view));
    bare_attach(webkit_web_view_get_user_content_manager(window->view));
    g_signal_connect(window->view, "load-changed", G_CALLBACK(on_load_changed), window);
    if (!trollbridge_webkit_attach(window->bridge, window->view, "main", error))
        return FALSE;
    gtk_widget_show_all(window->window);
    webkit_web_view_load_uri(window->view, "tauri://localhost/");
    await_load(window);
    return TRUE;
}

static gboolean open_bridge(struct window *window, const char *app, GError **error)
{
    const struct trollbridge_webkit_options options = {.app = app};
    window->bridge = trollbridge_webkit_new(&options, error);
    if (!window->bridge)
        return FALSE;
    WebKitWebContext *context = trollbridge_webkit_context(window->bridge);
    bare_register(context);
    if (add_clock(window, app, context))
        return TRUE;
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED,
                        "the web process's extensions are not where they were installed");
    return FALSE;
}

struct window *window_open(const char *app, GError **error)
{
    struct window *window = g_new0(struct window, 1);
    if (open_bridge(window, app, error) && fill(window, error))
        return window;
    window_close(window);
    return NULL;
}

void window_close(struct window *window)
{
    if (!window)
        return;
    if (window->window)
        gtk_widget_destroy(window->window);
    trollbridge_webkit_free(window->bridge);
    g_free(window->extensions);
    g_free(window);
}

void window_reload(struct window *window)
{
    window->loaded = FALSE;
    webkit_web_view_reload(window->view);
    await_load(window);
}

/* ---- asking the page ---- */

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
