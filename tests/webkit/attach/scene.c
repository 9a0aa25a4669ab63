#include "tests/webkit/attach/scene.h"

#include <gtk/gtk.h>
#include <stdio.h>
#include <stdlib.h>

static GHashTable *alerts;
static WebKitWebView *closed_by_alert;

static void on_alert(void *data, const char *view, const char *event, const char *message)
{
    (void)data;
    printf("alert: %s %s: %s\n", view, event, message);
    g_hash_table_add(alerts, g_strdup(event));
    if (closed_by_alert)
        scene_close(g_steal_pointer(&closed_by_alert));
}

void scene_close_by_alert(WebKitWebView *view)
{
    closed_by_alert = view;
}

void scene_await_alert(const char *event)
{
    while (!g_hash_table_contains(alerts, event))
        g_main_context_iteration(NULL, TRUE);
    g_hash_table_remove(alerts, event);
}

struct trollbridge_webkit *scene_begin(struct trollbridge_webkit_options options)
{
    g_autoptr(GError) error = NULL;
    alerts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    options.alert = on_alert;
    struct trollbridge_webkit *tw = trollbridge_webkit_new(&options, &error);
    if (tw)
        return tw;
    fprintf(stderr, "%d: %s\n", error->code, error->message);
    exit(1);
}

void scene_end(struct trollbridge_webkit *tw)
{
    trollbridge_webkit_free(tw);
    g_hash_table_unref(alerts);
}

WebKitWebView *scene_view(struct trollbridge_webkit *tw, WebKitWebView *related)
{
    g_autoptr(WebKitUserContentManager) scripts = webkit_user_content_manager_new();
    WebKitWebView *view =
        g_object_new(WEBKIT_TYPE_WEB_VIEW, "user-content-manager", scripts,
                     related ? "related-view" : "web-context",
                     related ? (void *)related : (void *)trollbridge_webkit_context(tw), NULL);
    GtkWidget *top = gtk_window_new(GTK_WINDOW_TOPLEVEL);
    gtk_container_add(GTK_CONTAINER(top), GTK_WIDGET(view));
    gtk_widget_show_all(top);
    return view;
}

WebKitWebView *scene_attached(struct trollbridge_webkit *tw, const char *label,
                              WebKitWebView *related)
{
    g_autoptr(GError) error = NULL;
    WebKitWebView *view = scene_view(tw, related);
    if (!trollbridge_webkit_attach(tw, view, label, &error))
        printf("attach: %d: %s\n", error->code, error->message);
    return view;
}

void scene_close(WebKitWebView *view)
{
    gtk_widget_destroy(gtk_widget_get_toplevel(GTK_WIDGET(view)));
}

static void on_load_changed(WebKitWebView *view, WebKitLoadEvent event, gboolean *over)
{
    (void)view;
    *over = *over || event == WEBKIT_LOAD_FINISHED;
}

void scene_load(WebKitWebView *view, const char *uri)
{
    gboolean over = FALSE;
    gulong handler = g_signal_connect(view, "load-changed", G_CALLBACK(on_load_changed), &over);
    if (uri)
        webkit_web_view_load_uri(view, uri);
    else
        webkit_web_view_reload(view);
    while (!over)
        g_main_context_iteration(NULL, TRUE);
    g_signal_handler_disconnect(view, handler);
}

void scene_leave(WebKitWebView *view, const char *uri)
{
    gboolean over = FALSE;
    gulong handler = g_signal_connect(view, "load-changed", G_CALLBACK(on_load_changed), &over);
    g_autofree char *script = g_strdup_printf("location.href = '%s'", uri);
    webkit_web_view_evaluate_javascript(view, script, -1, NULL, NULL, NULL, NULL, NULL);
    while (!over)
        g_main_context_iteration(NULL, TRUE);
    g_signal_handler_disconnect(view, handler);
}

static void on_result(GObject *view, GAsyncResult *result, void *data)
{
    (void)view;
    *(GAsyncResult **)data = g_object_ref(result);
}

void scene_eval(WebKitWebView *view, const char *name, const char *body)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GAsyncResult) result = NULL;
    webkit_web_view_call_async_javascript_function(view, body, -1, NULL, NULL, NULL, NULL,
                                                   on_result, &result);
    while (!result)
        g_main_context_iteration(NULL, TRUE);
    g_autoptr(JSCValue) value =
        webkit_web_view_call_async_javascript_function_finish(view, result, &error);
    g_autofree char *json = value ? jsc_value_to_json(value, 0) : NULL;
    printf("%s: %s\n", name, value ? json : error->message);
}
