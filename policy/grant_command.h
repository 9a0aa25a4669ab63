/* The part of a grant's reader that is about one command. */
#pragma once

#include "policy/grant.h"

/* TB_OK, TB_MALFORMED, TB_TOO_LARGE or -ENOMEM. Plugins, scopes, rules and the hook of the grant
 * have been read: what the command refers to must be there. */
tb_must_check int tb_grant_command_read(struct tb_grant *grant, const msgpack_object *map,
                                        struct tb_grant_command *ret_command);

/* Which rule of the policy files spoke. */
tb_must_check int tb_grant_rule_read(const msgpack_object *map, struct tb_rule *ret_rule);
