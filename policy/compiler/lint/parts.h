/* What the lints know of a policy, gathered once, so that each of them is one walk. */
#pragma once

#include "policy/compiler/compile.h"

/* Who has brought something: 0 nobody, else the place of the one capability, from 1. */
enum { TB_BY_NOBODY = 0 };
#define TB_BY_SEVERAL UINT32_MAX

/* By bundle: the entry that named it first, and all that name it. */
struct tb_lint_origin {
    const struct tb_compiled_capability *capability;
    const struct tb_compiled_entry *entry;
    uint32_t by;
    bool remote; /* one of them holds for remote origins */
};

/* By command. */
struct tb_lint_command {
    const struct tb_bundle *bundle; /* the first that allows it */
    uint32_t by;
    bool denied;   /* to everybody who has been allowed it */
    bool scoped;   /* with an allow entry, in one of its uses */
    uint32_t turn; /* the last count of commands that this one was in */
};

/* By plugin, and one more for the app itself. */
struct tb_lint_plugin {
    struct tb_bytes key;
    uint32_t n_commands; /* that are allowed */
    bool reads;          /* one of them does */
    bool writes;
    bool scoped;      /* a scope-only permission allows something */
    bool remote;      /* a capability for remote origins allows one of them */
    bool in_app_data; /* a scope allows something in $APPDATA */
};

/* A list of scope entries, once, however many permissions and entries share it. */
struct tb_lint_list {
    struct tb_bytes key;            /* the plugin's; empty: the app's own */
    const struct tb_plugin *plugin; /* NULL: the app itself, or what is not known */
    const struct tb_value *values;
    struct tb_place entry; /* of the capability */
    bool deny;
    bool reads; /* commands that it is for do */
    bool writes;
};

struct tb_lint {
    struct tb_policy *policy;
    const struct tb_compiled *compiled;
    struct tb_report *report;
    struct tb_arena *arena;
    bool tauri; /* the mode */
    struct tb_lint_origin *origins;
    struct tb_lint_command *commands;
    struct tb_lint_plugin *plugins;
    struct tb_lint_list **lists;
    size_t n_lists;
    uint32_t turn;         /* how many counts of commands there were */
    struct tb_table reads; /* by plugin and name: commands that it says do */
    struct tb_table writes;
    struct tb_table list_of; /* by the address of its values */
};

/* The lints, each telling its own codes. */
typedef void tb_lint_run(struct tb_lint *lint);
tb_lint_run tb_lint_capabilities, tb_lint_duplicates;
tb_lint_run tb_lint_permissions;
tb_lint_run tb_lint_denials_named, tb_lint_denials_everywhere;
tb_lint_run tb_lint_scopes_widen, tb_lint_scopes_empty, tb_lint_scopes_shared;
tb_lint_run tb_lint_paths;
tb_lint_run tb_lint_remote_hosts, tb_lint_remote_urls, tb_lint_remote_capabilities;
tb_lint_run tb_lint_shell_programs, tb_lint_shell_entries, tb_lint_shell_commands;
tb_lint_run tb_lint_http;
tb_lint_run tb_lint_event_targets, tb_lint_emit_any;
tb_lint_run tb_lint_commands, tb_lint_unimplemented, tb_lint_app, tb_lint_sandboxes;
tb_lint_run tb_lint_tripwires, tb_lint_privates;

/* Whether a file is the developer's own to change, and not one of an installed plugin. */
bool tb_lint_is_own(struct tb_place place);
/* Of the entry that named the bundle first. */
struct tb_place tb_lint_place(const struct tb_lint *lint, const struct tb_bundle *bundle);
/* The first bundle that allows the command; NULL: nobody has it, or a denial takes it from all. */
const struct tb_bundle *tb_lint_granted(const struct tb_lint *lint, const char *command);
/* A list's own place where the developer wrote it, else the entry that brings it. */
struct tb_place tb_lint_list_place(const struct tb_lint_list *list, struct tb_place place);
/* `plugin` NULL: the app itself. */
struct tb_lint_plugin *tb_lint_plugin(const struct tb_lint *lint, const struct tb_plugin *plugin);

/* Whether a command needs the files that its scope names, to read or to write. */
bool tb_lint_reads(const struct tb_lint *lint, const struct tb_use *use);
bool tb_lint_writes(const struct tb_lint *lint, const struct tb_use *use);

/* A member of a map; NULL: not a map, or no such member. */
const struct tb_value *tb_lint_field(const struct tb_value *map, const char *key);

/* The first few names of many, for a message. */
struct tb_names {
    char text[200];
    size_t used;
    size_t n;
};

void tb_names_add(struct tb_names *names, struct tb_bytes name);
