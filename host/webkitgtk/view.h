/*
 * One view, and who may have its link.
 *
 * A link is for a document. Which document a view shows, and of what origin, this process knows for
 * certain at one moment alone: when WebKit says COMMITTED, by the URI of the main resource. Between
 * two commits lies a generation; an offer is taken if its origin is that of its generation. What
 * WebKit says at other times (the view's URI, the page's id) was seen to name other documents than
 * the one that is asked about.
 */
#pragma once

#include "host/webkitgtk/app.h"
#include "host/webkitgtk/ask_dialog.h"
#include "host/webkitgtk/dialog_queue.h"
#include "host/webkitgtk/offer.h"
#include "host/webkitgtk/secret_dialog.h"

struct tb_view {
    struct trollbridge_webkit *tw;
    WebKitWebView *web; /* not referenced: its end is the view's */
    struct tb_window_events *events;
    char *label;
    char *origin;      /* of this generation's document; NULL: it gets no link */
    unsigned n_offers; /* in this generation */
    bool has_alerted;  /* of an offer, in this generation */
    uint64_t n_documents;
    pid_t pid;        /* of the web process that has the link; 0: there is none */
    uint32_t open_id; /* of that link's OPEN; 0: there is none */
    /* Of a call of that link's; NULL: there is none. One of the two at most. */
    struct tb_ask_dialog *prompt;
    struct tb_secret_dialog *secret;
    uint32_t prompt_id;
    struct tb_dialogs *dialogs;
};

/* A new view, which hears of all that happens to `web` from now on. */
struct tb_view *tb_view_new(struct trollbridge_webkit *tw, WebKitWebView *web, const char *label);
/* The view's session ends, and no signal comes any more. */
void tb_view_free(struct tb_view *view);
