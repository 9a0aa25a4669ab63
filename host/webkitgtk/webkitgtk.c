#include "host/webkitgtk/app.h"

#include "host/webkitgtk/ask.h"
#include "host/webkitgtk/context.h"
#include "host/webkitgtk/frontend/frontend.h"
#include "host/webkitgtk/origin.h"
#include "host/webkitgtk/sandbox.h"
#include "host/webkitgtk/secret.h"
#include "host/webkitgtk/view.h"
#include "host/webkitgtk/window.h"
#include "proto/label.h"

#include <glib-unix.h>

GQuark trollbridge_webkit_error_quark(void)
{
    return g_quark_from_static_string("trollbridge-webkit-error");
}

bool tb_app_allows(const struct trollbridge_webkit *tw, const char *origin)
{
    return strcmp(origin, TROLLBRIDGE_WEBKIT_ORIGIN) == 0 ||
           g_strv_contains((const char *const *)tw->origins, origin);
}

/* ---- the bridge ---- */

static void on_alert(void *data, const char *view, const char *event, const char *message)
{
    struct trollbridge_webkit *tw = data;
    tb_alerts_add(&tw->alerts, view, event, message);
}

static const char *label_of(const struct trollbridge_webkit *tw, uint32_t id)
{
    GHashTableIter all;
    void *view;
    g_hash_table_iter_init(&all, tw->views);
    while (g_hash_table_iter_next(&all, NULL, &view))
        if (((const struct tb_view *)view)->open_id == id)
            return ((const struct tb_view *)view)->label;
    return NULL;
}

/* That a document went away before its session was there is no news. */
static void on_opened(void *data, uint32_t id, const char *session, const uint8_t *bootstrap,
                      size_t n_bootstrap, const char *code, const char *message)
{
    (void)bootstrap, (void)n_bootstrap, (void)code;
    struct trollbridge_webkit *tw = data;
    const char *label = session ? NULL : label_of(tw, id);
    if (label)
        tb_alerts_add(&tw->alerts, label, "refused", message);
}

static void on_reloaded(void *data, uint32_t id, const char *before, const char *after,
                        const char *code, const char *message)
{
    const struct trollbridge_webkit *tw = data;
    if (tw->reloaded)
        tw->reloaded(tw->data, id, before, after, code, message);
}

static void on_ask(void *data, const struct trollbridge_ask *ask)
{
    struct trollbridge_webkit *tw = data;
    if (tw->ask)
        tw->ask(tw->data, ask);
    else
        tb_ask_show(tw, ask);
}

static void on_secret(void *data, const struct trollbridge_secret *secret)
{
    struct trollbridge_webkit *tw = data;
    if (tw->secret)
        tw->secret(tw->data, secret);
    else
        tb_secret_show(tw, secret);
}

/* A host may show the one kind of prompt itself, and leave the other to us. */
static void on_asked_over(void *data, uint32_t id)
{
    struct trollbridge_webkit *tw = data;
    if (!tb_ask_over(tw, id) && tw->asked_over)
        tw->asked_over(tw->data, id);
}

/* Only the dialogs of views pick anything here. */
static void on_picked(void *data, uint32_t id, const char *code, const char *message)
{
    const struct trollbridge_webkit *tw = data;
    GHashTableIter all;
    void *view;
    g_hash_table_iter_init(&all, tw->views);
    while (g_hash_table_iter_next(&all, NULL, &view))
        tb_dialogs_picked(((struct tb_view *)view)->dialogs, id, code, message);
}

static gboolean on_bridge(int fd, GIOCondition condition, void *data)
{
    struct trollbridge_webkit *tw = data;
    (void)fd, (void)condition;
    if (trollbridge_dispatch(tw->bridge) == TROLLBRIDGE_OK)
        return G_SOURCE_CONTINUE;
    g_clear_pointer(&tw->source, g_source_unref);
    tb_ask_close_all(tw);
    tb_alerts_add(&tw->alerts, "", "lost", trollbridge_result_text(TROLLBRIDGE_LOST));
    return G_SOURCE_REMOVE;
}

