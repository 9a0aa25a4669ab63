/*
 * Trollbridge in full: this process is host and endpoint, behind it stand supervisor, broker with
 * its sandbox, scribe and the echo plugin. The view has a direct link.
 */
#pragma once

#include "bench/app.h"
#include "bench/contender.h"
#include "endpoint/endpoint.h"
#include "host/trollbridge.h"

struct bridge {
    struct bench_app app;
    struct trollbridge *host;
    struct tb_endpoint *endpoint;
    uint64_t open_ns; /* from OPEN to WELCOME */
    bool opened;
    bool refused;
    uint32_t command;
    uint64_t n_calls; /* ever */
    struct tb_buffer args;
    uint8_t *body;
    size_t n_body;
};

/* Spawns it and opens a view: the tree as it is before the first call. False: *ret_why is a literal
 * that says at which step, and stderr has more. */
tb_must_check bool bridge_begin(struct bridge *bridge, const char *echo,
                                const struct bench_kind *kind, const char **ret_why);
/* Makes the first call, which starts the plugin. */
tb_must_check bool bridge_start(struct bridge *bridge, const char *name,
                                struct bench_contender *ret_contender);
/* Ends it and compares its log with the calls that were made: false, if one is missing there. */
tb_must_check bool bridge_end(struct bridge *bridge);
/* As bridge_end, for when nothing is to be compared; one never begun is fine. */
void bridge_drop(struct bridge *bridge);
