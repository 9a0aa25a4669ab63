/*
 * --eval and --screenshot: once the view has loaded, a function is run in its page, then its
 * picture is taken, then the program ends. Its result is printed last, so that whoever reads it
 * knows that all was done.
 */
#include "run/run.h"

#include <gtk/gtk.h>
#include <libsoup/soup.h>

enum { LOAD_S = 30 };

/*
 * A page that has loaded may still be asking for what it shows. Its picture is taken once it has
 * left its document alone for a while, or at the latest when nobody would wait longer. In a world
 * of its own: what the page has made of promises and timers is not met there.
 */
static const char settled[] =
    "const quiet_ms = 300, most_ms = 5000;"
    "await document.fonts.ready;"
    "await new Promise((resolve) => {"
    "  let timer = setTimeout(resolve, quiet_ms);"
    "  setTimeout(resolve, most_ms);"
    "  new MutationObserver(() => {"
    "    clearTimeout(timer);"
    "    timer = setTimeout(resolve, quiet_ms);"
    "  }).observe(document, {subtree: true, childList: true, attributes: true,"
    "                        characterData: true});"
    "});"
    "await new Promise(requestAnimationFrame);"
    "await new Promise(requestAnimationFrame);";
#define PICTURE_WORLD "trollbridge-picture"

static void on_png(GObject *source, GAsyncResult *done, void *data)
{
    struct run *run = data;
    g_autoptr(GError) error = NULL;
    cairo_surface_t *picture =
        webkit_web_view_get_snapshot_finish(WEBKIT_WEB_VIEW(source), done, &error);
    const char *file = run->options->screenshot;
    if (!picture) {
        run_fail(run, RUN_FAILED, "screenshot", "%s", error->message);
        return;
    }
    cairo_status_t status = cairo_surface_write_to_png(picture, file);
    cairo_surface_destroy(picture);
    if (status != CAIRO_STATUS_SUCCESS)
        run_fail(run, RUN_FAILED, "io", "%s: %s", file, cairo_status_to_string(status));
    else
        run_end(run, RUN_DONE);
}

static void on_settled(GObject *source, GAsyncResult *done, void *data)
{
    struct run *run = data;
    g_autoptr(JSCValue) nothing =
        webkit_web_view_call_async_javascript_function_finish(WEBKIT_WEB_VIEW(source), done, NULL);
    (void)nothing;
    if (!run->ended)
        webkit_web_view_get_snapshot(run->view, WEBKIT_SNAPSHOT_REGION_VISIBLE,
                                     WEBKIT_SNAPSHOT_OPTIONS_NONE, NULL, on_png, run);
}

static void finish(struct run *run)
{
    if (run->options->screenshot)
        webkit_web_view_call_async_javascript_function(run->view, settled, -1, NULL, PICTURE_WORLD,
                                                       NULL, NULL, on_settled, run);
    else
        run_end(run, RUN_DONE);
}

/* What JSON cannot say is an error, but for `undefined` as the whole result: nothing was returned.
 */
static char *json_of(JSCValue *value)
{
    if (jsc_value_is_undefined(value))
        return g_strdup("null");
    char *json = jsc_value_to_json(value, 0);
    JSCContext *context = jsc_value_get_context(value);
    jsc_context_clear_exception(context);
    return json;
}

/* Not at once: a page whose process has died ends its calls before it is told that it died. */
static gboolean on_thrown(void *data)
{
    struct run *run = data;
    run_fail(run, RUN_FAILED, "eval", "%s", run->thrown);
    return G_SOURCE_REMOVE;
}

static void on_result(GObject *source, GAsyncResult *done, void *data)
{
    struct run *run = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(JSCValue) value = webkit_web_view_call_async_javascript_function_finish(
        WEBKIT_WEB_VIEW(source), done, &error);
    if (run->ended)
        return;
    if (value)
        run->result = json_of(value);
    else
        run->thrown = g_strdup(error->message);
    if (run->result)
        finish(run);
    else if (run->thrown)
        g_idle_add(on_thrown, run);
    else
        run_fail(run, RUN_FAILED, "eval", "JSON cannot say what the function returned");
}

static void on_finished(struct run *run)
{
    if (run->load_timer != 0)
        g_source_remove(run->load_timer);
    run->load_timer = 0;
    if (run->script)
        webkit_web_view_call_async_javascript_function(run->view, run->script, -1, NULL, NULL, NULL,
                                                       NULL, on_result, run);
    else
        finish(run);
}

