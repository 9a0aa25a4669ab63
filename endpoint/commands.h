/*
 * What WELCOME named: the commands, the handles of each, and what was asked for with WANT.
 *
 * A handle is *held* (it may be spent), then *live* (its call is not answered), then forgotten. No
 * handle is taken twice at the same time: a nonce would be used twice with it.
 */
#pragma once

#include "proto/handle_map.h"
#include "proto/message.h"

struct tb_command {
    uint8_t *name;
    size_t n_name;
    uint32_t pool;
    struct tb_handle *held; /* a ring of `pool`: those that came first are spent first */
    uint32_t first;
    uint32_t n_held;
    uint32_t n_live;   /* and not a stream */
    uint32_t n_wanted; /* by the WANT that is under way; 0: none is */
    bool revoked;      /* the last call was denied, and brought no handle */
};

struct tb_commands {
    struct tb_command *list;
    uint32_t n;
    uint32_t *by_name; /* indexes, in the order of the names */
    uint32_t *wants;   /* a ring of n: whose WANTs are under way, in their order */
    uint32_t first_want;
    uint32_t n_wants;
    struct tb_handle_map known; /* held: UINT32_MAX; live: the number of its call */
};

/* Takes the `commands` of WELCOME. TB_OK, TB_MALFORMED or TB_FULL (out of memory); deinit follows
 * in any case. */
tb_must_check int tb_commands_init(struct tb_commands *commands, const msgpack_object *array);
void tb_commands_deinit(struct tb_commands *commands); /* zeroed memory is fine */

/* The index of that name, or UINT32_MAX. */
uint32_t tb_commands_find(const struct tb_commands *commands, struct tb_bytes name);

/* A new handle for the command. TB_OK; TB_MALFORMED: it is known already, or beyond the pool. */
tb_must_check int tb_commands_add(struct tb_commands *commands, uint32_t command,
                                  const struct tb_handle *handle);
/* The handle that is spent next, or NULL: none is held. */
const struct tb_handle *tb_commands_next(const struct tb_commands *commands, uint32_t command);
/* That one goes from held to live, for a call of that number. */
void tb_commands_spend(struct tb_commands *commands, uint32_t command, uint32_t call);
/* The call that the handle is live for, or UINT32_MAX. */
uint32_t tb_commands_call(const struct tb_commands *commands, const struct tb_handle *handle);
/* A live handle no longer counts against the command's pool: the broker has sent the first frame
 * under it. */
void tb_commands_release(struct tb_commands *commands, uint32_t command);
/* Its call has ended. */
void tb_commands_forget(struct tb_commands *commands, const struct tb_handle *handle);
/* What the last REPLY that could have `next` said of the command. No more handles are asked for
 * while it is revoked; what is held may still be spent. */
void tb_commands_revoke(struct tb_commands *commands, uint32_t command, bool revoked);
bool tb_commands_revoked(const struct tb_commands *commands, uint32_t command);

/* How many handles the next WANT asks for; 0: none, since enough are there or the WANT before is
 * not answered. */
uint32_t tb_commands_lack(const struct tb_commands *commands, uint32_t command);
void tb_commands_asked(struct tb_commands *commands, uint32_t command, uint32_t count);
/* HANDLES: TB_OK, or TB_MALFORMED: it does not answer the oldest WANT, or is more than was asked
 * for. */
tb_must_check int tb_commands_answered(struct tb_commands *commands,
                                       const struct tb_handles *message);
