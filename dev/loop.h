/*
 * What the program waits for beside the browser's connections: descriptors, each with who is told.
 * They lie in one epoll, whose descriptor the web server's own loop polls.
 */
#pragma once

#include "base/compiler.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

struct dev_watch {
    int fd; /* borrowed; -1: it waits for nothing */
    uint32_t events;
    void (*ready)(void *data, uint32_t events);
    void *data;
};

struct dev_loop {
    int fd; /* to poll for reading */
};

tb_must_check int dev_loop_init(struct dev_loop *loop); /* 0 or -errno */
void dev_loop_deinit(struct dev_loop *loop);

/* Waits for `events` (EPOLLIN, EPOLLOUT; 0: for an error or the end alone). The watch stays where
 * it is until it is removed. 0 or -errno. */
tb_must_check int dev_loop_add(struct dev_loop *loop, struct dev_watch *watch, uint32_t events);
void dev_loop_change(struct dev_loop *loop, struct dev_watch *watch, uint32_t events);
/* Before its descriptor is closed; once more is fine. */
void dev_loop_remove(struct dev_loop *loop, struct dev_watch *watch);

/* Tells those whose descriptors are ready, each of which may remove any other. */
void dev_loop_run(struct dev_loop *loop);
