/*
 * A Tauri project's folder, `src-tauri`, read as Tauri reads it: to be checked and explained, or to
 * be imported. It cannot be started: nothing but the policy of it is here.
 */
#pragma once

#include "policy/compiler/tauri_conf.h"

/* Reads all of it into the policy. What is wrong is in the report. */
void tb_tauri_read(struct tb_policy *policy);
