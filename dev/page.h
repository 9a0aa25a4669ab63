/*
 * One document in a browser, from the request for it until it is gone: its session with the broker,
 * whose end of the view link is here, and its WebSocket, which carries that link's bytes and what
 * this program and the page's script have to say to each other (docs/dev.md).
 */
#pragma once

#include "base/buffer.h"
#include "dev/loop.h"

#include <libwebsockets.h>

struct dev;
struct dev_connection;
struct dev_view;

enum {
    DEV_TICKET_HEX = 32,
    DEV_PAGES_MAX = 128,
    DEV_MESSAGE_MAX = 64 * 1024, /* of a WebSocket message, behind its first byte */
    DEV_SAID_MAX = 1024 * 1024,  /* of what this program has to say and a page has not heard */
};

/* The first byte of a message. */
enum dev_channel {
    DEV_LINK = 0, /* bytes of the view link */
    DEV_TALK = 1, /* one object of JSON */
};

struct dev_page {
    struct dev *dev;
    struct dev_view *view;
    struct dev_page *next;
    char *target; /* of the request for it */
    uint64_t document;
    uint32_t open_id;                /* 0: nothing was asked of this broker */
    char ticket[DEV_TICKET_HEX + 1]; /* "": it was used */
    char session[17];                /* its name in the log; "": none */
    struct dev_watch link;           /* fd -1: it is over */
    struct dev_connection *asker;    /* who waits for the document; NULL: it has been answered */
    struct dev_connection *socket;   /* NULL: not there yet, or gone */
    struct tb_buffer said;           /* messages of DEV_TALK, each with its length before it */
    struct tb_buffer up;             /* what the page has sent and the link has not taken */
    lws_sorted_usec_list_t patience; /* until its socket is there */
    bool reopens;                    /* its session is a new one of the same document */
    bool stale;                      /* files have changed since, and its socket is not there yet */
    unsigned behind;                 /* sessions it was told of and has not begun */
    bool panel;                      /* it wants records */
};

struct dev_pages {
    struct dev_page *first;
    size_t n;
};

/* The document of `view` that `asker` waits for: asks the broker for a session. NULL: memory, too
 * many, or there is no broker. */
struct dev_page *dev_page_new(struct dev *dev, struct dev_view *view, struct dev_connection *asker);
/* Whoever waits for it is told; its session ends, and its socket. */
void dev_page_free(struct dev_page *page);

/* The answer to what a page asked of the broker; `message` is why, where there is no session. */
void dev_page_opened(struct dev_page *page, const char *session, struct tb_bytes bootstrap,
                     const char *message);
struct dev_page *dev_pages_find(const struct dev_pages *pages, uint32_t open_id);

/* The page that has that ticket, which is spent by this; NULL: none. */
struct dev_page *dev_pages_enter(struct dev_pages *pages, struct tb_bytes untrusted_ticket);
/* Its socket is there, or gone. */
void dev_page_connected(struct dev_page *page, struct dev_connection *socket);
void dev_page_left(struct dev_page *page);

/* A whole message that came. False: it is none, and the socket is to be closed. */
tb_must_check bool dev_page_receive(struct dev_page *page, struct tb_bytes untrusted_message);
/* Writes one message, if there is one, when the socket can take it. False: it cannot. */
tb_must_check bool dev_page_write(struct dev_page *page);

/* The bridge is gone, and why: no page has a session. */
void dev_pages_lose(struct dev_pages *pages, const char *why);
/* There is a new one: those that are connected get new sessions. */
void dev_pages_reopen(struct dev_pages *pages);
void dev_pages_free(struct dev_pages *pages);
