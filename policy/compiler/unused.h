/* What the manifest says in vain: of commands that nobody is granted, of views and origins that
 * nothing is granted to. */
#pragma once

#include "policy/compiler/compile.h"

/* Warns of each. The policy has no error. */
void tb_unused_tables(struct tb_policy *policy, const struct tb_compiled *compiled);
