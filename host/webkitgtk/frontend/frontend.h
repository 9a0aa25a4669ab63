/*
 * The app's own pages: the scheme `tauri`, whose one origin is tauri://localhost, serves the
 * manifest's frontend folder and nothing else, to that origin and no other, under a content
 * security policy (csp.h).
 */
#pragma once

#include "frontend/path.h"
#include "host/trollbridge.h"
#include "host/webkitgtk/frontend/documents.h"

#include <webkit2/webkit2.h>

/*
 * Registers the scheme with a context in which it is not registered yet, and makes it a secure one
 * with CORS that pages of other schemes can neither show nor load. Reads the documents of the
 * frontend. FALSE: the app's files are wrong, and the error says which and what to do. Borrows
 * `app` for the call.
 */
gboolean tb_frontend_register(WebKitWebContext *context, const struct trollbridge_app *app,
                              GError **error);
