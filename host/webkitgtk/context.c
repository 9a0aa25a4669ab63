#include "host/webkitgtk/context.h"

#include "base/place.h"

#define EXTENSION "trollbridge/webkitgtk/libtrollbridge-web-extension.so"

/* The library's own folder holds it, or the one beside the folder of the program that it is in. */
static char *find_extensions(void)
{
    char path[PATH_MAX];
    if (tb_place_of(EXTENSION, path) < 0 && tb_place_of("lib/" EXTENSION, path) < 0)
        return NULL;
    return g_path_get_dirname(path);
}

static void on_initialize(WebKitWebContext *context, char *folder)
{
    webkit_web_context_set_web_extensions_directory(context, folder);
}

static void on_download(WebKitWebContext *context, WebKitDownload *download)
{
    (void)context;
    webkit_download_cancel(download);
}

/* All apps have the same origin: what their pages keep is held apart by the app's id. It lies where
 * Tauri puts it, since that is what `fs:default` denies to pages by name. */
static WebKitWebsiteDataManager *new_data(const struct trollbridge_webkit *tw)
{
    g_autofree char *folder =
        g_build_filename(g_get_user_data_dir(), trollbridge_app(tw->bridge)->id, NULL);
    return webkit_website_data_manager_new("base-data-directory", folder, "base-cache-directory",
                                           folder, NULL);
}

static void free_closure(void *data, GClosure *closure)
{
    (void)closure;
    g_free(data);
}

WebKitWebContext *tb_context_new(struct trollbridge_webkit *tw)
{
    char *folder = find_extensions();
    if (!folder)
        return NULL;
    g_autoptr(WebKitWebsiteDataManager) data = new_data(tw);
    WebKitWebContext *context =
        g_object_new(WEBKIT_TYPE_WEB_CONTEXT, "process-swap-on-cross-site-navigation-enabled", TRUE,
                     "website-data-manager", data, NULL);
    if (tw->has_sandbox)
        webkit_web_context_add_path_to_sandbox(context, folder, TRUE);
    webkit_web_context_set_sandbox_enabled(context, tw->has_sandbox);
    g_signal_connect_data(context, "initialize-web-extensions", G_CALLBACK(on_initialize), folder,
                          free_closure, 0);
    g_signal_connect(context, "download-started", G_CALLBACK(on_download), NULL);
    return context;
}
