/* Offering a document's link to the host. */
#pragma once

#include "base/compiler.h"

#include <webkit2/webkit-web-extension.h>

/* Makes a pair of sockets and sends the host one end, with the origin that the document has. 0 and
 * the other end, or -errno. */
tb_must_check int tb_web_offer(WebKitWebPage *page, const char *origin, int *ret_fd);
