/*
 * Private commands, whose arguments are secrets (`record` in docs/formats.md): what the log may
 * have of them, and that nothing of them stays behind. From the first grant with such a command on
 * the broker wipes all that it is done with (base/wipe.h), whosever it was.
 */
#pragma once

#include "broker/broker.h"

/* Of the JSON that the log has of the arguments of a private command. */
enum { TB_RECORDED_JSON_MAX = 2048 };

/* A grant comes into force. */
void tb_private_granted(const struct tb_grant *grant);

/* A map of those arguments alone that the log may have, as msgpack, in `out`, which is empty; empty
 * if `args` are. What would make them longer than the log takes is left out. */
struct tb_bytes tb_private_recorded(struct tb_broker *broker,
                                    const struct tb_grant_command *command, struct tb_bytes args,
                                    struct tb_buffer *out);

/* What a person is shown of such arguments, a map: those that the log may have, and of each other
 * one that it is there. ret_args borrows from args, and from ret_pairs, which the caller frees.
 * False: no memory. */
tb_must_check bool tb_private_shown(const struct tb_grant_command *command,
                                    const msgpack_object *args, msgpack_object_kv **ret_pairs,
                                    msgpack_object *ret_args);

/* Wipes what stays of messages when all of a round are dealt with. */
void tb_private_forget(struct tb_broker *broker);
