/* The app's windows: one GtkWindow with one view for each [[window]] of the manifest. */
#include "run/run.h"

#include <gtk/gtk.h>

static void on_destroy(GtkWidget *window, struct run *run)
{
    (void)window;
    if (--run->n_windows == 0)
        run_closed(run);
}

/* `window.close()` moves nothing here: to close a window is a command, which policy grants or not.
 */
static WebKitWebView *new_view(struct run *run)
{
    WebKitWebView *view = g_object_new(WEBKIT_TYPE_WEB_VIEW, "web-context",
                                       trollbridge_webkit_context(run->tw), NULL);
    WebKitSettings *settings = webkit_web_view_get_settings(view);
    webkit_settings_set_enable_write_console_messages_to_stdout(settings, run->options->devtools);
    return view;
}

/* A window that cannot be resized has the size that its content asks for. */
static void fix(GtkWindow *window, WebKitWebView *view, const struct trollbridge_window *options)
{
    gtk_widget_set_size_request(GTK_WIDGET(view), (int)options->width, (int)options->height);
    gtk_window_set_resizable(window, FALSE);
}

static void show(struct run *run, WebKitWebView *view, const struct trollbridge_window *options)
{
    GtkWindow *window = GTK_WINDOW(gtk_window_new(GTK_WINDOW_TOPLEVEL));
    gtk_window_set_title(window, options->title);
    gtk_window_set_icon_name(window, trollbridge_app(trollbridge_webkit_bridge(run->tw))->id);
    gtk_window_set_default_size(window, (int)options->width, (int)options->height);
    gtk_container_add(GTK_CONTAINER(window), GTK_WIDGET(view));
    gtk_widget_show_all(GTK_WIDGET(window));
    if (!options->resizable)
        fix(window, view, options);
    run->n_windows++;
    g_signal_connect(window, "destroy", G_CALLBACK(on_destroy), run);
}

static const char *wanted(const struct run *run)
{
    const struct run_options *options = run->options;
    if (options->view)
        return options->view;
    return options->eval || options->screenshot ? "main" : NULL;
}

static gboolean open_window(struct run *run, const struct trollbridge_window *options)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *uri = g_strconcat(TROLLBRIDGE_WEBKIT_ORIGIN "/", options->url, NULL);
    WebKitWebView *view = new_view(run);
    gboolean asked = g_strcmp0(wanted(run), options->label) == 0;
    show(run, view, options);
    if (asked && !run_begin_task(run, view))
        return FALSE;
    if (!trollbridge_webkit_attach(run->tw, view, options->label, &error)) {
        run_fail(run, RUN_PART, "attach", "%s: %s", options->label, error->message);
        return FALSE;
    }
    if (!asked)
        run_reload_crashed(view);
    webkit_web_view_load_uri(view, uri);
    return TRUE;
}

static gboolean has(const struct trollbridge_app *app, const char *label)
{
    for (size_t i = 0; i < app->n_windows; i++)
        if (strcmp(app->windows[i].label, label) == 0)
            return TRUE;
    return FALSE;
}

gboolean run_open_windows(struct run *run)
{
    const struct trollbridge_app *app = trollbridge_app(trollbridge_webkit_bridge(run->tw));
    gboolean ok = TRUE;
    if (wanted(run) && !has(app, wanted(run))) {
        run_fail(run, RUN_USAGE, "usage",
                 "the app has no window '%s': name the label of a [[window]] with --view",
                 wanted(run));
        return FALSE;
    }
    for (size_t i = 0; i < app->n_windows && ok; i++)
        ok = open_window(run, &app->windows[i]);
    return ok;
}
