/* A request that is answered by the development server: fetched whole, then sent on as if it had
 * been a file. */
#pragma once

#include "dev/connection.h"

/* The request of the connection. 0 or -1. */
tb_must_check int dev_fetch_begin(struct dev_connection *connection);
/* Nobody waits for it any more. */
void dev_fetch_leave(struct dev_connection *connection);

/* Of the library, for the protocol "fetch". */
int dev_fetch_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                       size_t n);
