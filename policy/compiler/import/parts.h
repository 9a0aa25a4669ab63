/* What the parts of import share. */
#pragma once

#include "policy/compiler/manifests.h"
#include "policy/compiler/tauri_conf.h"
#include "proto/pack.h"

/* A file to write; one of copy, text and json. */
struct tb_import_file {
    const char *path;
    const char *copy;
    struct tb_bytes text;
    const struct tb_value *json;
};

/* Something of the project that the new folder does not have. */
struct tb_import_note {
    struct tb_place place;
    const char *message;
};

struct tb_import {
    struct tb_policy *policy;
    const struct tb_tauri_conf *conf;
    struct tb_import_file *files;
    size_t n_files;
    struct tb_import_note *notes;
    size_t n_notes;
    struct tb_bytes *plugins; /* keys of those that get a folder, in order */
    size_t n_plugins;
};

void tb_import_add(struct tb_import *import, const struct tb_import_file *file);
tb_printf(3, 4) void tb_import_note(struct tb_import *import, struct tb_place place,
                                    const char *format, ...);

/* The active capabilities and the app's own permissions. */
void tb_import_policy_files(struct tb_import *import);

/* A folder for each plugin of which the project says what it permits, or only that it is there. */
void tb_import_plugins(struct tb_import *import);

/* trollbridge.toml. */
void tb_import_manifest(struct tb_import *import);

/* What of the configuration has no counterpart. */
void tb_import_notes(struct tb_import *import);
