/* The two scripts that run in each document before any of the page's own. */
#pragma once

#include "host/webkitgtk/app.h"

/* Into the main frame of documents of the allowed origins. */
void tb_scripts_add(const struct trollbridge_webkit *tw, WebKitWebView *web, const char *label);

/* The pattern of WebKitGTK for the documents of an origin, in new memory. It knows no ports: those
 * of other ports match, too, which have no link and so nothing to call. */
char *tb_scripts_pattern(const char *origin);
