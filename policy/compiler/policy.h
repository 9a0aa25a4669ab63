/*
 * An app's policy as its files say it, before anything is resolved. All of it lives in the arena of
 * one run of the compiler.
 */
#pragma once

#include "policy/compiler/filter/filter.h"
#include "policy/compiler/platform.h"
#include "policy/compiler/variable.h"

/* ---- permission files ---- */

struct tb_permission {
    struct tb_bytes identifier;
    struct tb_bytes name; /* with its plugin's key in front: what rules are called by */
    struct tb_place place;
    const struct tb_value *allow; /* commands: list of strings, or NULL */
    const struct tb_value *deny;
    const struct tb_value *scope_allow; /* list, or NULL: not there, which is not an empty one */
    const struct tb_value *scope_deny;
    const struct tb_value *platforms; /* list, or NULL: all */
    bool active;                      /* on this platform */
    struct tb_permission *next;
};

struct tb_set {
    struct tb_bytes identifier;
    struct tb_place place;
    const struct tb_value *members; /* list of strings */
    struct tb_set *next;
};

/* The permissions and sets of one plugin, or of the app itself. Newest first; of two with the same
 * identifier the later one counts, which is the one in the tables. */
struct tb_acl {
    struct tb_permission *permissions;
    struct tb_set *sets;
    struct tb_set *default_set;
    struct tb_table permission_of; /* by identifier */
    struct tb_table set_of;
    struct tb_plugin *plugin; /* NULL: the app's own */
};

/* ---- plugins ---- */

enum tb_scope_kind {
    TB_SCOPE_NONE,    /* a scope would not be enforced, so there may be none */
    TB_SCOPE_OPAQUE,  /* values that the plugin understands */
    TB_SCOPE_PATH,    /* path patterns */
    TB_SCOPE_PROGRAM, /* programs that it may start */
};

struct tb_sandbox {
    const struct tb_value *read; /* lists of strings, or NULL */
    const struct tb_value *write;
    const struct tb_value *exec;
    bool network;
    bool jit;
    bool audit;
    bool state; /* it has a folder of its own */
    bool picks; /* it is given what people pick */
    uint32_t memory_mib;
    uint32_t cpu_s;
};

struct tb_plugin {
    struct tb_bytes name;
    struct tb_bytes program;         /* absolute; empty: there is none */
    bool host;                       /* instead, the host serves its commands */
    const struct tb_value *commands; /* that are implemented */
    const struct tb_value *read_commands;
    const struct tb_value *write_commands;
    struct tb_table command_of; /* the same, by name */
    struct tb_table read_command_of;
    struct tb_table write_command_of;
    struct tb_table waits_of; /* commands that wait for a person */
    enum tb_scope_kind scope;
    const struct tb_value *scope_keys; /* of entries, and their types; NULL: any */
    bool resources;                    /* it keeps things open for the page, by ids */
    const struct tb_value *elsewhere;  /* plugins by the commands that they carry out for it */
    bool secrets;                      /* it may ask people for passphrases */
    /* Names of the arguments that the log may have, all else of its calls being secret; NULL: the
     * plugin has no secrets of that kind. */
    const struct tb_value *record;
    struct tb_sandbox sandbox;
    struct tb_bytes types; /* text of its commands.d.ts, if wanted; it is not looked into */
    struct tb_acl acl;
    uint32_t index; /* in the snapshot */
    struct tb_plugin *next;
};

/* ---- the manifest ---- */

enum tb_limit_key {
    TB_LIMIT_CALLS_PER_S,
    TB_LIMIT_BURST,
    TB_LIMIT_IN_FLIGHT,
    TB_LIMIT_BYTES_IN,
    TB_LIMIT_BYTES_OUT,
    TB_LIMIT_DEADLINE_MS,
    TB_N_LIMIT_KEYS,
};

struct tb_limit {
    struct tb_bytes command; /* or `*` */
    struct tb_place place;
    const struct tb_value *values[TB_N_LIMIT_KEYS]; /* NULL: not said */
    struct tb_limit *next;
};

/* [commands."NAME"] */
struct tb_detail {
    struct tb_bytes command;
    struct tb_place place;
    struct tb_bytes audit; /* empty: not said */
    bool ask;
    bool tripwire;
    const struct tb_value *schema; /* NULL: none */
    struct tb_bytes compiled;      /* the schema as msgpack */
    struct tb_detail *next;
};

/* [hook] */
struct tb_hook {
    struct tb_bytes file; /* in the app folder; empty: the app has none */
    struct tb_place place;
    struct tb_place file_place;
    const struct tb_value *commands; /* list of patterns, or NULL: all */
    uint32_t time_ms;
    uint32_t memory_mib;
    struct tb_bytes text;
};

struct tb_override {
    struct tb_bytes name; /* of the plugin */
    struct tb_place place;
    const struct tb_value *program;
    const struct tb_value *permissions;
    const struct tb_value *sandbox;
    struct tb_override *next;
};