static void watch_bridge(struct trollbridge_webkit *tw)
{
    tw->source = g_unix_fd_source_new(trollbridge_fd(tw->bridge), G_IO_IN);
    g_source_set_callback(tw->source, G_SOURCE_FUNC(on_bridge), tw, NULL);
    g_source_attach(tw->source, NULL);
}

static int code_of(enum trollbridge_result result)
{
    switch (result) {
    case TROLLBRIDGE_FILES:
        return TROLLBRIDGE_WEBKIT_FILES;
    case TROLLBRIDGE_PART:
    case TROLLBRIDGE_LOST:
        return TROLLBRIDGE_WEBKIT_PART;
    case TROLLBRIDGE_OUT_OF_MEMORY:
        return TROLLBRIDGE_WEBKIT_MEMORY;
    case TROLLBRIDGE_OK:
    case TROLLBRIDGE_INVALID:
    case TROLLBRIDGE_BUSY:
        break;
    }
    return TROLLBRIDGE_WEBKIT_INVALID;
}

static bool spawn(struct trollbridge_webkit *tw, const struct trollbridge_webkit_options *options,
                  GError **error)
{
    size_t n_plugins;
    tw->plugins = tb_window_plugins(tw, options->plugins, options->n_plugins, &n_plugins);
    const struct trollbridge_options bridge = {
        .app = options->app,
        .plugins = tw->plugins,
        .n_plugins = n_plugins,
        .opened = on_opened,
        .alert = on_alert,
        .reloaded = on_reloaded,
        .ask = on_ask,
        .secret = on_secret,
        .asked_over = on_asked_over,
        .picked = on_picked,
        .data = tw,
    };
    enum trollbridge_result result = trollbridge_spawn(&bridge, &tw->bridge);
    if (result == TROLLBRIDGE_OK)
        return true;
    g_set_error_literal(error, TROLLBRIDGE_WEBKIT_ERROR, code_of(result),
                        trollbridge_result_text(result));
    return false;
}

/* ---- an app's life ---- */

static bool check_options(const struct trollbridge_webkit_options *options, GError **error)
{
    if (!options || !options->app) {
        g_set_error_literal(error, TROLLBRIDGE_WEBKIT_ERROR, TROLLBRIDGE_WEBKIT_INVALID,
                            "options with the path of an app folder are missing");
        return false;
    }
    for (const char *const *origin = options->origins; origin && *origin; origin++)
        if (!tb_origin_whole(*origin)) {
            g_set_error(error, TROLLBRIDGE_WEBKIT_ERROR, TROLLBRIDGE_WEBKIT_INVALID,
                        "'%s' is no serialised origin: write it as https://example.com", *origin);
            return false;
        }
    return true;
}

static bool find_sandbox(struct trollbridge_webkit *tw, GError **error)
{
    tw->has_sandbox = tb_sandbox_works(&tw->sandbox_message);
    if (tw->has_sandbox || !tw->requires_sandbox)
        return true;
    g_set_error_literal(error, TROLLBRIDGE_WEBKIT_ERROR, TROLLBRIDGE_WEBKIT_PART,
                        tw->sandbox_message);
    return false;
}

static bool make_context(struct trollbridge_webkit *tw, GError **error)
{
    tw->context = tb_context_new(tw);
    if (tw->context)
        return true;
    g_set_error_literal(error, TROLLBRIDGE_WEBKIT_ERROR, TROLLBRIDGE_WEBKIT_PART,
                        "the web-process extension is missing: install Trollbridge whole");
    return false;
}

/* An app without a frontend shows what the host loads from further origins. */
static bool serve_frontend(struct trollbridge_webkit *tw, GError **error)
{
    const struct trollbridge_app *app = trollbridge_app(tw->bridge);
    g_autoptr(GError) wrong = NULL;
    if (*app->frontend == 0 || tb_frontend_register(tw->context, app, &wrong))
        return true;
    g_set_error_literal(error, TROLLBRIDGE_WEBKIT_ERROR, TROLLBRIDGE_WEBKIT_FILES, wrong->message);
    return false;
}

static void free_view(void *view)
{
    tb_view_free(view);
}

