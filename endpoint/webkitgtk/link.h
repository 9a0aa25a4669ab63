/*
 * One document's link: the socket, the endpoint on it, the script above it.
 *
 * It belongs to the page until its document goes away, and natives of the document hold references
 * to it: they find it ended then. A link is never used for a second document.
 */
#pragma once

#include "endpoint/webkitgtk/calls.h"
#include "endpoint/webkitgtk/script.h"

struct tb_web_link {
    grefcount refs;
    struct tb_endpoint *endpoint; /* NULL: ended */
    GSource *source;              /* reads the socket; NULL: ended */
    bool is_ready;                /* the script knows of WELCOME */
    bool busy;                    /* flushes when it is through */
    bool is_full;                 /* something did not fit into the endpoint's buffer */
    enum tb_code lost;            /* what calls fail with after the end */
    struct tb_web_script script;
    struct tb_web_calls calls;
};

/* Consumes fd. The caller has the first reference. NULL when out of memory. */
struct tb_web_link *tb_web_link_new(int fd);
struct tb_web_link *tb_web_link_ref(struct tb_web_link *link);
void tb_web_link_unref(struct tb_web_link *link);

/* The document goes away: the socket is closed, no script hears of anything any more. */
void tb_web_link_end(struct tb_web_link *link);

/* A script has come: it hears what came before it. */
void tb_web_link_attached(struct tb_web_link *link);

/* Sends what calls have written, unless something further up the stack will. */
void tb_web_link_flush(struct tb_web_link *link);
/* A name was asked for that is not granted: sees to it that it is told, within a second or so. */
void tb_web_link_miss(struct tb_web_link *link, struct tb_bytes name);
