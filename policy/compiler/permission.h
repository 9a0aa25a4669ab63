/* Permission files: `[default]`, `[[set]]`, `[[permission]]`, as TOML or JSON. */
#pragma once

#include "policy/compiler/data/source.h"
#include "policy/compiler/policy.h"

/* Adds what the documents hold to `acl`, in their order. */
void tb_permission_read(struct tb_policy *policy, const struct tb_document *documents,
                        struct tb_acl *acl);

/* Adds one permission, or a set; the later of two with one identifier replaces the earlier, with a
 * warning. For readers of other files that hold some. */
void tb_permission_add(struct tb_policy *policy, const struct tb_permission *permission,
                       struct tb_acl *acl);
void tb_set_add(struct tb_policy *policy, const struct tb_set *set, struct tb_acl *acl);
