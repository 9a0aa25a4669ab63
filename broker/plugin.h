/* One plugin process of one session: whether it runs, when it may be started again, what it is told
 * first. */
#pragma once

#include "base/random.h"
#include "broker/back_off.h"
#include "broker/bulk.h"
#include "broker/link.h"
#include "broker/named.h"
#include "broker/order.h"
#include "broker/picks.h"

enum tb_plugin_state { TB_PLUGIN_IDLE, TB_PLUGIN_STARTING, TB_PLUGIN_RUNNING };

struct tb_plugin {
    struct tb_session *session; /* whose it is; opaque here */
    enum tb_plugin_state state;
    uint32_t index;                        /* in the session */
    struct tb_bytes name;                  /* borrowed as those of tb_named are */
    const struct tb_grant_plugin *granted; /* in the session's grant; NULL: not there any more */
    bool hosted;    /* the running instance is the host: there is no process, and no pool */
    bool stale;     /* the running instance holds what the grant has not, or lacks what it has */
    uint64_t ids;   /* upper bits of what the running instance hands out; 0: none runs */
    uint32_t close; /* its number for `resources|close`, if it keeps things open */
    uint32_t token; /* the supervisor's name for the running instance */
    struct tb_link link;
    struct tb_order order;   /* calls for it that wait for their turn */
    struct tb_bulk *bulk;    /* what the running instance shares with the broker; NULL: none runs */
    struct tb_grafts grafts; /* what the running instance is still to be given */
    struct tb_back_off back_off;
    uint64_t heard_ns;  /* its last answer, or its start */
    uint64_t events_ns; /* when the last span of its events began */
    uint32_t n_events;  /* in that span */
};

/* Upper bits of ids that tell a new instance's from those of every other of these plugins. Never
 * zero, so that small numbers are nobody's. */
uint64_t tb_plugin_draw_ids(const struct tb_plugin *plugins, uint32_t n_plugins,
                            struct tb_random *random);

/* Writes INIT for a new instance into the link's `out`: the commands that can be called, whose
 * numbers and scopes are set thereby, and no others. TB_OK, TB_TOO_LARGE or TB_FULL. */
tb_must_check int tb_plugin_write_init(struct tb_plugin *plugin, const struct tb_grant *grant,
                                       struct tb_random *random, struct tb_named *commands,
                                       uint32_t n_commands);

/* The instance is no more; whoever still refers to its pool keeps that alone. */
void tb_plugin_drop_bulk(struct tb_plugin *plugin);
