/*
 * The variables that a path pattern may begin with: Tauri's base directories on Linux, with the
 * app's identifier where one has it. What the user has not set follows the XDG defaults.
 */
#pragma once

#include "policy/compiler/data/report.h"

enum tb_variable {
    TB_VAR_APPCACHE,
    TB_VAR_APPCONFIG,
    TB_VAR_APPDATA,
    TB_VAR_APPLOCALDATA,
    TB_VAR_APPLOG,
    TB_VAR_AUDIO,
    TB_VAR_CACHE,
    TB_VAR_CONFIG,
    TB_VAR_DATA,
    TB_VAR_DESKTOP,
    TB_VAR_DOCUMENT,
    TB_VAR_DOWNLOAD,
    TB_VAR_EXE,
    TB_VAR_FONT,
    TB_VAR_HOME,
    TB_VAR_LOCALDATA,
    TB_VAR_PICTURE,
    TB_VAR_PUBLIC,
    TB_VAR_RESOURCE,
    TB_VAR_RUNTIME,
    TB_VAR_TEMP,
    TB_VAR_TEMPLATE,
    TB_VAR_VIDEO,
    TB_N_VARS,
};

/* As the user has them; empty: not set. */
struct tb_user {
    struct tb_bytes home;
    struct tb_bytes config;
    struct tb_bytes data;
    struct tb_bytes cache;
    struct tb_bytes state;
    struct tb_bytes runtime;
    struct tb_bytes tmp;
};

/* Absolute paths without `.`, `..`, or a slash at the end; empty: resolves to nothing. */
struct tb_vars {
    struct tb_bytes paths[TB_N_VARS];
    struct tb_bytes state; /* $XDG_STATE_HOME: of the manifest's audit file alone */
};

/* Sets one of `user` by its environment name. False: there is no such name. */
tb_must_check bool tb_user_set(struct tb_user *user, struct tb_bytes name, struct tb_bytes value);

/* Applies the XDG defaults; a value that is not a plain absolute path counts as not set. */
struct tb_user tb_user_complete(struct tb_arena *arena, const struct tb_user *user);

/* `user_dirs` is the text of user-dirs.dirs, empty where there is none. */
struct tb_vars tb_vars_of(struct tb_arena *arena, const struct tb_user *complete,
                          struct tb_bytes user_dirs, struct tb_bytes app_id,
                          struct tb_bytes resource);

const char *tb_variable_name(enum tb_variable variable);
/* TB_N_VARS: there is none of that name. */
enum tb_variable tb_variable_of(struct tb_bytes name);
