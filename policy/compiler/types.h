/* The types of a plugin's commands, which `trollbridge types` makes bindings of: a file of
 * TypeScript that is passed on as it is. */
#pragma once

#include "policy/compiler/policy.h"

/* The text of the commands.d.ts in a folder, whose name in messages is `shown` (empty: the app's
 * own); empty if it is not wanted, is not there, or an error has been told. */
struct tb_bytes tb_types_read(struct tb_policy *policy, int dir, const char *shown);
