/*
 * What a plugin written in C needs: PROTOCOL.md, section 8. A plugin is a table of commands, and
 * its main is one line:
 *
 *     int main(void)
 *     {
 *         return tb_plugin_main(&plugin);
 *     }
 *
 * Commands run one after another. A handler reads its arguments (plugins/sdk/args.h), answers once
 * (plugins/sdk/reply.h) and returns; one that returns without an answer has an error sent for it. A
 * call that takes longer, or has more than one answer, goes on as a stream (plugins/sdk/stream.h).
 */
#pragma once

#include "plugins/sdk/args.h"
#include "plugins/sdk/reply.h"

#define TB_NO_SCOPE UINT32_MAX

struct tb_plugin_scope {
    const msgpack_object *allow; /* arrays */
    const msgpack_object *deny;
};

/* What the broker said in INIT; valid as long as the process runs. */
struct tb_plugin_init {
    struct tb_bytes plugin;
    struct tb_bytes view;
    const struct tb_plugin_scope *scopes;
    uint32_t n_scopes;
    const msgpack_object *vars; /* a map of strings */
    uint64_t ids;               /* upper bits of the ids that this instance hands out */
    struct tb_session *session;
};

/* The absolute path that a variable (`RESOURCE`, `HOME`, …) stands for; empty if it is not set. */
struct tb_bytes tb_plugin_var(const struct tb_plugin_init *init, const char *name);

/* One call. Everything in it is valid until the handler returns. */
struct tb_call {
    const struct tb_plugin_init *init;
    void *state; /* what start returned */
    struct tb_args args;
    struct tb_bytes body; /* the raw bytes */
    bool has_body;        /* an empty body is not the same as none */
    bool more;            /* the body is only the beginning of it: plugins/sdk/stream.h */
    uint32_t scope;       /* index into init->scopes, or TB_NO_SCOPE */
};

struct tb_plugin_command {
    const char *name; /* without `plugin:NAME|` */
    void (*handle)(struct tb_call *call);
};

struct tb_plugin {
    const struct tb_plugin_command *commands;
    size_t n_commands;
    /* Called once, after INIT and before the first command. 0, or anything else to give up. NULL:
     * nothing to do. */
    int (*start)(const struct tb_plugin_init *init, void **ret_state);
    /* Called after start: the plugin shuts the doors that only start needed. 0, or anything else to
     * give up. NULL: the sandbox that the launcher closed before exec is all there is. */
    int (*seal)(void *state);
    /* Called at the end of the link, if start was. NULL: nothing to do. */
    void (*stop)(void *state);
};

/* Serves the link on descriptor 3 until the broker closes it. Returns main's exit status: 0 at the
 * end of the link, 1 when the broker broke the protocol or the plugin could not start. */
int tb_plugin_main(const struct tb_plugin *plugin);
