/* Capability files: which views get which permissions. */
#pragma once

#include "policy/compiler/data/source.h"
#include "policy/compiler/policy.h"

/* All capabilities of the documents, by the bytes of their identifiers. */
struct tb_capability *tb_capability_read(struct tb_policy *policy,
                                         const struct tb_document *documents);

/* One entry of a capability's `permissions`. */
struct tb_entry {
    struct tb_bytes identifier;
    struct tb_place place;
    const struct tb_value *allow; /* lists, or NULL: not there */
    const struct tb_value *deny;
};

/* The identifier of an entry that may be wrong; empty: it has none. */
struct tb_bytes tb_entry_identifier(const struct tb_value *value);

/* False after an error that has been told. */
tb_must_check bool tb_entry_read(struct tb_report *report, const struct tb_value *value,
                                 struct tb_entry *ret_entry);
