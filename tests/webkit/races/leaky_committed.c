/* In the place of host/webkitgtk/committed.c, with a weakness: each document leaves a descriptor in
 * the host. */
#include "host/webkitgtk/committed.h"

#include <unistd.h>

char *tb_committed_origin(const struct trollbridge_webkit *tw, WebKitWebView *web)
{
    (void)tw;
    (void)web;
    return dup(STDERR_FILENO) >= 0 ? g_strdup(TROLLBRIDGE_WEBKIT_ORIGIN) : NULL;
}

bool tb_committed_offers(WebKitWebView *web, const char *committed, const char *untrusted_offered)
{
    (void)web;
    return strcmp(committed, untrusted_offered) == 0;
}
