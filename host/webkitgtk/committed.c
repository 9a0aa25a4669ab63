#include "host/webkitgtk/committed.h"

#include "host/webkitgtk/origin.h"

char *tb_committed_origin(const struct trollbridge_webkit *tw, WebKitWebView *web)
{
    WebKitWebResource *main_resource = webkit_web_view_get_main_resource(web);
    g_autofree char *origin =
        main_resource ? tb_origin_of(webkit_web_resource_get_uri(main_resource)) : NULL;
    return origin && tb_app_allows(tw, origin) ? g_steal_pointer(&origin) : NULL;
}

bool tb_committed_offers(WebKitWebView *web, const char *committed, const char *untrusted_offered)
{
    (void)web;
    return committed && strcmp(committed, untrusted_offered) == 0;
}
