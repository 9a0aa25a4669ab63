/* In place of host/webkitgtk/scripts.c: documents without scripts of ours. The isolated world is
 * made nevertheless, by a script that does nothing. */
#include "host/webkitgtk/scripts.h"

void tb_scripts_add(const struct trollbridge_webkit *tw, WebKitWebView *web, const char *label)
{
    static const char *const patterns[] = {TROLLBRIDGE_WEBKIT_ORIGIN "/*", NULL};
    (void)tw, (void)label;
    WebKitUserScript *script = webkit_user_script_new_for_world(
        "0", WEBKIT_USER_CONTENT_INJECT_TOP_FRAME, WEBKIT_USER_SCRIPT_INJECT_AT_DOCUMENT_START,
        "trollbridge", patterns, NULL);
    webkit_user_content_manager_add_script(webkit_web_view_get_user_content_manager(web), script);
    webkit_user_script_unref(script);
}
