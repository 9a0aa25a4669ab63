/* The part of a grant's reader that is about rules and schemas. What it makes lives in the zone of
 * the grant's unpacker. */
#pragma once

#include "policy/grant.h"

/* Each TB_OK, TB_MALFORMED or -ENOMEM. */

tb_must_check int tb_grant_rules_read(struct tb_grant *grant, const msgpack_object *array);

/* Which of the grant's rules a command meets, in their order and each once; the grant's have been
 * read. */
tb_must_check int tb_grant_indexes_read(struct tb_grant *grant, const msgpack_object *array,
                                        struct tb_grant_command *command);

tb_must_check int tb_grant_schema_read(struct tb_grant *grant, const msgpack_object *object,
                                       struct tb_grant_command *command);
