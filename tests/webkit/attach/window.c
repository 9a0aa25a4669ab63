/*
 * A window of an app, for tests of the adapter itself.
 *
 *     window APP WORLD FILE
 *
 * opens tauri://localhost/ in the view `main` and runs FILE, the body of an async function, in the
 * world ("-": the page's own). Prints the result as JSON. Alerts are lines on stderr. `bare_window`
 * is the same without scripts of Trollbridge: the native functions are the test's to attach to.
 */
#include "host/webkitgtk/trollbridge-webkitgtk.h"

#include <gtk/gtk.h>
#include <stdio.h>

static struct {
    char *world;
    char *body;
    int status;
} self = {.status = 1};

static void on_alert(void *data, const char *view, const char *event, const char *message)
{
    (void)data;
    fprintf(stderr, "alert: %s %s: %s\n", view, event, message);
}

static void on_result(GObject *view, GAsyncResult *result, void *data)
{
    (void)data;
    GError *error = NULL;
    JSCValue *value = webkit_web_view_call_async_javascript_function_finish(WEBKIT_WEB_VIEW(view),
                                                                            result, &error);
    if (value)
        printf("%s\n", jsc_value_to_json(value, 0));
    else
        fprintf(stderr, "%s\n", error->message);
    self.status = value == NULL;
    gtk_main_quit();
}

static void on_load_changed(WebKitWebView *view, WebKitLoadEvent event)
{
    if (event == WEBKIT_LOAD_FINISHED)
        webkit_web_view_call_async_javascript_function(view, self.body, -1, NULL, self.world, NULL,
                                                       NULL, on_result, NULL);
}

int main(int argc, char **argv)
{
    GError *error = NULL;
    gtk_init(&argc, &argv);
    if (argc < 4 || !g_file_get_contents(argv[3], &self.body, NULL, &error))
        return 2;
    self.world = strcmp(argv[2], "-") == 0 ? NULL : argv[2];
    struct trollbridge_webkit *tw = trollbridge_webkit_new(
        &(struct trollbridge_webkit_options){.app = argv[1], .alert = on_alert}, &error);
    if (!tw) {
        fprintf(stderr, "%s\n", error->message);
        return 1;
    }
    WebKitWebView *view =
        g_object_new(WEBKIT_TYPE_WEB_VIEW, "web-context", trollbridge_webkit_context(tw), NULL);
    GtkWidget *top = gtk_window_new(GTK_WINDOW_TOPLEVEL);
    gtk_container_add(GTK_CONTAINER(top), GTK_WIDGET(view));
    gtk_widget_show_all(top);
    if (!trollbridge_webkit_attach(tw, view, "main", &error))
        return 1;
    g_signal_connect(view, "load-changed", G_CALLBACK(on_load_changed), NULL);
    webkit_web_view_load_uri(view, TROLLBRIDGE_WEBKIT_ORIGIN "/");
    gtk_main();
    gtk_widget_destroy(top);
    trollbridge_webkit_free(tw);
    return self.status;
}
