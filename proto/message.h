/*
 * The messages of a view link inside their seals: PROTOCOL.md, section 5. Reader and writer side by
 * side.
 *
 * Readers take the plaintext's msgpack text and an unpacker; results borrow from both. They return
 * TB_OK, TB_MALFORMED, TB_TOO_LARGE or -ENOMEM. Writers append a whole sealed frame to `out` and
 * return TB_OK, TB_TOO_LARGE or TB_FULL; on failure `out` is unchanged.
 */
#pragma once

#include "proto/error.h"
#include "proto/pack.h"
#include "proto/seal.h"

/* Where a sealed frame goes: under which key, handle and counter. */
struct tb_envelope {
    const uint8_t *key; /* TB_KEY_SIZE */
    struct tb_handle handle;
    uint64_t counter;
};

struct tb_call {
    const msgpack_object *args; /* a map */
    bool has_raw;
    bool more; /* CHUNKs bring the rest of the body */
    struct tb_bytes raw;
};
tb_must_check int tb_call_read(struct tb_unpacker *unpacker, const struct tb_plaintext *plaintext,
                               struct tb_call *ret_call);
/* `args` is the msgpack text of a map; `call` says the rest. */
tb_must_check int tb_call_write(struct tb_buffer *out, const struct tb_envelope *envelope,
                                struct tb_bytes args, const struct tb_call *call, bool raw_clear);

enum tb_reply_type { TB_REPLY_VALUE, TB_REPLY_BYTES, TB_REPLY_ERROR };

struct tb_reply {
    enum tb_reply_type type;
    const msgpack_object *value; /* VALUE */
    struct tb_bytes raw;         /* BYTES */
    struct tb_error error;       /* ERROR */
    bool has_total;              /* BYTES: CHUNKs have brought parts of it */
    uint64_t total;
    bool has_next;
    struct tb_handle next;
};
tb_must_check int tb_reply_read(struct tb_unpacker *unpacker, const struct tb_plaintext *plaintext,
                                struct tb_reply *ret_reply);
tb_must_check int tb_reply_write(struct tb_buffer *out, const struct tb_envelope *envelope,
                                 const struct tb_reply *reply, bool raw_clear);

/* The map of an error alone. */
void tb_error_pack(struct tb_packer *packer, const struct tb_error *error);

struct tb_want {
    uint32_t command;
    uint32_t count;
};
tb_must_check int tb_want_read(struct tb_unpacker *unpacker, const struct tb_plaintext *plaintext,
                               struct tb_want *ret_want);
tb_must_check int tb_want_write(struct tb_buffer *out, const struct tb_envelope *envelope,
                                const struct tb_want *want);

struct tb_miss {
    struct tb_bytes name;
    uint32_t count; /* further ones; 0: absent */
};
tb_must_check int tb_miss_read(struct tb_unpacker *unpacker, const struct tb_plaintext *plaintext,
                               struct tb_miss *ret_miss);
tb_must_check int tb_miss_write(struct tb_buffer *out, const struct tb_envelope *envelope,
                                const struct tb_miss *miss);

struct tb_handles {
    uint32_t command;
    struct tb_bytes handles; /* TB_HANDLE_SIZE each */
};
tb_must_check int tb_handles_read(struct tb_unpacker *unpacker,
                                  const struct tb_plaintext *plaintext,
                                  struct tb_handles *ret_handles);
tb_must_check int tb_handles_write(struct tb_buffer *out, const struct tb_envelope *envelope,
                                   const struct tb_handles *handles);

/* CANCEL: an empty map. */
tb_must_check int tb_empty_read(struct tb_unpacker *unpacker, const struct tb_plaintext *plaintext);
tb_must_check int tb_cancel_write(struct tb_buffer *out, const struct tb_envelope *envelope);

struct tb_welcome {
    struct tb_bytes session;        /* 16 lower-case hex digits */
    const msgpack_object *commands; /* array; each is read by tb_welcome_command_read */
    uint32_t frame;                 /* the longest body that the broker takes */
    uint32_t in_flight;             /* at least 1 */
    uint32_t streams;
    uint32_t miss_per_s;
};
struct tb_welcome_command {
    uint32_t index;
    struct tb_bytes name;
    uint32_t pool;
    struct tb_bytes handles;
};
tb_must_check int tb_welcome_read(struct tb_unpacker *unpacker,
                                  const struct tb_plaintext *plaintext,
                                  struct tb_welcome *ret_welcome);
tb_must_check int tb_welcome_command_read(const msgpack_object *item,
                                          struct tb_welcome_command *ret_command);
/* Writing: begin, the commands one by one, then tb_seal_finish on the seal. */
struct tb_seal tb_welcome_begin(struct tb_packer *packer, struct tb_buffer *out,
                                struct tb_bytes session, size_t n_commands);
void tb_welcome_add(struct tb_packer *packer, const struct tb_welcome_command *command);

/* CLOSE, in clear. */
tb_must_check int tb_close_write(struct tb_buffer *out, uint32_t code);
uint32_t tb_close_read(const struct tb_frame *frame);
