/* Which of a Tauri project's capabilities are active: `app.security.capabilities`. */
#pragma once

#include "policy/compiler/data/source.h"
#include "policy/compiler/tauri_conf.h"

/* The active ones of the files' documents and of those that the configuration itself holds, by
 * identifier. What is left out is told. */
struct tb_capability *tb_capability_select(struct tb_policy *policy,
                                           const struct tb_tauri_conf *conf,
                                           const struct tb_document *documents);
