/*
 * The manifest, trollbridge.toml. Every documented key is known here. A key whose feature this
 * version does not have is refused where it asks for something: a developer who wrote a rule must
 * not find out later that it was never enforced.
 */
#pragma once

#include "policy/compiler/policy.h"

#define TB_MANIFEST_FILE "trollbridge.toml"

/* What it could read, with the defaults for the rest; errors are in the report. A forced mode
 * (NULL: none) is taken instead of the manifest's. */
struct tb_manifest tb_manifest_read(struct tb_report *report, const struct tb_value *root,
                                    const enum tb_semantics *forced_mode);

const char *tb_semantics_name(enum tb_semantics mode);
bool tb_semantics_of(struct tb_bytes text, enum tb_semantics *ret_mode); /* false: no such word */

/* `[limits."NAME"]`, key by key: of the command itself, else of `*`, else the default. */
uint32_t tb_manifest_in_flight(const struct tb_manifest *manifest, struct tb_bytes command);
uint32_t tb_manifest_deadline_ms(const struct tb_manifest *manifest, struct tb_bytes command);
/* What the log records of the command's arguments. */
struct tb_bytes tb_manifest_args(const struct tb_manifest *manifest, struct tb_bytes command);

/* The absolute path of the audit log; empty after an error that has been told. */
struct tb_bytes tb_manifest_audit_file(struct tb_policy *policy);
/* Where answers of people are remembered; empty: nowhere, there is no home. */
struct tb_bytes tb_manifest_answers_file(struct tb_policy *policy);
