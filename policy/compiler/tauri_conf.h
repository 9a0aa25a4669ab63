/*
 * tauri.conf.json, tauri.conf.json5 or Tauri.toml: what of a Tauri project's configuration says
 * what its pages may do, and what `trollbridge import` makes a manifest of. The rest of it is
 * Tauri's own business and never an error here.
 */
#pragma once

#include "policy/compiler/data/source.h"
#include "policy/compiler/policy.h"

struct tb_tauri_conf {
    const char *file;
    const char *overlay; /* the platform's file that is laid over it, or NULL */
    const struct tb_value *root;
    const struct tb_value *identifier; /* each NULL where it is not said */
    const struct tb_value *name;
    const struct tb_value *frontend; /* a path, a URL, or a list of files */
    const struct tb_value *dev_url;
    const struct tb_value *csp;          /* text, or a map of directives */
    const struct tb_value *capabilities; /* list of identifiers and of whole capabilities */
    /* Of the rest of the folder, once it has been read. */
    const struct tb_value *manifests; /* acl-manifests.json, or NULL */
    const struct tb_document *capability_files;
    const struct tb_document *permission_files; /* the app's own */
};

/* Whether the folder is a Tauri project's `src-tauri`: one of the three files is in it. */
bool tb_tauri_found(int app);

/* With the target platform's own file laid over it. False after an error that has been told. */
tb_must_check bool tb_tauri_conf_read(struct tb_report *report, int app, enum tb_platform target,
                                      struct tb_tauri_conf *ret_conf);

/* The same of what the files hold; `patch` NULL: the platform has none. Consumes both. */
tb_must_check bool tb_tauri_conf_of(struct tb_report *report, struct tb_value *root,
                                    struct tb_value *patch, struct tb_tauri_conf *ret_conf);

/* The value at a way of keys, or NULL. */
const struct tb_value *tb_tauri_conf_at(const struct tb_tauri_conf *conf, const char *const *keys,
                                        size_t n_keys);

/* The setting `open` of the plugin shell, if it is one that [open] cannot keep as it is: false, or
 * an expression. Then nothing is opened before somebody has said what. NULL: left out or true,
 * which mean the schemes that hold without [open] as well. */
const struct tb_value *tb_tauri_conf_closes(const struct tb_tauri_conf *conf);
