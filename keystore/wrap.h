/*
 * How a secret key is wrapped (docs/keystore.md, Secret keys): the payload of its file. The hash
 * that the page sends is stretched once more, together with the enclave's own secret, to the key
 * that seals the rest; all that is before the sealed box is bound to it.
 */
#pragma once

#include "keystore/sealed.h"

enum { TB_NONCE_SIZE = 24, TB_TAG_SIZE = 16 };

/* All that is not secret in such a file. */
struct tb_wrapping {
    struct tb_client_hash client;
    uint8_t salt[TB_SALT_SIZE];
    struct tb_wrap_cost cost;
    uint8_t nonce[TB_NONCE_SIZE];
};

/* Whether the numbers are within what is taken. */
bool tb_wrap_cost_valid(const struct tb_wrap_cost *cost);
bool tb_client_hash_valid(const struct tb_client_hash *client);

size_t tb_wrap_size(const struct tb_key_secret *secret);
/* Writes the payload to the draft, which was begun with that size. 0 or -ENOMEM. */
tb_must_check int tb_wrap(const struct tb_own *own, const struct tb_place *place,
                          const struct tb_wrapping *wrapping,
                          const uint8_t hash[static TB_HASH_SIZE],
                          const struct tb_key_secret *secret, struct tb_file_draft *draft);

/* Whether the payload has that shape, and asks for no more than is given. */
tb_must_check bool tb_wrapping_read(const struct tb_sealed *sealed,
                                    struct tb_wrapping *ret_wrapping);
/* Of a file that tb_wrapping_read takes. 0, TB_KEYSTORE_WRONG or -ENOMEM. */
tb_must_check int tb_unwrap(const struct tb_own *own, const struct tb_sealed *sealed,
                            const uint8_t hash[static TB_HASH_SIZE],
                            struct tb_key_secret **ret_secret);
