/*
 * What happens to attached views, scene by scene, for tests/webkit/test_views.py.
 *
 *     scenes SCENE APP [ORIGIN]
 *
 * prints what happened, line by line. ORIGIN is a server that is not the app's.
 */
#include "tests/webkit/attach/scene.h"

#include <gtk/gtk.h>
#include <stdio.h>
#include <string.h>

#define APP TROLLBRIDGE_WEBKIT_ORIGIN "/"
#define READ                                                                                       \
    "const bytes = await trollbridge.invoke('plugin:fs|read_text_file', {path: "                   \
    "'data/hello.txt'}); return new TextDecoder().decode(bytes);"
#define WHO "return [self.origin, typeof trollbridge];"

static const char *app;
static const char *elsewhere;

static struct trollbridge_webkit *begin(void)
{
    return scene_begin((struct trollbridge_webkit_options){.app = app});
}

static char *at(const char *path)
{
    return g_strconcat(elsewhere, path, NULL);
}

/* ---- attaching ---- */

static void attach_twice(void)
{
    struct trollbridge_webkit *tw = begin();
    g_autoptr(GError) error = NULL;
    WebKitWebView *view = scene_attached(tw, "main", NULL);
    if (!trollbridge_webkit_attach(tw, view, "other", &error))
        printf("attach: %d: %s\n", error->code, error->message);
    scene_attached(tw, "main", NULL);
    scene_attached(tw, "not a label", NULL);
    scene_attached(tw, "", NULL);
    scene_load(view, APP);
    scene_eval(view, "main", READ);
    scene_end(tw);
}

static void attach_late(void)
{
    struct trollbridge_webkit *tw = begin();
    g_autoptr(GError) error = NULL;
    WebKitWebView *view = scene_view(tw, NULL);
    scene_load(view, APP);
    if (!trollbridge_webkit_attach(tw, view, "main", &error))
        printf("attach: %d: %s\n", error->code, error->message);
    scene_eval(view, "main", WHO);
    scene_end(tw);
}

static void attach_a_stranger(void)
{
    struct trollbridge_webkit *tw = begin();
    g_autoptr(GError) error = NULL;
    WebKitWebView *view = g_object_ref_sink(WEBKIT_WEB_VIEW(webkit_web_view_new()));
    if (!trollbridge_webkit_attach(tw, view, "main", &error))
        printf("attach: %d: %s\n", error->code, error->message);
    g_object_unref(view);
    scene_end(tw);
}

static void label_again(void)
{
    struct trollbridge_webkit *tw = begin();
    WebKitWebView *first = scene_attached(tw, "main", NULL);
    scene_load(first, APP);
    scene_eval(first, "first", READ);
    scene_close(first);
    scene_await_alert("closed");
    WebKitWebView *second = scene_attached(tw, "main", NULL);
    scene_load(second, APP);
    scene_eval(second, "second", READ);
    scene_end(tw);
}

static void wrong_origin(void)
{
    const char *const origins[] = {"https://example.com/", NULL};
    scene_end(scene_begin((struct trollbridge_webkit_options){.app = app, .origins = origins}));
}

/* ---- processes ---- */

static void two_views(void)
{
    struct trollbridge_webkit *tw = begin();
    WebKitWebView *one = scene_attached(tw, "one", NULL);
    WebKitWebView *two = scene_attached(tw, "two", NULL);
    scene_load(one, APP);
    scene_load(two, APP);
    scene_eval(one, "one", READ);
    scene_eval(two, "two", READ);
    scene_end(tw);
}

static void one_process(void)
{
    struct trollbridge_webkit *tw = begin();
    WebKitWebView *one = scene_attached(tw, "one", NULL);
    scene_load(one, APP);
    scene_eval(one, "one", READ);
    WebKitWebView *two = scene_attached(tw, "two", one);
    scene_load(two, APP);
    scene_await_alert("offer");
    scene_eval(two, "two", READ);
    scene_eval(one, "one", READ);
    scene_end(tw);
}

