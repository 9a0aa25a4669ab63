/*
 * A Tauri project's folder, `src-tauri`, read as Tauri reads it: to be checked and explained, or to
 * be imported. It cannot be started: nothing but the policy of it is here.
 */
#pragma once

#include "policy/compiler/tauri_conf.h"

/* Reads all of it into the policy. What is wrong is in the report. */
void tb_tauri_read(struct tb_policy *policy);

/* The same of what has been read; the manifests are in the policy. `permissions` are files below
 * "permissions/", and are taken apart. Keeps `conf`. */
void tb_tauri_use(struct tb_policy *policy, struct tb_tauri_conf *conf,
                  const struct tb_document *capabilities, struct tb_document *permissions);
