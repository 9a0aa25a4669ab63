/* One entry of a scope, as a file has it: scope.c and scope_keys.c. */
#pragma once

#include "policy/compiler/pattern.h"
#include "policy/compiler/policy.h"

/* An entry as the plugin (NULL: the app itself) has it, if it is made of what the plugin says that
 * its entries are made of; the path patterns in it are expanded. Told, and not to be kept: WRONG,
 * which closes the scope, and UNSET. scope_keys.c. */
tb_must_check enum tb_pattern_result tb_scope_entry_read(struct tb_policy *policy,
                                                         const struct tb_plugin *plugin, bool deny,
                                                         const struct tb_value *entry,
                                                         const struct tb_value **ret_entry);

/* The pattern of a value that is a string; what is not OK has been told. */
tb_must_check enum tb_pattern_result tb_scope_path_expand(struct tb_policy *policy,
                                                          const struct tb_value *path, bool deny,
                                                          struct tb_bytes *ret_pattern);
/* Of an entry that is none: in mode `tauri` a warning. */
void tb_scope_tell_wrong(struct tb_policy *policy, struct tb_place place, const char *message);
