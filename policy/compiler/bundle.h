/* From an entry of a capability to what it stands for. */
#pragma once

#include "policy/compiler/capability.h"
#include "policy/compiler/compile.h"

/* The entry's bundle, which is one that is there already where it can be shared. */
const struct tb_bundle *tb_bundle_of(struct tb_policy *policy, struct tb_compiled *compiled,
                                     const struct tb_entry *entry);
