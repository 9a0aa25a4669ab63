/*
 * Which document a view shows, by the one thing that tells: its main resource, at the moment when
 * it is committed. webkit_web_view_get_uri has the next load's address already where the host has
 * started one, and follows what a page's history.pushState says.
 */
#pragma once

#include "host/webkitgtk/app.h"

/* While a view says that it has committed a load: the document's origin in new memory, or NULL
 * where it may have no link. */
char *tb_committed_origin(const struct trollbridge_webkit *tw, WebKitWebView *web);

/* Whether an offer can be the committed document's: both are of one origin, which is allowed. */
bool tb_committed_offers(WebKitWebView *web, const char *committed, const char *untrusted_offered);
