/* One plugin process of one session: whether it runs, when it may be started again, what it is told
 * first. */
#pragma once

#include "base/random.h"
#include "broker/link.h"
#include "policy/grant.h"

enum tb_plugin_state { TB_PLUGIN_IDLE, TB_PLUGIN_STARTING, TB_PLUGIN_RUNNING };

struct tb_plugin {
    struct tb_session *session; /* whose it is; opaque here */
    enum tb_plugin_state state;
    uint32_t index; /* in the grant */
    uint32_t token; /* the supervisor's name for the running instance */
    struct tb_link link;
    uint32_t n_crashes; /* in a row */
    uint64_t started_ns;
    uint64_t heard_ns;      /* its last answer, or its start */
    uint64_t not_before_ns; /* back-off */
};

/* Writes INIT for a new instance into the link's `out`; draws the numbers of its commands into
 * `numbers` (one for each command of the grant; those of other plugins are left alone). TB_OK,
 * TB_TOO_LARGE or TB_FULL. */
tb_must_check int tb_plugin_write_init(struct tb_plugin *plugin, const struct tb_grant *grant,
                                       struct tb_random *random, uint32_t *numbers);

/* An instance died: sets the time before which it is not started again, longer with each crash in a
 * row. The first one costs nothing. */
void tb_plugin_back_off(struct tb_plugin *plugin, uint64_t now_ns);
