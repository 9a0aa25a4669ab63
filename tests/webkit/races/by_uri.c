/* In the place of host/webkitgtk/committed.c, with a weakness: the address that the view shows is
 * believed. */
#include "host/webkitgtk/committed.h"
#include "host/webkitgtk/origin.h"

char *tb_committed_origin(const struct trollbridge_webkit *tw, WebKitWebView *web)
{
    g_autofree char *origin = tb_origin_of(webkit_web_view_get_uri(web));
    return origin && tb_app_allows(tw, origin) ? g_steal_pointer(&origin) : NULL;
}

bool tb_committed_offers(WebKitWebView *web, const char *committed, const char *untrusted_offered)
{
    (void)web;
    (void)untrusted_offered;
    return committed != NULL;
}
