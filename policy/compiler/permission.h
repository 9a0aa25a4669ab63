/* Permission files: `[default]`, `[[set]]`, `[[permission]]`, as TOML or JSON. */
#pragma once

#include "policy/compiler/policy.h"
#include "policy/compiler/source.h"

/* Adds what the documents hold to `acl`, in their order. */
void tb_permission_read(struct tb_report *report, const struct tb_document *documents,
                        struct tb_acl *acl);
