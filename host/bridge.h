/* A bridge from inside: what it is made of, and what it says on its control link. */
#pragma once

#include "host/event.h"
#include "host/facts.h"
#include "host/links.h"
#include "host/secret.h"
#include "host/trollbridge.h"
#include "proto/control.h"

#include <sys/types.h>

struct trollbridge {
    struct trollbridge_options options;
    pid_t pid;
    int control_fd;
    int lifeline_fd;
    int epoll_fd; /* all that the bridge waits for */
    struct host_facts *facts;
    uint32_t last_id;
    struct tb_buffer in;
    struct tb_unpacker unpacker;
    struct host_links links;
    struct host_event event; /* that is being made */
    struct host_secrets secrets;
    bool dispatching;
    bool lost;
};

/*
 * trollbridge_spawn. With `test`, the absolute path of a folder, nothing native happens: what the
 * app's plugins implement is the host's to serve, and the log goes to that folder. Not for other
 * hosts: a page that is shown by one must never find its plugins replaced.
 */
enum trollbridge_result bridge_spawn(const struct trollbridge_options *options, const char *test,
                                     struct trollbridge **ret_bridge);

/* Nothing comes or goes any more. LOST. */
enum trollbridge_result bridge_lose(struct trollbridge *bridge);

/* Sends a frame of the control link, with the descriptor unless it is -1. Neither is consumed. OK
 * or LOST. */
enum trollbridge_result bridge_send(struct trollbridge *bridge, struct tb_buffer *frame, int fd);
void bridge_free_frame(struct tb_buffer *frame); /* for tb_cleanup */