static void crash(void)
{
    struct trollbridge_webkit *tw = begin();
    WebKitWebView *view = scene_attached(tw, "main", NULL);
    scene_load(view, APP);
    scene_eval(view, "before", READ);
    webkit_web_view_terminate_web_process(view);
    scene_await_alert("crashed");
    scene_await_alert("closed");
    scene_load(view, NULL);
    scene_eval(view, "after", READ);
    scene_end(tw);
}

/* The host closes a view while it is told of it, and goes on with another. */
static void closed_by_alert(void)
{
    struct trollbridge_webkit *tw = begin();
    WebKitWebView *bad = scene_attached(tw, "main", NULL);
    scene_close_by_alert(bad);
    webkit_web_view_load_uri(bad, APP);
    scene_await_alert("offer");
    WebKitWebView *view = scene_attached(tw, "main", NULL);
    scene_load(view, APP);
    scene_close_by_alert(view);
    webkit_web_view_terminate_web_process(view);
    scene_await_alert("crashed");
    view = scene_attached(tw, "main", NULL);
    scene_load(view, APP);
    scene_eval(view, "main", READ);
    scene_end(tw);
}

static void bad_offers(void)
{
    struct trollbridge_webkit *tw = begin();
    WebKitWebView *view = scene_attached(tw, "main", NULL);
    scene_load(view, APP);
    scene_eval(view, "first", READ);
    scene_load(view, APP "?flood");
    scene_eval(view, "flood", READ);
    scene_load(view, APP);
    scene_eval(view, "after", READ);
    scene_end(tw);
}

static void sandbox(void)
{
    struct trollbridge_webkit *tw = begin();
    const char *message;
    WebKitWebView *view = scene_attached(tw, "main", NULL);
    printf("tried: %d\n", trollbridge_webkit_sandbox(tw, NULL));
    scene_load(view, APP);
    scene_eval(view, "main", READ);
    int found = trollbridge_webkit_sandbox(tw, &message);
    printf("found: %d: %s\n", found, message);
    scene_end(tw);
}

static void sandbox_required(void)
{
    scene_end(
        scene_begin((struct trollbridge_webkit_options){.app = app, .require_sandbox = TRUE}));
    printf("started\n");
}

/* With no_sandbox.c. */
static void sandbox_lost(void)
{
    struct trollbridge_webkit *tw =
        scene_begin((struct trollbridge_webkit_options){.app = app, .require_sandbox = TRUE});
    WebKitWebView *view = scene_attached(tw, "main", NULL);
    for (int i = 0; i < 3; i++) {
        scene_load(view, APP);
        scene_eval(view, "main", READ);
    }
    scene_end(tw);
}

/* ---- walls ---- */

static void leave(WebKitWebView *view, const char *name, const char *uri)
{
    scene_leave(view, uri);
    scene_eval(view, name, WHO);
}

static void navigation(void)
{
    struct trollbridge_webkit *tw = begin();
    WebKitWebView *view = scene_attached(tw, "main", NULL);
    g_autofree char *page = at("/page");
    g_autofree char *redirect = at("/redirect");
    scene_load(view, APP);
    leave(view, "page", page);
    leave(view, "redirect", redirect);
    leave(view, "data", "data:text/html,<p>data");
    scene_eval(view, "main", READ);
    scene_end(tw);
}

static void host_navigation(void)
{
    struct trollbridge_webkit *tw = begin();
    WebKitWebView *view = scene_attached(tw, "main", NULL);
    g_autofree char *page = at("/page");
    g_autofree char *redirect = at("/redirect");
    const char *const uris[] = {page, redirect, "file:///etc/passwd", "data:text/html,<p>data"};
    scene_load(view, APP);
    for (size_t i = 0; i < G_N_ELEMENTS(uris); i++) {
        scene_load(view, uris[i]);
        scene_eval(view, "there", WHO);
    }
    scene_load(view, APP);
    scene_eval(view, "main", READ);
    scene_end(tw);
}

