/* The parts of a plugin.toml, each read in its file. */
#pragma once

#include "policy/compiler/policy.h"

enum { TB_PLUGIN_MEMORY_MIB = 256 };

/* ---- plugin.c: what a plugin.toml says, and of whom; for a fuzzer too ---- */

struct tb_plugin *tb_plugin_new(struct tb_policy *policy, struct tb_bytes key);
/* `override` is what the manifest says of it, or NULL. What is wrong is told. */
void tb_plugin_describe(struct tb_policy *policy, const struct tb_value *root,
                        const struct tb_override *override, struct tb_plugin *plugin);

/* ---- plugin_sandbox.c: what holds the plugin; a map of NULL says nothing ---- */

void tb_plugin_sandbox_read(struct tb_policy *policy, const struct tb_value *map,
                            struct tb_sandbox *sandbox);
/* The manifest's: replaces key by key, but gives nothing that is the plugin's own to ask for. */
void tb_plugin_sandbox_override(struct tb_policy *policy, const struct tb_value *map,
                                struct tb_sandbox *sandbox);

/* ---- scope_keys.c ---- */

/* Tells what is wrong in `scope_keys`; `scope` has been read. */
void tb_plugin_check_scope_keys(struct tb_policy *policy, struct tb_plugin *plugin);

/* ---- elsewhere.c ---- */

/* Tells what is wrong in `elsewhere`, and leaves it out then. */
void tb_plugin_check_elsewhere(struct tb_policy *policy, struct tb_plugin *plugin);

/* ---- plugin_record.c ---- */

/* Tells what is wrong in `record`, and leaves it out then. */
void tb_plugin_check_record(struct tb_policy *policy, struct tb_plugin *plugin);
