/* Entries of capabilities that name a plugin of which nothing is known, in a Tauri project: what
 * they will grant, nobody here can say. */
#pragma once

#include "policy/compiler/compile.h"
#include "proto/pack.h"

/* Appends the key `unresolved`: docs/formats.md, Check. */
void tb_unresolved_write(struct tb_policy *policy, const struct tb_compiled *compiled,
                         struct tb_packer *packer);