static void allowed_origin(void)
{
    const char *const origins[] = {elsewhere, NULL};
    struct trollbridge_webkit *tw =
        scene_begin((struct trollbridge_webkit_options){.app = app, .origins = origins});
    WebKitWebView *view = scene_attached(tw, "main", NULL);
    g_autofree char *page = at("/page");
    scene_load(view, page);
    scene_eval(view, "page", WHO);
    scene_eval(view, "call", READ);
    scene_load(view, APP);
    scene_eval(view, "main", READ);
    scene_end(tw);
}

static void windows(void)
{
    struct trollbridge_webkit *tw = begin();
    WebKitWebView *view = scene_attached(tw, "main", NULL);
    webkit_settings_set_javascript_can_open_windows_automatically(
        webkit_web_view_get_settings(view), TRUE);
    scene_load(view, APP);
    scene_eval(view, "open", "return window.open('" APP "') === null;");
    scene_eval(view, "blank", "return window.open('about:blank') === null;");
    scene_eval(view, "link",
               "const a = document.createElement('a'); a.href = '/'; a.target = '_blank'; "
               "document.body.append(a); a.click(); return true;");
    scene_eval(view, "main", READ);
    scene_end(tw);
}

static void on_download(WebKitDownload *download, GError *error)
{
    (void)download;
    printf("download: %s\n",
           g_error_matches(error, WEBKIT_DOWNLOAD_ERROR, WEBKIT_DOWNLOAD_ERROR_CANCELLED_BY_USER)
               ? "cancelled"
               : error->message);
}

static void on_download_started(WebKitWebContext *context, WebKitDownload *download, gboolean *over)
{
    (void)context;
    g_signal_connect(download, "failed", G_CALLBACK(on_download), NULL);
    g_signal_connect_swapped(download, "finished", G_CALLBACK(g_atomic_int_inc), over);
}

static void download(void)
{
    struct trollbridge_webkit *tw = begin();
    gboolean over = FALSE;
    WebKitWebView *view = scene_attached(tw, "main", NULL);
    scene_load(view, APP);
    g_signal_connect(trollbridge_webkit_context(tw), "download-started",
                     G_CALLBACK(on_download_started), &over);
    scene_eval(view, "link",
               "const a = document.createElement('a'); a.href = '/'; a.download = 'x'; "
               "document.body.append(a); a.click(); return true;");
    while (!over)
        g_main_context_iteration(NULL, TRUE);
    scene_eval(view, "main", READ);
    scene_end(tw);
}

static void settings(void)
{
    struct trollbridge_webkit *tw = begin();
    WebKitWebView *view = scene_attached(tw, "main", NULL);
    g_autoptr(WebKitSettings) other = webkit_settings_new_with_settings(
        "enable-page-cache", TRUE, "enable-developer-extras", TRUE, NULL);
    webkit_web_view_set_settings(view, other);
    scene_load(view, APP);
    printf("page cache: %d, inspector: %d\n", webkit_settings_get_enable_page_cache(other),
           webkit_settings_get_enable_developer_extras(other));
    scene_end(tw);
}

static const struct {
    const char *name;
    void (*run)(void);
} scenes[] = {
    {"attach_twice", attach_twice},
    {"attach_late", attach_late},
    {"attach_a_stranger", attach_a_stranger},
    {"label_again", label_again},
    {"wrong_origin", wrong_origin},
    {"two_views", two_views},
    {"one_process", one_process},
    {"crash", crash},
    {"bad_offers", bad_offers},
    {"closed_by_alert", closed_by_alert},
    {"sandbox", sandbox},
    {"sandbox_required", sandbox_required},
    {"sandbox_lost", sandbox_lost},
    {"navigation", navigation},
    {"host_navigation", host_navigation},
    {"allowed_origin", allowed_origin},
    {"windows", windows},
    {"download", download},
    {"settings", settings},
};

int main(int argc, char **argv)
{
    if (argc < 3 || !gtk_init_check(&argc, &argv))
        return 2;
    app = argv[2];
    setlinebuf(stdout);
    elsewhere = argc > 3 ? argv[3] : "";
    for (size_t i = 0; i < G_N_ELEMENTS(scenes); i++)
        if (strcmp(scenes[i].name, argv[1]) == 0) {
            scenes[i].run();
            return 0;
        }
    return 2;
}
