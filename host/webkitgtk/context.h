/* The WebKitWebContext of one app. */
#pragma once

#include "host/webkitgtk/app.h"

/* A new context, or NULL: the extension is not where it belongs. */
WebKitWebContext *tb_context_new(struct trollbridge_webkit *tw);
