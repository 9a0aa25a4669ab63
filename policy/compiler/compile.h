/*
 * From the files to one resolved policy: who may call what, with which scope, and by which rule.
 *
 * What an entry of a capability stands for is a bundle. Entries that name the same permission or
 * set, and add no scope of their own, share one, so that a thousand capabilities with the same
 * default set cost one.
 */
#pragma once

#include "policy/compiler/policy.h"
#include "policy/compiler/scope.h"

/* A command that a permission allows or denies. */
struct tb_use {
    struct tb_bytes name;  /* plugin:fs|read_file */
    struct tb_bytes local; /* read_file */
    struct tb_plugin *plugin;
    const struct tb_permission *permission;
    const struct tb_way *way; /* of sets, from the entry down to the permission: expand.h */
    uint32_t command; /* index into the compiled commands, or TB_NO_INDEX: it is none of them */
    uint32_t scope;   /* index, or TB_NO_INDEX */
    uint32_t number;  /* of the bundle's merged scopes, from 1; 0: none */
};

/* A scope-only permission: for the plugin's commands (NULL: the app's) of the capability. */
struct tb_shared {
    struct tb_acl *acl;
    const struct tb_permission *permission;
    struct tb_scope_lists lists;
    uint32_t scope; /* index, or TB_NO_INDEX: neither commands nor a scope */
};

struct tb_bundle {
    struct tb_use *allow;
    size_t n_allow;
    struct tb_use *deny;
    size_t n_deny;
    struct tb_shared *shared;
    size_t n_shared;
    struct tb_scope_lists *merged; /* as the files have them, in Tauri's order */
    size_t n_merged;
    uint32_t index; /* in the snapshot */
};

struct tb_compiled_entry {
    const struct tb_bundle *bundle;
    struct tb_bytes identifier;
    uint32_t line;
    uint32_t first_number; /* Tauri's number of the bundle's first merged scope */
};

struct tb_compiled_capability {
    const struct tb_capability *source;
    struct tb_compiled_entry *entries;
    size_t n_entries;
};

struct tb_command {
    struct tb_bytes name;
    struct tb_bytes local;
    struct tb_plugin *plugin; /* NULL: the app's own */
    struct tb_plugin *server; /* who carries it out: the plugin, unless it says `elsewhere` */
    struct tb_bytes served;   /* and as which of the server's commands */
};

struct tb_compiled {
    struct tb_compiled_capability *capabilities; /* by identifier */
    size_t n_capabilities;
    struct tb_bundle **bundles;
    size_t n_bundles;
    struct tb_table shared_bundles; /* by identifier: of entries without a scope of their own */
    struct tb_command *commands;    /* all that are allowed and can be called, by name */
    size_t n_commands;
    struct tb_plugin **plugins; /* by name; their `index` is set */
    size_t n_plugins;
    struct tb_scopes scopes;
    uint32_t n_numbers; /* scopes as Tauri counts them */
};

/* Reads the app's files. What is wrong is in the report. */
void tb_policy_read(struct tb_policy *policy);

/* Resolves them. Without meaning for a start once the report has an error. */
struct tb_compiled tb_compile(struct tb_policy *policy);

/* The index of an allowed command in `commands`, or TB_NO_INDEX. */
uint32_t tb_compiled_find(const struct tb_compiled *compiled, struct tb_bytes name);
