/*
 * Typed reading of a call's arguments. Each reader returns true, or answers the call with
 * invalid_args and a message that names the argument ("options.append: expected true or false") and
 * returns false, so that a handler reads
 *
 *     if (!tb_arg_str(call, call->args, "path", TB_REQUIRED, &path))
 *         return;
 *
 * An optional argument that is absent or nil leaves the result untouched. Unknown arguments are not
 * looked at.
 */
#pragma once

#include "proto/pack.h"

struct tb_call;

/* A map of arguments: the call's own, or one inside it. */
struct tb_args {
    const msgpack_object *map; /* NULL: absent, every argument in it is */
    const char *name;          /* for messages; NULL for the call's own */
};

enum tb_need {
    TB_REQUIRED = 0,
    TB_OPTIONAL,
};

tb_must_check bool tb_arg_str(struct tb_call *call, struct tb_args args, const char *key,
                              enum tb_need need, struct tb_bytes *ret_text);
tb_must_check bool tb_arg_bool(struct tb_call *call, struct tb_args args, const char *key,
                               enum tb_need need, bool *ret_value);
/* Whole numbers from 0 to max; also such as came as floating point, since JSON has but one kind. */
tb_must_check bool tb_arg_uint(struct tb_call *call, struct tb_args args, const char *key,
                               enum tb_need need, uint64_t max, uint64_t *ret_value);
/* A map; an optional one that is absent gives a map in which everything is absent. */
tb_must_check bool tb_arg_args(struct tb_call *call, struct tb_args args, const char *key,
                               enum tb_need need, struct tb_args *ret_args);

/* The value under a key, or NULL. */
const msgpack_object *tb_map_find(const msgpack_object *map, const char *key);
