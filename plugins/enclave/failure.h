/*
 * Why a command could not be done, as a page is told it: `REASON: text for a developer`. The reason
 * is a word that stays; the text may hold only what the page sent or may see in list_keys.
 */
#pragma once

#include "base/compiler.h"
#include "plugins/sdk/trollbridge-plugin.h"

enum enclave_reason {
    ENCLAVE_OK = 0,
    /* denied */
    ENCLAVE_LOCKED,
    ENCLAVE_WRONG_PASSPHRASE,
    ENCLAVE_WAIT,
    ENCLAVE_DISMISSED,
    /* not_found */
    ENCLAVE_NO_SUCH_KEY,
    ENCLAVE_NO_SECRET_KEY,
    ENCLAVE_NO_SUCH_VALUE,
    ENCLAVE_NO_TICKET,
    /* invalid_args */
    ENCLAVE_NOT_OPENPGP,
    ENCLAVE_TRUNCATED,
    ENCLAVE_CORRUPT,
    ENCLAVE_BAD_KEY,
    ENCLAVE_KEY_EXISTS,
    ENCLAVE_EXPIRED_KEY,
    ENCLAVE_REVOKED_KEY,
    ENCLAVE_NOT_FOR_US,
    ENCLAVE_UNSIGNED,
    ENCLAVE_UNSUPPORTED,
    ENCLAVE_CANNOT_ENCRYPT,
    ENCLAVE_CANNOT_SIGN,
    ENCLAVE_BAD_ARGUMENT,
    /* too_large */
    ENCLAVE_TOO_LARGE,
    ENCLAVE_BOMB,
    /* io */
    ENCLAVE_KEYSTORE_DAMAGED,
    ENCLAVE_KEYSTORE_IO,
    ENCLAVE_NO_MEMORY,
    /* scope */
    ENCLAVE_SCOPE,
    ENCLAVE_N_REASONS,
};

struct enclave_failure {
    enum enclave_reason reason;
    char text[384];
};

const char *enclave_reason_word(enum enclave_reason reason);
enum tb_code enclave_reason_code(enum enclave_reason reason);

/* Sets *ret_failure and returns false, so that a check ends in `return enclave_fail(...)`. */
TB_FORMAT(3, 4)
bool enclave_fail(struct enclave_failure *ret_failure, enum enclave_reason reason,
                  const char *format, ...);

/* The answer that a failure is, and what the log has of it: the text names keys, never content. */
void enclave_reply_failure(struct tb_call *call, const struct enclave_failure *failure);
void enclave_stream_failure(struct tb_stream *stream, const struct enclave_failure *failure);
