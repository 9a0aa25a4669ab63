/*
 * What a Tauri project says of its plugins' permissions: gen/schemas/acl-manifests.json, which its
 * own build wrote, and the folders permissions/NAME of plugins that are part of it. Where no plugin
 * of that name is installed, nothing implements it here, and what its scopes mean only it knows;
 * but what is granted resolves.
 */
#pragma once

#include "policy/compiler/data/source.h"
#include "policy/compiler/policy.h"

#define TB_MANIFESTS_FILE "gen/schemas/acl-manifests.json"
#define TB_MANIFESTS_APP  "__app-acl__" /* the key of the app's own manifest */

/* A folder permissions/NAME whose files are a plugin's, not the app's. */
struct tb_inlined {
    struct tb_bytes key;
    struct tb_document *documents;
    struct tb_document **end; /* where the next one is linked */
    struct tb_inlined *next;
};

/* Reads the file into policy->manifests. NULL: it is not there, or an error has been told. */
const struct tb_value *tb_manifests_read(struct tb_policy *policy);

/* The same of what the file holds. */
const struct tb_value *tb_manifests_of(struct tb_policy *policy, struct tb_value *root);

bool tb_manifests_has(const struct tb_policy *policy, struct tb_bytes key);

/* A manifest of the file as a permission file says it; NULL: there is none of that key. */
struct tb_document *tb_manifests_document(struct tb_policy *policy, struct tb_bytes key);

/* What the project says of the plugin of that key; false: nothing. */
bool tb_manifests_find(struct tb_policy *policy, struct tb_bytes key,
                       const struct tb_document **ret_documents);
