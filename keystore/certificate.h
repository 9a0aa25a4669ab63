/* The payload of a certificate's file: how far it is trusted, then its bytes. */
#pragma once

#include "keystore/keystore.h"

/* Whether it is one. */
tb_must_check bool tb_certificate_valid(struct tb_bytes payload);
/* New memory (free it) with such a payload. 0 or -ENOMEM. */
tb_must_check int tb_certificate_payload(struct tb_bytes certificate, enum tb_trust trust,
                                         uint8_t **ret_payload, size_t *ret_n);
/* Whether one more would be too many: TB_KEYSTORE_FULL. */
tb_must_check int tb_certificate_room(struct tb_keystore *keystore,
                                      const struct tb_fingerprint *fingerprint);
