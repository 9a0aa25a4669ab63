/* One connection of a browser, whose one request is answered here, or that becomes a page's
 * WebSocket.
 */
#pragma once

#include "base/buffer.h"
#include "base/compiler.h"
#include "dev/loop.h"
#include "dev/request.h"
#include "dev/source.h"

#include <libwebsockets.h>

struct dev;
struct dev_fetch;
struct dev_page;
struct dev_relay;
struct dev_view;

struct dev_connection {
    struct dev *dev;
    struct lws *wsi; /* NULL: the library has not got it yet */
    struct dev_watch arrival;
    lws_sorted_usec_list_t patience; /* with its arrival */
    char *target;                    /* of its request, as it was sent; NULL: there is none */
    struct dev_connection *next;     /* of the server's list, oldest last */
    struct dev_connection *previous;
    struct dev_page *waits;  /* for its bootstrap */
    struct dev_page *page;   /* whose WebSocket it is */
    struct dev_relay *relay; /* or which WebSocket elsewhere it is joined to */
    struct dev_fetch *fetch; /* what it waits for from elsewhere */
    struct dev_view *view;   /* of its request */
    enum dev_verdict verdict;
    struct dev_source source; /* of its answer */
    struct tb_buffer body;    /* what is still to be sent; of a WebSocket: the message that comes */
    uint64_t left;            /* of the source's file */
    bool is_head;             /* of a request that wants no body */
    bool trusted;             /* has asked with the right cookie */
};

/* What an answer's head has beside what all have. Strings may be NULL. */
struct dev_answer {
    unsigned status;
    const char *type;
    const char *csp;
    const char *location;
    const char *cookie;
    const char *refresh; /* after how many seconds it is asked for again */
    uint64_t size;
};

/* Its answer comes from elsewhere. */
void dev_connection_wait(struct dev_connection *connection);
/* Sends the head now, and `body` and the source's file, as far as there is one, as the browser
 * takes them. 0, or -1: to be closed. */
tb_must_check int dev_connection_answer(struct dev_connection *connection,
                                        const struct dev_answer *answer);
/* A page that says no more than its status and why. */
tb_must_check int dev_connection_refuse(struct dev_connection *connection, unsigned status,
                                        const char *why);
/* The same for what may be there soon: a browser asks again by itself. */
tb_must_check int dev_connection_put_off(struct dev_connection *connection, const char *why);
/* Sends more. 0 or -1. */
tb_must_check int dev_connection_write(struct dev_connection *connection);
/* A new one, in the server's list, for which another may have had to go. NULL: there is no room. */
struct dev_connection *dev_connection_new(struct dev *dev);
/* At its end, which the library tells of those that it has. */
void dev_connection_free(struct dev_connection *connection);

/* Later than in a callback of its own, where a result of -1 closes it. */
void dev_connection_close(struct dev_connection *connection);

/* Nothing of what it was about is left. */
void dev_connection_reset(struct dev_connection *connection);