static gboolean on_load_failed(WebKitWebView *view, WebKitLoadEvent event, const char *uri,
                               GError *error, struct run *run)
{
    (void)view, (void)event;
    run_fail(run, RUN_FAILED, "load", "%s: %s", uri, error->message);
    return FALSE;
}

/* What the page's address names in the frontend's folder. */
static char *file_of(const char *uri)
{
    const char *path = g_str_has_prefix(uri, TROLLBRIDGE_WEBKIT_ORIGIN "/")
                           ? uri + strlen(TROLLBRIDGE_WEBKIT_ORIGIN "/")
                           : uri;
    g_autofree char *name = g_strndup(path, strcspn(path, "?#"));
    gboolean is_folder = *name == 0 || g_str_has_suffix(name, "/");
    return g_strconcat(name, is_folder ? "index.html" : "", NULL);
}

/* What the frontend answers for a file that it does not have is a page, too, and has loaded. */
static gboolean has_failed(struct run *run)
{
    WebKitWebResource *page = webkit_web_view_get_main_resource(run->view);
    WebKitURIResponse *response = page ? webkit_web_resource_get_response(page) : NULL;
    guint status = response ? webkit_uri_response_get_status_code(response) : 0;
    if (status < SOUP_STATUS_BAD_REQUEST)
        return FALSE;
    const struct trollbridge_app *app = trollbridge_app(trollbridge_webkit_bridge(run->tw));
    g_autofree char *file = file_of(webkit_web_view_get_uri(run->view));
    run_fail(run, RUN_FAILED, "load",
             "%s/%s: %s (%u): build the frontend, or correct `url` in its [[window]]",
             app->frontend, file, soup_status_get_phrase(status), status);
    return TRUE;
}

/* Once: a page may go on to others. */
static void on_load_changed(WebKitWebView *view, WebKitLoadEvent event, struct run *run)
{
    if (event != WEBKIT_LOAD_FINISHED)
        return;
    g_signal_handlers_disconnect_by_func(view, G_CALLBACK(on_load_changed), run);
    g_signal_handlers_disconnect_by_func(view, G_CALLBACK(on_load_failed), run);
    if (!has_failed(run))
        on_finished(run);
}

static gboolean on_load_timeout(void *data)
{
    struct run *run = data;
    run->load_timer = 0;
    run_fail(run, RUN_FAILED, "load", "%s has not finished loading after %d seconds",
             webkit_web_view_get_uri(run->view), LOAD_S);
    return G_SOURCE_REMOVE;
}

static void on_terminated(WebKitWebView *view, WebKitWebProcessTerminationReason reason,
                          struct run *run)
{
    (void)view;
    run_fail(run, RUN_LOST, "crashed", "%s",
             reason == WEBKIT_WEB_PROCESS_EXCEEDED_MEMORY_LIMIT
                 ? "the page's process used more memory than it may"
                 : "the page's process has ended");
}

static void on_destroy(GtkWidget *view, struct run *run)
{
    (void)view;
    run_closed(run);
}

/*
 * Of what a function throws WebKit passes on the text alone, which of a refused call is the message
 * without code and command. The function stays one with lines, directives and a `this` of its own.
 */
static char *with_whole_errors(const char *body)
{
    return g_strconcat("try { return await (async () => {", body,
                       "\n})() } catch (error) {"
                       "  if (error instanceof Error && error.code && error.command)"
                       "    throw `${error.code}: ${error.message} (${error.command})`;"
                       "  throw error;"
                       "}",
                       NULL);
}

static gboolean read_script(struct run *run)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *body = NULL;
    if (!run->options->eval)
        return TRUE;
    if (g_file_get_contents(run->options->eval, &body, NULL, &error)) {
        run->script = with_whole_errors(body);
        return TRUE;
    }
    run_fail(run, RUN_USAGE, "not_found", "%s", error->message);
    return FALSE;
}

gboolean run_begin_task(struct run *run, WebKitWebView *view)
{
    if (!run->options->eval && !run->options->screenshot)
        return TRUE;
    if (!read_script(run))
        return FALSE;
    run->view = view;
    run->load_timer = g_timeout_add_seconds(LOAD_S, on_load_timeout, run);
    g_signal_connect(view, "load-changed", G_CALLBACK(on_load_changed), run);
    g_signal_connect(view, "load-failed", G_CALLBACK(on_load_failed), run);
    g_signal_connect(view, "web-process-terminated", G_CALLBACK(on_terminated), run);
    g_signal_connect(view, "destroy", G_CALLBACK(on_destroy), run);
    return TRUE;
}