struct trollbridge_webkit *trollbridge_webkit_new(const struct trollbridge_webkit_options *options,
                                                  GError **error)
{
    if (!check_options(options, error))
        return NULL;
    struct trollbridge_webkit *tw = g_new0(struct trollbridge_webkit, 1);
    char *none[] = {NULL};
    tw->origins = g_strdupv(options->origins ? (char **)options->origins : none);
    tw->devtools = options->devtools;
    tw->requires_sandbox = options->require_sandbox;
    tb_alerts_init(&tw->alerts, options->alert, options->data);
    tw->reloaded = options->reloaded;
    tw->ask = options->ask;
    tw->secret = options->secret;
    tw->asked_over = options->asked_over;
    tw->data = options->data;
    tw->views = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_view);
    if (!find_sandbox(tw, error) || !spawn(tw, options, error) || !make_context(tw, error) ||
        !serve_frontend(tw, error)) {
        trollbridge_webkit_free(tw);
        return NULL;
    }
    watch_bridge(tw);
    return tw;
}

void trollbridge_webkit_free(struct trollbridge_webkit *tw)
{
    if (!tw)
        return;
    g_hash_table_unref(tw->views);
    if (tw->source)
        g_source_destroy(tw->source);
    g_clear_pointer(&tw->source, g_source_unref);
    trollbridge_close(tw->bridge);
    tb_alerts_deinit(&tw->alerts);
    g_clear_object(&tw->context);
    g_strfreev(tw->origins);
    g_free(tw->plugins);
    g_free(tw);
}

WebKitWebContext *trollbridge_webkit_context(struct trollbridge_webkit *tw)
{
    return tw->context;
}

struct trollbridge *trollbridge_webkit_bridge(struct trollbridge_webkit *tw)
{
    return tw->bridge;
}

enum trollbridge_webkit_sandbox trollbridge_webkit_sandbox(const struct trollbridge_webkit *tw,
                                                           const char **ret_message)
{
    if (ret_message)
        *ret_message = tw->sandbox_message;
    return tw->has_sandbox ? TROLLBRIDGE_WEBKIT_SANDBOX_HELD : TROLLBRIDGE_WEBKIT_SANDBOX_MISSING;
}

/* ---- attaching ---- */

/* The scripts of a view, which know its label, are with its content manager. */
static bool is_taken(const struct trollbridge_webkit *tw, WebKitWebView *view)
{
    GHashTableIter all;
    void *other;
    g_hash_table_iter_init(&all, tw->views);
    while (g_hash_table_iter_next(&all, NULL, &other))
        if (webkit_web_view_get_user_content_manager(((const struct tb_view *)other)->web) ==
            webkit_web_view_get_user_content_manager(view))
            return true;
    return false;
}

static const char *why_not(const struct trollbridge_webkit *tw, WebKitWebView *view)
{
    if (is_taken(tw, view))
        return "the view, or its WebKitUserContentManager, is attached already";
    if (webkit_web_view_get_context(view) != tw->context)
        return "the view has another context: make it with that of trollbridge_webkit_context";
    if (webkit_web_view_get_uri(view))
        return "the view has loaded something: attach it before";
    return NULL;
}

gboolean trollbridge_webkit_attach(struct trollbridge_webkit *tw, WebKitWebView *view,
                                   const char *label, GError **error)
{
    if (!label || !tb_label_valid(tb_bytes_of_string(label)) ||
        g_hash_table_contains(tw->views, label)) {
        g_set_error(error, TROLLBRIDGE_WEBKIT_ERROR, TROLLBRIDGE_WEBKIT_INVALID,
                    "a view's label is 1 to 64 of A-Z a-z 0-9 - _ / : that no other view has");
        return FALSE;
    }
    const char *problem = why_not(tw, view);
    if (problem) {
        g_set_error_literal(error, TROLLBRIDGE_WEBKIT_ERROR, TROLLBRIDGE_WEBKIT_VIEW, problem);
        return FALSE;
    }
    struct tb_view *attached = tb_view_new(tw, view, label);
    g_hash_table_insert(tw->views, attached->label, attached);
    return TRUE;
}
