/*
 * The plugin's side of one link, without the descriptor: whole frames go in, replies come out. What
 * the broker may not do ends the session; a plugin has nobody else to answer to.
 */
#pragma once

#include "plugins/sdk/plugin.h"
#include "proto/frame.h"

enum {
    TB_SESSION_BATCH = 8,         /* frames handled before their replies are sent */
    TB_SESSION_SEND = 256 * 1024, /* bytes of replies that are sent at once */
};

struct tb_session_command {
    uint32_t number;
    void (*handle)(struct tb_call *call); /* NULL: granted, but this program does not have it */
};

struct tb_session {
    const struct tb_plugin *plugin;
    void *state;
    struct tb_buffer in;
    struct tb_buffer out;
    bool started;
    struct tb_plugin_init init;
    uint8_t *init_text; /* what init borrows from, with init_unpacker */
    struct tb_unpacker init_unpacker;
    struct tb_unpacker unpacker;
    struct tb_session_command *commands; /* sorted by number */
    size_t n_commands;
    struct tb_plugin_scope *scopes;
};

tb_must_check int tb_session_init(struct tb_session *session, const struct tb_plugin *plugin);
void tb_session_deinit(struct tb_session *session);

/*
 * Handles whole frames at the front of `in`, until there is none or it is time to send `out`.
 * TB_OK: send, and come back. TB_AGAIN: *ret_need is the number of bytes that `in` has to hold
 * first. Anything else: the broker broke the protocol, or the plugin could not start (-errno).
 */
tb_must_check int tb_session_step(struct tb_session *session, size_t *ret_need);

/* Reads INIT's body: fills init, commands and scopes. For tb_session_step. */
tb_must_check int tb_session_read_init(struct tb_session *session, struct tb_bytes body);

/* Splits a body: u32 m, m bytes of msgpack, raw bytes. */
tb_must_check int tb_session_split(struct tb_bytes body, struct tb_bytes *ret_text,
                                   struct tb_bytes *ret_raw);
