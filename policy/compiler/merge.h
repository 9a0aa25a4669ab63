/* JSON Merge Patch, RFC 7396: what Tauri lays a platform's configuration over the main one by. */
#pragma once

#include "policy/compiler/data/value.h"

/* The merged value, made of parts of both, which must not be used any more. */
struct tb_value *tb_value_merge(struct tb_arena *arena, struct tb_value *target,
                                struct tb_value *patch);
