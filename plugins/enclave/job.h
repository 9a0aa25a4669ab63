/*
 * Commands with contents: data comes as `text` or as the raw body, in parts too, and what is made
 * of it goes out in the result, or in parts through a channel. The contents are collected whole,
 * worked on at once and wiped: nothing of a message leaves before all of it was looked at.
 *
 * What such a command needs is looked at before its body is taken, so that nobody sends 64 MiB to
 * hear that a key is locked, and again when the body is whole, since that may be a minute later.
 */
#pragma once

#include "plugins/enclave/key_info.h"
#include "plugins/enclave/pgp/message.h"
#include "plugins/enclave/prompt.h"

enum {
    ENCLAVE_RECIPIENTS_MAX = PGP_RECIPIENTS_MAX,
    ENCLAVE_RESULT_MAX = 1000000, /* without a channel: what one frame holds with its rest */
};

struct enclave_job;

/* A command's own part. */
struct enclave_work {
    size_t content_max; /* 0: it has no contents */
    /* Whether it can be done now. Called at the beginning and before run. */
    bool (*check)(struct enclave_job *job, struct enclave_failure *ret_failure);
    /* Does it, and leaves the bytes of the result in job->result; or asks for a passphrase. */
    bool (*run)(struct enclave_job *job, struct enclave_failure *ret_failure);
    /* Goes on with the passphrase that was asked for, or asks once more. */
    bool (*answered)(struct enclave_job *job, struct tb_bytes passphrase,
                     struct enclave_failure *ret_failure);
    /* Packs the whole result; may be called again where there was no room to send it. NULL: nil. */
    void (*pack)(const struct enclave_job *job, struct tb_packer *packer);
};

struct enclave_job {
    struct enclave *enclave;
    const struct tb_plugin_scope *scope;
    const struct enclave_work *work;
    struct tb_stream *stream;
    struct tb_channel output;
    struct enclave_block content;
    struct pgp_data result; /* wiped with the job */
    size_t charged;         /* of the budget, for the result */
    size_t sent;            /* of the result, through the channel */
    bool done;              /* run: what is left is to send */
    struct enclave_prompt prompt;

    /* Arguments, as far as the command has them. */
    struct tb_fingerprint key; /* sign_with too */
    bool has_key;
    struct tb_fingerprint to[ENCLAVE_RECIPIENTS_MAX];
    size_t n_to;
    enum pgp_mode mode;
    bool armor;
    struct enclave_block signature; /* of verify: detached */
    bool has_signature;
    char name[TB_VALUE_NAME_MAX];
    size_t n_name;

    /* What came of it, beside the bytes. */
    struct pgp_opened opened;
    enum tb_trust trust[PGP_SIGNATURES_MAX];
    struct enclave_key_info *infos; /* owned */
    size_t n_infos;
};

/* A new job with the arguments that most have (output, purpose), or NULL and has answered, or set
 * the failure. */
struct enclave_job *enclave_job_new(struct tb_call *call, const struct enclave_work *work,
                                    struct enclave_failure *ret_failure);
void enclave_job_free(struct enclave_job **job); /* for tb_cleanup */
/* Takes the call over. Consumes the job. */
bool enclave_job_start(struct tb_call *call, struct enclave_job **job,
                       struct enclave_failure *ret_failure);

/* Has the host ask for a passphrase, in run or answered, which then return true: `wanted` and the
 * key are what the person reads. At most ENCLAVE_PROMPTS_MAX times. */
bool enclave_job_ask(struct enclave_job *job, const char *wanted, const struct pgp_key *key,
                     bool is_new, struct enclave_failure *ret_failure);

/* Adds to contents that may have `most` bytes. */
bool enclave_job_take(struct enclave_block *block, struct tb_bytes bytes, size_t most,
                      struct enclave_failure *ret_failure);

/* The result's bytes: `armored` or `data`, or their number where they went through the channel. One
 * pair of a map. */
void enclave_job_pack_bytes(const struct enclave_job *job, bool armored, struct tb_packer *packer);
