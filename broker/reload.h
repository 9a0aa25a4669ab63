/*
 * Another policy for a tree that runs: all of it or nothing.
 *
 * The supervisor has the app compiled again, then each open view's next grant is made, one after
 * the other. Only when all are there is the new policy put in force, in one step; whatever fails
 * before leaves everything as it was. While grants are made, a view that opens waits for the end,
 * so that no grant of the old policy comes after it.
 */
#pragma once

#include "proto/limits.h"

#include <stdbool.h>
#include <stdint.h>

enum tb_reload_state {
    TB_RELOAD_IDLE,
    TB_RELOAD_COMPILING,
    TB_RELOAD_RESOLVING, /* `slot` is the view whose next grant is being made */
};

struct tb_reload {
    enum tb_reload_state state;
    uint32_t id;            /* the host's */
    uint32_t token;         /* the supervisor's name for it */
    uint32_t resolve_token; /* of the RESOLVE that is under way */
    uint32_t slot;
    uint64_t deadline_ns;
    uint8_t digest[TB_DIGEST_SIZE]; /* of the new policy */
    uint64_t window_ns;             /* when this second began */
    uint32_t n_in_window;
    uint64_t n_unlogged; /* refused, and not in the log */
};

/* Whether this is the answer that it waits for. */
static inline bool tb_reload_awaits(const struct tb_reload *reload, uint32_t token)
{
    return reload->state == TB_RELOAD_RESOLVING && reload->resolve_token == token;
}

/* Whether views that open have to wait. */
static inline bool tb_reload_holds(const struct tb_reload *reload)
{
    return reload->state == TB_RELOAD_RESOLVING;
}
