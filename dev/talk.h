/* What this program and the script of a page have to say to each other, on the WebSocket's second
 * channel: docs/dev.md lists it. */
#pragma once

#include "dev/errors.h"
#include "dev/page.h"

/* Queues one object of JSON for the page. One that hears nothing for long is let go. */
void dev_page_say(struct dev_page *page, struct tb_bytes json);

void dev_page_say_taken(struct dev_page *page);
/* The session is over, for now or for good. */
void dev_page_say_lost(struct dev_page *page, const char *message);
/* A new session of the document; an empty bootstrap: there will be none. */
void dev_page_renew(struct dev_page *page, struct tb_bytes bootstrap, const char *message);

/* All that is wrong with the app's files; an empty list takes it away again. */
void dev_page_say_errors(struct dev_page *page, const struct dev_errors *errors);
/* The page is to be loaded again, since `files`, `policy` or `app` have changed. */
void dev_page_say_reload(struct dev_page *page, const char *why);
void dev_pages_say_reload(struct dev_pages *pages, const char *why);

/* What the page says. False: it is nothing that it may. */
tb_must_check bool dev_page_hear(struct dev_page *page, struct tb_bytes untrusted_json);
