/*
 * What the broker tells the scribe of one event: docs/formats.md, scribe link. The scribe numbers
 * it, stamps the wall clock, hashes, chains and writes it; the field names of the log are those of
 * design's audit record.
 */
#pragma once

#include "base/buffer.h"
#include "base/result.h"
#include "proto/error.h"
#include "proto/limits.h"

enum tb_event {
    TB_EVENT_START = 1,
    TB_EVENT_POLICY,
    TB_EVENT_LAYER,
    TB_EVENT_PLUGIN,
    TB_EVENT_OPEN,
    TB_EVENT_CALL,
    TB_EVENT_DONE,
    TB_EVENT_VIOLATION,
    TB_EVENT_ASK,
    TB_EVENT_ALERT,
    TB_EVENT_RELOAD,
    TB_EVENT_CLOSE,
    TB_EVENT_SEAL,
    TB_EVENT_CHECKPOINT,
    TB_EVENT_RECOVERY,
    TB_EVENT_STOP,
    TB_EVENT_PICK,
    TB_N_EVENTS,
};

const char *tb_event_name(enum tb_event event); /* "" if there is none */

enum tb_args {
    TB_ARGS_NONE = 0,
    TB_ARGS_DIGEST = 1, /* `args` is the msgpack text, to be logged as its digest */
    TB_ARGS_FULL = 2,   /* `args` is the msgpack text, to be logged as JSON */
    TB_ARGS_HASHED = 3, /* `args` is the 32-byte BLAKE2b-256 of a text too long to send */
};

enum { TB_RECORD_ARGS_MAX = 16 * 1024, TB_RECORD_STRING_MAX = 4096 };

struct tb_rule {
    struct tb_bytes capability;
    struct tb_bytes permission;
    struct tb_bytes file;
    uint32_t line;
};

struct tb_record {
    enum tb_event event;
    enum tb_verdict verdict;
    enum tb_code code;
    enum tb_args args_kind;
    uint64_t mono_ns;
    uint64_t ref; /* CALL: the broker's own number for it, not 0; DONE: that of its call; else 0 */
    uint64_t dur_ns;
    uint64_t n_in;
    uint64_t n_out;
    uint8_t session[TB_SESSION_SIZE]; /* zero: none */
    struct tb_bytes view;
    struct tb_bytes origin;
    struct tb_bytes command;
    struct tb_bytes plugin;
    struct tb_bytes reason;
    struct tb_rule rule;
    struct tb_bytes args;
};

/* Appends one whole RECORD frame. TB_OK or TB_FULL (out is then unchanged). Strings beyond
 * TB_RECORD_STRING_MAX are cut; args beyond TB_RECORD_ARGS_MAX are the caller's to hash. */
tb_must_check int tb_record_write(const struct tb_record *record, struct tb_buffer *out);

/* Reads a RECORD frame's body. TB_OK or TB_MALFORMED. Borrows. */
tb_must_check int tb_record_read(struct tb_bytes body, struct tb_record *ret_record);
