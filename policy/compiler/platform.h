/* `platforms` of capabilities and permissions: Tauri's five names, of which `linux` is this one. */
#pragma once

#include "policy/compiler/value.h"

/* Whether a list of platforms (NULL: all) holds this one; reports names that do not exist. */
bool tb_platform_active(struct tb_report *report, const struct tb_value *list);
