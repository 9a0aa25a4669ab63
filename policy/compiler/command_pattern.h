/* How the manifest names commands: a whole name, or, where several are meant, `plugin:NAME|*` for
 * a plugin's and `*` for all. */
#pragma once

#include "base/bytes.h"

/* `plugin:fs|read_file`, or `greet` for one of the app's own. */
bool tb_command_valid(struct tb_bytes name);

bool tb_command_pattern_valid(struct tb_bytes pattern);
/* The pattern is valid, or empty, which is as `*`. */
bool tb_command_pattern_matches(struct tb_bytes pattern, struct tb_bytes name);
