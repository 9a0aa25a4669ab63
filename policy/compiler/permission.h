/* Permission files: `[default]`, `[[set]]`, `[[permission]]`, as TOML or JSON. */
#pragma once

#include "policy/compiler/data/source.h"
#include "policy/compiler/policy.h"

/* Adds what the documents hold to `acl`, in their order. */
void tb_permission_read(struct tb_policy *policy, const struct tb_document *documents,
                        struct tb_acl *acl);
