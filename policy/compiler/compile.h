/* From the files to one resolved policy: who may call what, with which scope, and by which rule. */
#pragma once

#include "policy/compiler/policy.h"
#include "policy/compiler/scope.h"

/* A command that a capability allows or denies, and the entry that does. */
struct tb_use {
    struct tb_bytes name;  /* plugin:fs|read_file */
    struct tb_bytes local; /* read_file */
    struct tb_plugin *plugin;
    uint32_t scope; /* index, or TB_NO_INDEX */
    struct tb_bytes permission;
    uint32_t line;
};

/* A scope-only permission: for the plugin's commands (NULL: the app's) of the capability. */
struct tb_shared {
    struct tb_plugin *plugin;
    uint32_t scope;
};

struct tb_compiled_capability {
    const struct tb_capability *source;
    struct tb_use *allow;
    size_t n_allow;
    struct tb_use *deny;
    size_t n_deny;
    struct tb_shared *shared;
    size_t n_shared;
};

struct tb_compiled {
    struct tb_compiled_capability *capabilities; /* by identifier */
    size_t n_capabilities;
    struct tb_use *commands; /* one use of each allowed command, by name */
    size_t n_commands;
    struct tb_plugin **plugins; /* of those, by name; their `index` is set */
    size_t n_plugins;
    struct tb_scopes scopes;
};

/* Reads the app's files. What is wrong is in the report. */
void tb_policy_read(struct tb_policy *policy);

/* Resolves them. Without meaning once the report has an error. */
struct tb_compiled tb_compile(struct tb_policy *policy);

/* The index of an allowed command in `commands`, or TB_NO_INDEX. */
uint32_t tb_compiled_find(const struct tb_compiled *compiled, struct tb_bytes name);
