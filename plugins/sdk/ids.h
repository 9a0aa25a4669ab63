/*
 * What a plugin keeps open for the page, by ids: PROTOCOL.md, section 8. A table hands out a random
 * id for a thing, and finds the thing again. The page closes one by `plugin:resources|close`, which
 * the library answers; it names any table of the plugin.
 */
#pragma once

#include "plugins/sdk/plugin.h"

struct tb_ids;

/* A table of at most `most` things, for as long as the plugin runs. `end` is called with each when
 * it is closed, those that are left at the end of the link, before the plugin's `stop`. Returns
 * NULL if there is no memory. */
tb_must_check struct tb_ids *tb_ids_new(struct tb_session *session, size_t most,
                                        void (*end)(void *thing));
/* The thing's new id, or 0: there are too many, or no randomness is to be had. */
tb_must_check uint64_t tb_ids_add(struct tb_ids *ids, void *thing);
/* NULL: there is no such id. */
void *tb_ids_find(const struct tb_ids *ids, uint64_t id);
/* Takes it out of the table without an end; NULL: there is no such id. */
void *tb_ids_remove(struct tb_ids *ids, uint64_t id);

/* Reads an id, which must be one of the table's: else the call has been answered with not_found. */
tb_must_check bool tb_arg_id(struct tb_call *call, struct tb_args args, const char *key,
                             const struct tb_ids *ids, void **ret_thing);

/* For the session. */
void tb_ids_end_all(struct tb_session *session);
void tb_ids_close(struct tb_call *call); /* the command resources|close */
