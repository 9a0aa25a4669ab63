/*
 * Events: PROTOCOL.md, section 5. The arguments of the commands `plugin:event|…`, to whom an event
 * goes, and the message that a listener gets.
 */
#pragma once

#include "proto/plugin_stream.h"

/* Tauri's EventTarget. */
enum tb_target_kind {
    TB_TARGET_ANY,
    TB_TARGET_APP,
    TB_TARGET_ANY_LABEL, /* also a label alone */
    TB_TARGET_WINDOW,
    TB_TARGET_WEBVIEW,
    TB_TARGET_WEBVIEW_WINDOW,
};

struct tb_target {
    enum tb_target_kind kind;
    struct tb_bytes label; /* empty: ANY and APP */
};

/* Whether what is sent to `to` is for a listener of `at`, as Tauri has it: who listens to ANY hears
 * everything, and who sends to ANY is heard by all. */
bool tb_target_matches(const struct tb_target *to, const struct tb_target *at);

struct tb_event_args {
    struct tb_bytes event;         /* in the format of names of events */
    struct tb_target target;       /* ANY where there is none */
    const msgpack_object *payload; /* NULL: none, which is nil */
    uint64_t id;                   /* of a listener */
};

/* What a command needs of its args; further keys are for others. TB_OK or TB_MALFORMED. Borrows. */
enum tb_event_needs { TB_NEEDS_EVENT, TB_NEEDS_TARGET, TB_NEEDS_ID };
tb_must_check int tb_event_args_read(const msgpack_object *args, enum tb_event_needs needs,
                                     struct tb_event_args *ret_args);

/* `{"message": {…}}` for one listener. */
struct tb_event_message {
    struct tb_bytes event;
    uint64_t id;
    struct tb_bytes payload; /* msgpack */
    struct tb_bytes source;  /* a view's label; empty: absent */
    uint32_t lost;           /* 0: absent */
};
/* The most that its CHUNK can cost. */
uint64_t tb_event_cost_most(const struct tb_event_message *message);
/* Its CHUNK, as tb_chunk_write. It is never the first one: that tells the listener's id. */
tb_must_check int tb_event_write(struct tb_buffer *out, const struct tb_envelope *envelope,
                                 const struct tb_event_message *message);
