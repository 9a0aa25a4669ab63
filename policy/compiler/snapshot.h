/* A compiled policy in one piece. snapshot_write.c has its layout; docs/formats.md says where it
 * goes. */
#pragma once

#include "policy/compiler/compile.h"
#include "policy/grant.h"
#include "policy/own.h"

/* Appends the snapshot. False: it is too large, which is told. */
tb_must_check bool tb_snapshot_write(struct tb_policy *policy, const struct tb_compiled *compiled,
                                     struct tb_buffer *out);
/* Appends the settings that go with the snapshot of that digest. */
tb_must_check bool tb_settings_write(struct tb_policy *policy,
                                     const uint8_t digest[static TB_DIGEST_SIZE],
                                     struct tb_buffer *out);

/* ---- what resolve reads; all of it borrows from the snapshot's bytes and its unpacker ---- */

struct tb_snap_plugin {
    struct tb_bytes name;
    struct tb_bytes program; /* empty: there is none */
    bool host;               /* instead, the host serves it; else no command is implemented */
    bool path;               /* its scopes are path patterns */
    bool launcher;           /* its scopes are programs that it starts */
    const msgpack_object *read;
    const msgpack_object *write;
    const msgpack_object *exec;
    bool network;
    bool jit;
    bool audit;
    struct tb_bytes state; /* empty: none */
    bool resources;
    bool secrets;
    bool picks;
    const msgpack_object *record; /* NULL: its arguments are no secrets */
    uint64_t memory_mib;
    uint64_t cpu_s;
};

struct tb_snap_command {
    struct tb_bytes name;
    struct tb_bytes local;
    uint32_t plugin; /* index, or TB_NO_INDEX: the app's own */
    bool implemented;
    bool reads; /* needs the files of its scope */
    bool writes;
    uint64_t limits[TB_N_LIMIT_KEYS];
    struct tb_bytes args;
    bool hook;
    bool ask;
    bool tripwire;
    const msgpack_object *schema; /* NULL: none */
};

struct tb_snap_hook {
    struct tb_bytes file; /* empty: there is none */
    struct tb_bytes text;
    uint64_t time_ms;
    uint64_t memory_mib;
};

/* A rule of the manifest, and whom it is for: as there, and empty for all. */
struct tb_snap_rule {
    struct tb_bytes command;
    struct tb_bytes view;
    struct tb_bytes origin;
    bool asks;
    const msgpack_object *rule;
};

/* Whether a call has another answer than `unimplemented`: from a program, or from the broker. */
static inline bool tb_snap_answered(const struct tb_snap_command *command)
{
    return command->implemented || tb_own_of(command->name) != TB_OWN_NONE;
}

struct tb_snap_scope {
    const msgpack_object *allow;
    const msgpack_object *deny;
};

struct tb_snap_use {
    uint32_t command; /* index; of a denial TB_NO_INDEX where nothing allows it */
    struct tb_bytes name;
    uint32_t scope; /* index, or TB_NO_INDEX */
    struct tb_bytes permission;
};

struct tb_snap_shared {
    uint32_t plugin; /* index, or TB_NO_INDEX: the app's own commands */
    uint32_t scope;
};

struct tb_snap_bundle {
    struct tb_snap_use *allow;
    size_t n_allow;
    struct tb_snap_use *deny;
    size_t n_deny;
    struct tb_snap_shared *shared;
    size_t n_shared;
};

struct tb_snap_entry {
    uint32_t bundle;
    uint32_t line;
};

struct tb_snap_capability {
    struct tb_bytes identifier;
    struct tb_bytes file;
    bool local;
    const msgpack_object *urls;
    const msgpack_object *windows;
    const msgpack_object *webviews;
    struct tb_snap_entry *entries;
    size_t n_entries;
};

struct tb_snapshot {
    uint8_t digest[TB_DIGEST_SIZE];
    enum tb_semantics mode;
    struct tb_bytes app;
    const msgpack_object *vars;
    struct tb_snap_plugin *plugins;
    size_t n_plugins;
    struct tb_snap_command *commands; /* by name */
    size_t n_commands;
    struct tb_snap_scope *scopes;
    size_t n_scopes;
    struct tb_snap_bundle *bundles;
    size_t n_bundles;
    struct tb_snap_capability *capabilities;
    size_t n_capabilities;
    struct tb_snap_hook hook;
    struct tb_snap_rule *rules;
    size_t n_rules;
    const msgpack_object *tripwires; /* array of names, sorted */
    uint64_t remember_days;
};

extern const struct tb_scan_limits tb_scan_snapshot;

/* TB_OK, TB_MALFORMED, TB_TOO_LARGE or -errno. The unpacker, made for tb_scan_snapshot, and the
 * text must outlive the result. */
tb_must_check int tb_snapshot_read(struct tb_arena *arena, struct tb_unpacker *unpacker,
                                   struct tb_bytes text, struct tb_snapshot *ret_snapshot);
