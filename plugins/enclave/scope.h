/*
 * What a view may do with which keys and names, out of policy files: entries of a scope are
 *
 *     { key = "FPR" | "*", unlock_s = 300 }     and     { vault = "name" | "prefix*" | "*" }
 *
 * Denied wins over allowed, and nothing is allowed unless an entry says so. An entry that cannot be
 * understood allows nothing; among the denied it denies everything, since nobody knows what it was
 * meant to take away. A command without a scope has nothing allowed.
 */
#pragma once

#include "keystore/fingerprint.h"
#include "plugins/enclave/failure.h"

enum {
    ENCLAVE_UNLOCK_DEFAULT_S = 300,
    ENCLAVE_UNLOCK_MOST_S = 7 * 24 * 3600, /* more is taken for a mistake: not understood */
};

/* The scope of a call; NULL: it has none. */
const struct tb_plugin_scope *enclave_scope_of(const struct tb_call *call);

bool enclave_scope_has_key(const struct tb_plugin_scope *scope,
                           const struct tb_fingerprint *fingerprint);
/* For commands that bring keys in, whose fingerprints nobody knows yet: "*" is allowed and not
 * denied. */
bool enclave_scope_has_all_keys(const struct tb_plugin_scope *scope);
bool enclave_scope_has_value(const struct tb_plugin_scope *scope, struct tb_bytes name);

/* The same, with the failure that says what to write. */
bool enclave_scope_key(const struct tb_plugin_scope *scope,
                       const struct tb_fingerprint *fingerprint,
                       struct enclave_failure *ret_failure);
bool enclave_scope_all_keys(const struct tb_plugin_scope *scope,
                            struct enclave_failure *ret_failure);
bool enclave_scope_some_key(const struct tb_plugin_scope *scope,
                            struct enclave_failure *ret_failure);
bool enclave_scope_some_value(const struct tb_plugin_scope *scope,
                              struct enclave_failure *ret_failure);
bool enclave_scope_value(const struct tb_plugin_scope *scope, struct tb_bytes name,
                         struct enclave_failure *ret_failure);

/* The longest that the key may stay unlocked: the least of the entries that allow it. */
uint32_t enclave_scope_unlock_s(const struct tb_plugin_scope *scope,
                                const struct tb_fingerprint *fingerprint);
