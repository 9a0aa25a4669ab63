/*
 * The hook link, between the broker and the process that runs an app's isolation.js:
 * docs/formats.md. Both sides. Frames as on a plugin link; results as in proto/message.h; what is
 * read borrows from the body and the unpacker.
 */
#pragma once

#include "proto/plugin_frame.h"

enum { TB_HOOK_TIME_MS_MAX = 10000, TB_HOOK_MEMORY_MIB_MIN = 16, TB_HOOK_MEMORY_MIB_MAX = 1024 };

/* What an unpacker on the hook's side is made with: a value that passed the broker fits, with the
 * broker's words around it. The broker reads with tb_scan_peer. */
extern const struct tb_scan_limits tb_scan_hook;

/* Broker to hook, once and first. */
struct tb_hook_init {
    struct tb_bytes view;
    struct tb_bytes file; /* the name that errors are told with */
    uint32_t time_ms;     /* 1 to TB_HOOK_TIME_MS_MAX, of CPU time, for each message */
    uint32_t memory_mib;  /* TB_HOOK_MEMORY_MIB_MIN to _MAX */
    struct tb_bytes text; /* UTF-8, 1 byte to TB_HOOK_TEXT_MAX */
};
tb_must_check int tb_hook_init_write(struct tb_buffer *out, const struct tb_hook_init *init);
tb_must_check int tb_hook_init_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                                    struct tb_hook_init *ret_init);

enum tb_hook_what {
    TB_HOOK_REQUEST, /* value: args, a map; raw bytes if the call has a body */
    TB_HOOK_REPLY,   /* value, or raw bytes */
    TB_HOOK_ERROR,   /* value: {code, message} */
    TB_HOOK_CHUNK,   /* value, a message; or raw bytes */
    TB_HOOK_FORGET,  /* the call is over and there is nothing to ask; is not answered */
    TB_N_HOOK_WHATS,
};

/* Broker to hook. Each but FORGET is answered by one ANSWER, in their order. */
struct tb_hook_ask {
    uint64_t id;
    enum tb_hook_what what;
    uint64_t call;               /* the broker's number: what belongs to one call has the same */
    struct tb_bytes origin;      /* empty: FORGET */
    struct tb_bytes command;     /* empty: FORGET */
    const msgpack_object *value; /* NULL: none, which FORGET has, and what is bytes alone */
    bool has_raw;
    struct tb_bytes raw;
    bool has_channel; /* CHUNK: a message, or bytes, on that channel of the args */
    uint32_t channel;
    bool in; /* CHUNK: from the page */
};
tb_must_check int tb_hook_ask_write(struct tb_buffer *out, const struct tb_hook_ask *ask);
tb_must_check int tb_hook_ask_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                                   struct tb_hook_ask *ret_ask);

/* Hook to broker. An error stands alone; else there is a value, or raw bytes, or both: what the
 * question had, REQUEST's raw bytes apart, which a hook may add or take away. */
struct tb_hook_answer {
    uint64_t id;
    const msgpack_object *value; /* or NULL */
    bool has_raw;
    struct tb_bytes raw;
    bool has_error;
    struct tb_bytes error; /* at most TB_ERROR_MESSAGE_MAX bytes */
};
tb_must_check int tb_hook_answer_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                                      struct tb_hook_answer *ret_answer);
/* `value` is msgpack text; empty: none. raw NULL: none. */
tb_must_check int tb_hook_answer_write(struct tb_buffer *out, uint64_t id, struct tb_bytes value,
                                       const struct tb_bytes *raw);
tb_must_check int tb_hook_refusal_write(struct tb_buffer *out, uint64_t id, struct tb_bytes error);
