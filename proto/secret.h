/*
 * Passphrases that a plugin asks a person for: PROTOCOL.md, section 7 (control link) and 8 (plugin
 * link). Reader and writer side by side. Results as in proto/message.h.
 *
 * What is typed comes as a sealed box to a key of the plugin's. Nobody between host and plugin
 * opens it, and these files cannot.
 */
#pragma once

#include "proto/pack.h"

/* Whether there can be a passphrase in a box of so many bytes: it is padded to one of few lengths.
 */
tb_must_check bool tb_secret_box_valid(size_t n);

/* Plugin link, SECRET: the plugin asks in a call that it has. */
struct tb_secret {
    uint64_t call;
    const uint8_t *key;   /* TB_SECRET_KEY_SIZE bytes, what is typed is sealed to */
    struct tb_bytes what; /* for the person to read: not empty, no NUL, as hostile as the plugin */
    bool is_new;          /* a passphrase that there was not yet, to be typed twice */
};
tb_must_check int tb_secret_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                                 struct tb_secret *ret_secret);
tb_must_check int tb_secret_write(struct tb_buffer *out, const struct tb_secret *secret);

/* Plugin link, SECRET_ANSWER. */
struct tb_secret_answer {
    uint64_t call;
    struct tb_bytes sealed; /* empty: dismissed */
};
tb_must_check int tb_secret_answer_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                                        struct tb_secret_answer *ret_answer);
tb_must_check int tb_secret_answer_write(struct tb_buffer *out,
                                         const struct tb_secret_answer *answer);

/* Control link, SECRET: a prompt is to be shown. */
struct tb_secret_prompt {
    uint32_t id; /* the broker's, never used again, nor by an ASK */
    struct tb_bytes view;
    struct tb_bytes origin;
    struct tb_bytes command;
    struct tb_bytes plugin;
    struct tb_bytes what;
    const uint8_t *key;
    bool is_new;
};
tb_must_check int tb_secret_prompt_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                                        struct tb_secret_prompt *ret_prompt);
tb_must_check int tb_secret_prompt_write(struct tb_buffer *out,
                                         const struct tb_secret_prompt *prompt);

/* Control link, SECRET_ANSWER. */
struct tb_secret_typed {
    uint32_t id;
    struct tb_bytes sealed; /* empty: dismissed */
};
tb_must_check int tb_secret_typed_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                                       struct tb_secret_typed *ret_typed);
tb_must_check int tb_secret_typed_write(struct tb_buffer *out, const struct tb_secret_typed *typed);
