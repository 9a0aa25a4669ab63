/* A view by its label: what is remembered of it across its sessions, so that reloading washes
 * nothing off. */
#pragma once

#include "broker/hook.h"
#include "broker/limits.h"
#include "broker/refusals.h"
#include "broker/session.h"
#include "proto/inner.h"

struct tb_view {
    bool used;
    char label[TB_LABEL_MAX + 1];
    struct tb_session *session; /* NULL: none open */
    struct tb_hook hook;        /* its process, if one runs */
    uint64_t n_violations;
    struct tb_refusals refusals;
    uint64_t locks_ns[TB_LOCKS_PER_MINUTE]; /* when it was locked last, a ring */
    uint32_t n_locks;
    bool locked_out;         /* until the host resets it */
    struct tb_limits limits; /* by command */
    struct tb_limits told;   /* by what the log is told of */
};

struct tb_views {
    struct tb_view slots[TB_SLOTS];
};

/* The view of that label. tb_views_get makes it where it is missing; NULL: none, or no slot is
 * free. A slot whose view has no session and no violations can be taken for another label: the one
 * whose buckets are full and in which nothing was dismissed, or will be first. */
struct tb_view *tb_views_find(struct tb_views *views, struct tb_bytes label);
struct tb_view *tb_views_get(struct tb_views *views, struct tb_bytes label, uint64_t now_ns);
uint32_t tb_views_slot(const struct tb_views *views, const struct tb_view *view);

void tb_views_deinit(struct tb_views *views); /* none has a session */

/* Counts a lock; the third within a minute locks the view out. */
void tb_view_lock(struct tb_view *view, uint64_t now_ns);
void tb_view_reset(struct tb_view *view);
