/* Requests of a browser: from what libwebsockets has read of one to its answer. */
#pragma once

#include "dev/connection.h"

#define DEV_LINK_PATH   "/.trollbridge/link"
#define DEV_WORKER_PATH "/.trollbridge/endpoint.js"

/* A request whose head is whole. 0, or -1: to be closed. */
tb_must_check int dev_http_serve(struct dev_connection *connection);

/* What a request is answered with is there, in connection->source. 0 or -1. */
tb_must_check int dev_http_sourced(struct dev_connection *connection);

/* Whether that request may become a WebSocket. Spends its ticket: its page is *ret_page. */
tb_must_check bool dev_http_may_connect(struct dev_connection *connection,
                                        struct dev_page **ret_page);

/* The session of a document that somebody waits for is there: sends it. */
void dev_http_open(struct dev_connection *connection, struct dev_page *page,
                   struct tb_bytes bootstrap);
/* There is none, and why. */
void dev_http_give_up(struct dev_connection *connection, const char *why);

/* Whether that request may become a WebSocket to the development server. */
bool dev_http_may_join(struct dev_connection *connection);
