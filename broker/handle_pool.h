/*
 * The handles of one session: who has them, what each names. A handle is *issued* (the endpoint may
 * spend it), then *live* (its call is not answered yet), then gone. Only issued and live ones are
 * in the map. The pool of memory that a plugin shares with the broker is bulk.h.
 */
#pragma once

#include "base/random.h"
#include "proto/handle_map.h"

struct tb_handle_pool {
    struct tb_handle_map map;
    uint32_t *n_outstanding; /* per command: issued, and live but no stream */
    uint32_t n_commands;
};

enum tb_handle_state { TB_HANDLE_UNKNOWN, TB_HANDLE_ISSUED, TB_HANDLE_LIVE };

tb_must_check int tb_handle_pool_init(struct tb_handle_pool *pool,
                                      uint32_t n_commands); /* 0 or -ENOMEM */
void tb_handle_pool_deinit(struct tb_handle_pool *pool);

/* Issues up to `count` handles of a command, as far as its cap and the session's allow; returns how
 * many. */
uint32_t tb_handle_pool_issue(struct tb_handle_pool *pool, struct tb_random *random,
                              uint32_t command, uint32_t cap, uint32_t count,
                              struct tb_handle *ret_handles);

/* What a handle is; *ret_value is the command's index if issued, the call's slot if live. */
enum tb_handle_state tb_handle_pool_look(const struct tb_handle_pool *pool,
                                         const struct tb_handle *handle, uint32_t *ret_value);

/* Issued to live: from now on the handle names the call in `slot`. */
void tb_handle_pool_spend(struct tb_handle_pool *pool, const struct tb_handle *handle,
                          uint32_t slot);
/* A live handle of that command stays live and does not count any more: its call is a stream. */
void tb_handle_pool_release(struct tb_handle_pool *pool, uint32_t command);
/* The end of a handle that does not count; and of one that does. */
void tb_handle_pool_forget(struct tb_handle_pool *pool, const struct tb_handle *handle);
void tb_handle_pool_retire(struct tb_handle_pool *pool, const struct tb_handle *handle,
                           uint32_t command);
