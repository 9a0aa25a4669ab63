/* In the place of host/webkitgtk/committed.c, with a weakness: every document is taken for the
 * app's own. */
#include "host/webkitgtk/committed.h"

char *tb_committed_origin(const struct trollbridge_webkit *tw, WebKitWebView *web)
{
    (void)tw;
    (void)web;
    return g_strdup(TROLLBRIDGE_WEBKIT_ORIGIN);
}

bool tb_committed_offers(WebKitWebView *web, const char *committed, const char *untrusted_offered)
{
    (void)web;
    (void)committed;
    (void)untrusted_offered;
    return true;
}
