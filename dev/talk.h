/* What this program and the script of a page have to say to each other, on the WebSocket's second
 * channel (message.h). */
#pragma once

#include "dev/errors.h"
#include "dev/message.h"
#include "dev/page.h"

/* Each queues a message for the page; to one without a socket nothing is said, and one that hears
 * nothing for long is let go. */
void dev_page_say_taken(struct dev_page *page);
/* The session is over, for now or for good. */
void dev_page_say_lost(struct dev_page *page, const char *message);
/* A new session of the document; an empty bootstrap: there will be none. */
void dev_page_renew(struct dev_page *page, struct tb_bytes bootstrap, const char *message);
/* All that is wrong with the app's files; an empty list takes it away again. */
void dev_page_say_errors(struct dev_page *page, const struct dev_errors *errors);
/* It is to be loaded again; one without a socket is told when it has one. */
void dev_page_say_reload(struct dev_page *page, enum dev_why why);
/* All pages of which there is something to load. */
void dev_pages_say_reload(struct dev_pages *pages, enum dev_why why);
/* What the log says of its session. A page that does not keep up misses some. */
void dev_page_say_records(struct dev_page *page, const struct dev_record *const *list, size_t n);

/* What the page says. False: it is nothing that it may. */
tb_must_check bool dev_page_hear(struct dev_page *page, struct tb_bytes untrusted_json);
