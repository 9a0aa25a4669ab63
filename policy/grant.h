/*
 * What one view may do: docs/formats.md, Grant. Compiled by trollbridge-policy at every OPEN,
 * immutable afterwards. Everything in it borrows from memory that the grant owns.
 */
#pragma once

#include "policy/filter/rules.h"
#include "policy/filter/schema.h"
#include "policy/settings.h"

#define TB_NO_INDEX UINT32_MAX

enum { TB_CALLS_PER_S_MAX = 1000000 };

/* Small enough that bytes a second times nanoseconds of a second is no more than 64 bits hold. */
#define TB_BYTES_PER_S_MAX (UINT64_C(1) << 32)

/* Each 0: no limit. */
struct tb_grant_rates {
    uint32_t calls_per_s;
    uint32_t burst;    /* at least 1 where calls_per_s is not 0 */
    uint64_t bytes_in; /* a second */
    uint64_t bytes_out;
};

struct tb_grant_command {
    struct tb_bytes name;  /* plugin:fs|read_file */
    struct tb_bytes local; /* read_file */
    uint32_t plugin;       /* index, or TB_NO_INDEX: nothing implements it */
    uint32_t scope;        /* index, or TB_NO_INDEX */
    uint32_t in_flight;    /* 2 to TB_HANDLES_MAX */
    uint64_t deadline_ns;
    enum tb_args args; /* what the log records of the arguments */
    /* Array of names: the only arguments that the log may have, as all of them are secrets; NULL:
     * none is. */
    const msgpack_object *record;
    struct tb_rule rule;
    struct tb_grant_rates rates;
    bool filtered; /* one of the five that follow; without it a call is not looked into */
    bool hook;     /* the grant's hook sees its calls */
    bool ask;
    bool tripwire;
    const uint32_t *rules; /* indexes into the grant's rules, rising */
    size_t n_rules;
    const struct tb_filter_schema *schema; /* NULL: none */
    /* Where `ask` is set or a rule may ask: what an answer to it is remembered under. */
    bool has_ask_key;
    uint8_t ask_key[TB_ASK_KEY_SIZE];
    uint32_t remember_days; /* 0: for ever */
};

struct tb_grant_hook {
    struct tb_bytes file; /* its name in the app folder */
    struct tb_bytes text;
    uint32_t time_ms;
    uint32_t memory_mib;
};

struct tb_grant_plugin {
    struct tb_bytes name;       /* empty: the app's own commands */
    bool host;                  /* the host serves it: there is no program, and no hull */
    struct tb_bytes program;    /* absolute; empty if the host serves it */
    const msgpack_object *read; /* arrays of absolute paths */
    const msgpack_object *write;
    const msgpack_object *make;
    const msgpack_object *mask;
    const msgpack_object *exec;
    bool network;
    bool jit;              /* makes code at run time */
    bool audit;            /* reads the app's log */
    struct tb_bytes state; /* the folder of its own, absolute; empty: none */
    bool secrets;          /* may ask people for passphrases */
    bool launcher;         /* starts programs, each in a sandbox of its own */
    bool picks;            /* is given what people pick while it runs */
    bool resources;        /* it keeps things open, and is told which to close */
    uint32_t memory_mib;
    uint32_t cpu_s; /* 0: no limit */
};

/* Whether the machine's whole tree is the root that it gets. */
tb_must_check bool tb_grant_has_root(const struct tb_grant_plugin *plugin);

struct tb_grant_scope {
    const msgpack_object *allow;
    const msgpack_object *deny;
};

struct tb_grant_denied {
    struct tb_bytes name;
    struct tb_rule rule;
};

struct tb_grant {
    struct tb_bytes app;
    uint8_t digest[TB_DIGEST_SIZE]; /* of the snapshot */
    struct tb_bytes view;
    struct tb_bytes webview;
    struct tb_bytes origin;
    struct tb_grant_command *commands; /* sorted by name */
    size_t n_commands;
    struct tb_grant_plugin *plugins;
    size_t n_plugins;
    struct tb_grant_scope *scopes;
    size_t n_scopes;
    struct tb_grant_denied *denied; /* sorted by name */
    size_t n_denied;
    bool has_hook; /* some command is hooked */
    struct tb_grant_hook hook;
    struct tb_filter_rule *rules; /* in the manifest's order */
    size_t n_rules;
    struct tb_bytes *tripwires; /* sorted; granted or not */
    size_t n_tripwires;
    const msgpack_object *vars;
    bool events_reach_all; /* mode tauri: the view's events reach every view */
    uint8_t *memory;
    struct tb_unpacker unpacker;
};

/* Reads and checks a grant (indexes in range, names sorted and within their limits). TB_OK,
 * TB_MALFORMED, TB_TOO_LARGE or -errno. Returns a new grant. */
tb_must_check int tb_grant_read(int fd, struct tb_grant **ret_grant);
void tb_grant_free(struct tb_grant *grant);

/* The denied entry of that name, or NULL. */
const struct tb_grant_denied *tb_grant_find_denied(const struct tb_grant *grant,
                                                   struct tb_bytes name);

/* Whether the manifest says that no honest page calls a command of that name. */
bool tb_grant_is_tripwire(const struct tb_grant *grant, struct tb_bytes name);
