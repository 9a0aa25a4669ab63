/*
 * The manifest, trollbridge.toml. Every documented key is known here. A key whose feature this
 * version does not have is refused where it asks for something: a developer who wrote one must not
 * find out later that it was never enforced.
 */
#pragma once

#include "policy/compiler/policy.h"

#define TB_MANIFEST_FILE "trollbridge.toml"
#define TB_HOOK_FILE     "isolation.js"

enum { TB_REMEMBER_DAYS_DEFAULT = 90 };

/* What it could read, with the defaults for the rest; errors are in the report. A forced mode
 * (NULL: none) is taken instead of the manifest's. */
struct tb_manifest tb_manifest_read(struct tb_report *report, const struct tb_value *root,
                                    const enum tb_semantics *forced_mode);

const char *tb_semantics_name(enum tb_semantics mode);
bool tb_semantics_of(struct tb_bytes text, enum tb_semantics *ret_mode); /* false: no such word */

/* `[limits."NAME"]`, key by key: of the command itself, else of `*`, else the default. */
uint64_t tb_manifest_limit(const struct tb_manifest *manifest, struct tb_bytes command,
                           enum tb_limit_key key);
/* The deadline of a command that waits for a person: its own, else none. */
uint64_t tb_manifest_patience(const struct tb_manifest *manifest, struct tb_bytes command);
/* `[commands."NAME"]`; where there is none, one that says nothing. */
const struct tb_detail *tb_manifest_detail(const struct tb_manifest *manifest,
                                           struct tb_bytes command);
/* Whether the app's hook sees the calls of that command. */
bool tb_manifest_hooks(const struct tb_manifest *manifest, struct tb_bytes command);
/* What the log records of the command's arguments. */
struct tb_bytes tb_manifest_args(const struct tb_manifest *manifest, struct tb_bytes command);

/* The absolute path of the audit log; empty after an error that has been told. */
struct tb_bytes tb_manifest_audit_file(struct tb_policy *policy);

/* Reads the hook's text. What is wrong is in the report. */
void tb_hook_open(struct tb_policy *policy);
/* Compiles rules and schemas, which may name variables. What is wrong is in the report. */
void tb_filters_compile(struct tb_policy *policy);

/* Where answers of people are remembered; empty: nowhere, there is no home. */
struct tb_bytes tb_manifest_answers_file(struct tb_policy *policy);
/* The folder with what is kept of every app of this user; empty: as above. */
struct tb_bytes tb_manifest_states(struct tb_policy *policy);
/* The plugin's own folder in it; empty: it has none, or as above. */
struct tb_bytes tb_manifest_plugin_state(struct tb_policy *policy, const struct tb_plugin *plugin);
/* Whether each plugin that is to have one can; what is wrong is told. */
tb_must_check bool tb_manifest_check_states(struct tb_policy *policy);
