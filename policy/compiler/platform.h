/* `platforms` of capabilities and permissions: Tauri's five names. */
#pragma once

#include "policy/compiler/data/value.h"

enum tb_platform { TB_LINUX, TB_MACOS, TB_WINDOWS, TB_ANDROID, TB_IOS, TB_N_PLATFORMS };

const char *tb_platform_name(enum tb_platform platform);

/* By its name, or by a target triple that holds one (x86_64-unknown-linux-gnu). TB_N_PLATFORMS:
 * neither. */
enum tb_platform tb_platform_of(struct tb_bytes text);

/* Whether a list of platforms (NULL: all) holds this one; reports names that do not exist. */
bool tb_platform_active(struct tb_report *report, const struct tb_value *list,
                        enum tb_platform target);
