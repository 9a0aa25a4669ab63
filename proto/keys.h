/* The bootstrap and the key schedule: PROTOCOL.md, section 3. */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"
#include "proto/limits.h"

struct tb_bootstrap {
    uint8_t ticket_id[TB_TICKET_ID_SIZE];
    uint8_t ticket_secret[TB_KEY_SIZE];
    uint8_t broker_pk[TB_KEY_SIZE];
    uint8_t policy_digest[TB_DIGEST_SIZE];
    uint64_t document;
    struct tb_bytes label;  /* borrowed */
    struct tb_bytes origin; /* borrowed */
};

enum { TB_BOOTSTRAP_MAX = 1024, TB_HELLO_SIZE = 52 };

/* The size written; the strings must be within their limits. */
size_t tb_bootstrap_write(const struct tb_bootstrap *bootstrap,
                          uint8_t out[static TB_BOOTSTRAP_MAX]);
/* TB_OK, TB_MALFORMED, or TB_UNKNOWN for another version. Borrows from `in`. */
tb_must_check int tb_bootstrap_read(struct tb_bytes in, struct tb_bootstrap *ret_bootstrap);

struct tb_hello {
    uint8_t ticket_id[TB_TICKET_ID_SIZE];
    uint8_t endpoint_pk[TB_KEY_SIZE];
};

void tb_hello_write(const struct tb_hello *hello, uint8_t out[static TB_HELLO_SIZE]);
tb_must_check int tb_hello_read(struct tb_bytes in,
                                struct tb_hello *ret_hello); /* as bootstrap_read */

struct tb_session_keys {
    uint8_t to_endpoint[TB_KEY_SIZE];
    uint8_t to_broker[TB_KEY_SIZE];
};

/*
 * Both sides' derivation: own_sk with the other side's public key. TB_OK, or TB_FORGED if the
 * shared secret is all zero (a low-order key). The caller wipes its own secret key and the ticket's
 * secret.
 */
tb_must_check int tb_keys_derive(const struct tb_bootstrap *bootstrap,
                                 const uint8_t own_sk[static TB_KEY_SIZE],
                                 const uint8_t other_pk[static TB_KEY_SIZE],
                                 const uint8_t endpoint_pk[static TB_KEY_SIZE],
                                 struct tb_session_keys *ret_keys);
