/* Keys that Tauri passes over without a word. */
#pragma once

#include "policy/compiler/data/value.h"

/* What maps are called in messages, where a key in the wrong one has a meaning elsewhere. */
#define TB_WHAT_PERMISSION_FILE "a permission file"
#define TB_WHAT_PERMISSION      "a permission"
#define TB_WHAT_SET             "a set"
#define TB_WHAT_ENTRY           "a permission entry"
#define TB_WHAT_PATH            "a path entry"

/* Warns of an unknown key of the map `what`, which takes the keys `known`; says where it belongs if
 * that can be told. */
void tb_unknown_tell(struct tb_report *report, const struct tb_value *value, const char *what,
                     const char *known);
