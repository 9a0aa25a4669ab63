/*
 * The web server: connections to this machine's own addresses alone, accepted here and handed to
 * libwebsockets, which knows HTTP and WebSockets.
 */
#pragma once

#include "base/compiler.h"
#include "dev/loop.h"

#include <libwebsockets.h>

struct dev;
struct dev_connection;

enum { DEV_CONNECTIONS_MAX = 256, DEV_LISTEN_MAX = 2 };

struct dev_server {
    struct lws_context *context;
    struct lws_vhost *vhost;
    struct dev_watch listening[DEV_LISTEN_MAX]; /* 127.0.0.1, and ::1 where the machine has it */
    struct dev_connection *newest;
    size_t n_connections;
    unsigned port;
};

/* An exit status; what is wrong has been said. */
tb_must_check int dev_server_start(struct dev *dev);
void dev_server_stop(struct dev *dev);

/* protocols.c */
extern const struct lws_protocols dev_protocols[];
