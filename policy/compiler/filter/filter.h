/*
 * [[rule]] tables and schemas of the manifest, compiled to what policy/filter runs:
 * docs/formats.md, Rule and Schema. docs/rules.md says what they mean.
 */
#pragma once

#include "policy/compiler/data/value.h"
#include "policy/compiler/variable.h"
#include "policy/filter/rules.h"
#include "policy/filter/schema.h"

/* A rule, and what it applies to, which is for the caller to check and to match: it knows the names
 * of commands, the globs of views, and origins. Each a string, or NULL: all. */
struct tb_rule_source {
    struct tb_place place;
    const struct tb_value *command;
    const struct tb_value *view;
    const struct tb_value *origin;
    enum tb_filter_then then;
    bool always;              /* it has no conditions */
    struct tb_bytes compiled; /* one msgpack value, in the report's arena */
};

/* False: something is wrong with it, which has been told. */
tb_must_check bool tb_rule_compile(struct tb_report *report, const struct tb_vars *vars,
                                   const struct tb_value *table, struct tb_rule_source *ret_rule);

/* `schema` of [commands."NAME"]. False: something is wrong with it, which has been told. */
tb_must_check bool tb_schema_compile(struct tb_report *report, const struct tb_value *map,
                                     struct tb_bytes *ret_compiled);

/* Warns of rules that can never run, since one before them denies all that they are for. In the
 * manifest's order. */
void tb_rules_lint(struct tb_report *report, const struct tb_rule_source *rules, size_t n);
