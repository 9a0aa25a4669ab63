/* A page's WebSocket to the development server, for its hot reload: text both ways, as it comes. */
#pragma once

#include "dev/connection.h"

/* Joins the connection, which is about to become a WebSocket of that protocol, to one of the
 * development server at the same path. False: it is refused. */
tb_must_check bool dev_relay_begin(struct dev_connection *connection, const char *protocol);
/* The browser's end is gone. */
void dev_relay_end(struct dev_connection *connection);

/* Of the library, for the protocols whose names a development server has: of both ends. */
int dev_relay_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                       size_t n);