/* How the files are read: what Tauri makes of them, or less. docs/policy.md has what differs. */
enum tb_semantics { TB_NARROW, TB_TAURI, TB_STRICT };

/* A window that a host makes when the app starts. */
struct tb_window {
    struct tb_bytes label;
    struct tb_place place;
    struct tb_bytes title;
    struct tb_bytes url; /* a path below the frontend, with a query and a fragment */
    uint32_t width;
    uint32_t height;
    bool resizable;
    struct tb_window *next;
};

/* [open]: what other programs may be handed. Each a list of strings, or NULL: not said. */
struct tb_open {
    const struct tb_value *schemes;
    const struct tb_value *urls;
    const struct tb_value *with;
};

struct tb_manifest {
    struct tb_bytes app;
    struct tb_bytes name;
    struct tb_bytes frontend; /* below the app folder; empty: the app has none */
    struct tb_bytes csp;
    struct tb_bytes dev_url;
    struct tb_bytes version;
    bool production;           /* what is shipped, and not what is being written */
    struct tb_window *windows; /* in their order */
    size_t n_windows;
    enum tb_semantics mode;
    const struct tb_value *require; /* list of layer names, or NULL */
    struct tb_bytes violations;
    struct tb_bytes audit_mode;
    struct tb_bytes audit_file; /* with its variables */
    struct tb_place audit_place;
    struct tb_bytes audit_args;
    struct tb_hook hook;
    struct tb_open open;
    uint32_t remember_days; /* 0: for ever */
    struct tb_limit *limits;
    struct tb_detail *details;
    const struct tb_value *rule_list; /* tables, or NULL */
    struct tb_program_table *programs;
    struct tb_rule_source *rules; /* the same, compiled, in their order */
    size_t n_rules;
    struct tb_override *overrides;
    struct tb_table limit_of; /* by command, or `*` */
    struct tb_table detail_of;
    struct tb_table override_of; /* by plugin */
    struct tb_table program_of;  /* by the `name` of entries */
};

/* ---- capabilities ---- */

struct tb_capability {
    struct tb_bytes identifier;
    struct tb_place place;
    const struct tb_value *value; /* all of it */
    bool local;
    bool active;                    /* on this platform */
    const struct tb_value *urls;    /* of `remote`: list of strings, or NULL */
    const struct tb_value *windows; /* lists of label globs, or NULL */
    const struct tb_value *webviews;
    const struct tb_value *permissions; /* list of strings and maps */
    struct tb_capability *next;
};

/* ---- all of it ---- */

enum { TB_PLUGIN_FOLDERS_MAX = 8 };

/* What the command line gave, opened. */
struct tb_inputs {
    int app; /* the app folder */
    struct tb_bytes resource;
    struct {
        int fd;
        const char *path;
    } plugins[TB_PLUGIN_FOLDERS_MAX];
    size_t n_plugins;
    const char *libexec;
    const char *test;                     /* folder of a test's log; NULL: this is none */
    struct tb_user user;                  /* complete */
    struct tb_bytes user_dirs;            /* text of user-dirs.dirs */
    const enum tb_semantics *forced_mode; /* NULL: as the manifest says */
    bool types;                           /* read what commands.d.ts files there are, too */
    enum tb_platform target;
};

struct tb_tauri_conf;
struct tb_inlined;

struct tb_policy {
    struct tb_arena *arena;
    struct tb_report *report;
    const struct tb_inputs *inputs;
    struct tb_vars vars;
    struct tb_manifest manifest;
    struct tb_acl app;
    struct tb_bytes types;     /* as of a plugin, of the app's own commands */
    struct tb_plugin *plugins; /* those that the capabilities name */
    struct tb_table plugin_of; /* the same, by name */
    struct tb_table plugin_by_short_name;
    struct tb_capability *capabilities;
    /* Of a Tauri project's folder; NULL in an app folder of ours. */
    const struct tb_tauri_conf *tauri;
    bool whole; /* what the project has to be built for is an error, as nothing can stand for it */
    struct tb_table manifests; /* of its plugins, by key: manifests.h */
    struct tb_inlined *inlined;
    struct tb_table inlined_of; /* the same, by key */
    struct tb_table missing;    /* plugins that have been told to be missing, by key */
};

static inline struct tb_bytes tb_value_text(const struct tb_value *value)
{
    return value ? value->string : (struct tb_bytes){0};
}

/* Whether a list of strings (NULL: an empty one) holds text. */
static inline bool tb_value_holds(const struct tb_value *list, struct tb_bytes text)
{
    for (const struct tb_value *item = list ? list->child : NULL; item; item = item->next)
        if (item->type == TB_VALUE_STRING && tb_bytes_equal(item->string, text))
            return true;
    return false;
}
