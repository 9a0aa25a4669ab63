/* Permission identifiers: `fs:allow-read-file`, `core:window:default`, `allow-greet`. */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"

enum { TB_IDENTIFIER_MAX = 116 };

struct tb_identifier {
    struct tb_bytes key;  /* the plugin; empty: the app itself */
    struct tb_bytes base; /* the permission's or set's own name, or `default` */
};

/* Splits text. NULL, or what is wrong with it. Borrows. */
tb_must_check const char *tb_identifier_parse(struct tb_bytes text,
                                              struct tb_identifier *ret_identifier);

/* Whether text can name a command on its own: letters, digits, `_ - .`, so that neither an app's
 * command nor a plugin's can be written to look like another one's full name. */
bool tb_command_name_valid(struct tb_bytes text);

/* A plugin's name without the `core:` of Tauri's own ones: its commands are named by that. */
struct tb_bytes tb_plugin_short_name(struct tb_bytes name);

/* Whether text can name a plugin, and so a folder and a program: one part of an identifier, or
 * `core:` and one. */
bool tb_plugin_name_valid(struct tb_bytes text);
