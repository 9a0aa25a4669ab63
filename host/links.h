/* The links of plugins whose program is the host: one for each plugin and view, with a session of
 * the plugin library on each. They come over the lifeline, and end when the broker says so. */
#pragma once

#include "host/trollbridge.h"

#include <stdbool.h>

struct host_link;

struct host_links {
    const struct trollbridge_plugin *plugins; /* borrowed */
    size_t n_plugins;
    int epoll_fd; /* borrowed */
    int wake_fd;  /* can be read when a link is due */
    bool woken;
    struct host_link *first;
    size_t n;
};

/* 0 or -errno. */
int host_links_init(struct host_links *links, int epoll_fd,
                    const struct trollbridge_plugin *plugins, size_t n_plugins);
/* Ends all of them. A stream that its handler has not freed yet keeps what it needs. */
void host_links_end(struct host_links *links);
/* The same, and no more can be added. */
void host_links_deinit(struct host_links *links);

/* Consumes fd. One that is too many, or cannot be had, is closed: the broker answers for it. */
void host_links_add(struct host_links *links, int fd);
/* What epoll says of a link. */
void host_links_ready(struct host_link *link, uint32_t events);
/* Those that have something to do without a word from outside. */
void host_links_run_due(struct host_links *links);
