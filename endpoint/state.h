/* What an endpoint holds; for endpoint.c and receive.c. */
#pragma once

#include "endpoint/commands.h"
#include "endpoint/endpoint.h"
#include "endpoint/misses.h"

enum { TB_ENDPOINT_READ = 64 * 1024 };

struct tb_pending {
    bool used;
    uint32_t command;
    uint64_t counter;
    struct tb_handle handle;
    tb_endpoint_done *done;
    void *data;
};

enum tb_endpoint_state {
    TB_ENDPOINT_AWAIT_BOOT,
    TB_ENDPOINT_AWAIT_WELCOME,
    TB_ENDPOINT_OPEN,
    TB_ENDPOINT_LOST
};

struct tb_endpoint {
    enum tb_endpoint_state state;
    int fd;
    int close_code;
    bool direct;
    bool broken; /* the broker broke the protocol */
    struct tb_buffer in;
    struct tb_buffer out;
    struct tb_unpacker unpacker;
    struct tb_session_keys keys;
    uint64_t n_sent;
    uint64_t n_received;
    char session[2 * TB_SESSION_SIZE + 1];
    uint32_t frame_max; /* these two as WELCOME says */
    uint32_t in_flight;
    uint32_t n_pending;
    struct tb_commands commands;
    struct tb_misses misses;
    struct tb_pending pending[TB_SESSION_CALLS];
};

/* Calls that are under way end without a reply. */
void tb_endpoint_lose(struct tb_endpoint *endpoint, int close_code);
/* TB_OK; TB_FULL; or what is wrong with the bootstrap. */
tb_must_check int tb_endpoint_greet(struct tb_endpoint *endpoint,
                                    struct tb_bytes untrusted_bootstrap);
