#include "host/webkitgtk/scripts.h"

#include "shim-js/scripts.h"

#include <string.h>

#define WORLD "trollbridge" /* as the extension calls it */

char *tb_scripts_pattern(const char *origin)
{
    const char *host = strstr(origin, "://") + strlen("://");
    const char *bracket = strrchr(host, ']');
    const char *port = strchr(bracket ? bracket : host, ':');
    size_t n = port ? (size_t)(port - origin) : strlen(origin);
    return g_strdup_printf("%.*s/*", (int)n, origin);
}

static char **new_patterns(const struct trollbridge_webkit *tw)
{
    guint n = g_strv_length(tw->origins);
    char **patterns = g_new0(char *, n + 2);
    patterns[0] = tb_scripts_pattern(TROLLBRIDGE_WEBKIT_ORIGIN);
    for (guint i = 0; i < n; i++)
        patterns[1 + i] = tb_scripts_pattern(tw->origins[i]);
    return patterns;
}

/* A label has no character that means something in a string of JavaScript. */
static char *new_page_script(const char *label)
{
    return g_strdup_printf("(function(TROLLBRIDGE_CONFIG){%s})({label:\"%s\",webview:\"%s\"});",
                           tb_script_page, label, label);
}

void tb_scripts_add(const struct trollbridge_webkit *tw, WebKitWebView *web, const char *label)
{
    WebKitUserContentManager *manager = webkit_web_view_get_user_content_manager(web);
    g_auto(GStrv) patterns = new_patterns(tw);
    g_autofree char *page = new_page_script(label);
    WebKitUserScript *scripts[] = {
        webkit_user_script_new(page, WEBKIT_USER_CONTENT_INJECT_TOP_FRAME,
                               WEBKIT_USER_SCRIPT_INJECT_AT_DOCUMENT_START,
                               (const char *const *)patterns, NULL),
        webkit_user_script_new_for_world(tb_script_isolated, WEBKIT_USER_CONTENT_INJECT_TOP_FRAME,
                                         WEBKIT_USER_SCRIPT_INJECT_AT_DOCUMENT_START, WORLD,
                                         (const char *const *)patterns, NULL),
    };
    for (size_t i = 0; i < G_N_ELEMENTS(scripts); i++) {
        webkit_user_content_manager_add_script(manager, scripts[i]);
        webkit_user_script_unref(scripts[i]);
    }
}
