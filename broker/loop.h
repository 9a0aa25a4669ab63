/* The broker's event loop: level-triggered epoll over sources, one thread. */
#pragma once

#include "base/compiler.h"

#include <stdbool.h>
#include <stdint.h>

struct tb_source {
    int fd;
    uint32_t armed; /* the epoll events asked for; 0: not in the loop */
    uint64_t round; /* in which it came into the loop */
    void (*ready)(struct tb_source *source, uint32_t events);
    void *context;
};

struct tb_loop {
    int epoll;
    uint64_t round; /* how often it has waited */
};

/* Each returns 0 or -errno. */
tb_must_check int tb_loop_init(struct tb_loop *loop);

/* Asks for other events, from none at first. -EPERM: the descriptor cannot be polled. */
int tb_loop_arm(struct tb_loop *loop, struct tb_source *source, uint32_t events);
void tb_loop_remove(struct tb_loop *loop, struct tb_source *source);

/* Waits until `until_ns` at the latest (TB_NEVER: no limit), sets *ret_now_ns, and then calls
 * `ready` of what is ready. A source that an earlier callback has removed is not called, nor one
 * that it has given another descriptor: what was seen is of the old one. */
tb_must_check int tb_loop_wait(struct tb_loop *loop, uint64_t until_ns, uint64_t *ret_now_ns);
