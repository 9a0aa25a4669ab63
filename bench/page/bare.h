/*
 * What the page's path is measured beside: a fetch on a custom scheme, which is how Tauri's pages
 * reach their host, and a script message with a reply. Both are answered by the host itself with
 * what was sent; no broker and no plugin take part.
 */
#pragma once

#include <webkit2/webkit2.h>

/* Once in a process. */
void bare_register(WebKitWebContext *context);
void bare_attach(WebKitUserContentManager *content);
