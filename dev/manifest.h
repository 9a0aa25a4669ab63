/*
 * Which further files of an app its policy is made of, as far as the manifest says so in the plain
 * way: tables with headers, strings without escapes. What is written in another way is not found,
 * and then not watched; nothing else depends on it. The policy compiler alone reads manifests.
 */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"

enum {
    DEV_MANIFEST_MAX = 1024 * 1024, /* of a longer one nothing is read */
    DEV_NAME_MAX = 256,             /* a path in the app's folder, with its NUL */
    DEV_PLUGINS_MAX = 32,
};

#define DEV_MANIFEST_FILE "trollbridge.toml"

/* Paths of names alone: no `.`, no `..`, no slash at either end. */
struct dev_manifest {
    char hook[DEV_NAME_MAX]; /* "": none is named */
    size_t n_plugins;
    char plugins[DEV_PLUGINS_MAX][DEV_NAME_MAX]; /* folders with a plugin.toml */
};

void dev_manifest_read(struct tb_bytes untrusted_text, struct dev_manifest *ret_manifest);
