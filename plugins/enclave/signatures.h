/* What a page is told of signatures. */
#pragma once

#include "plugins/enclave/keyring.h"
#include "plugins/enclave/pgp/message.h"

/* How far each signature's key is trusted. */
void enclave_signatures_trust(struct enclave_keyring *keyring, const struct pgp_opened *opened,
                              enum tb_trust ret_trust[static PGP_SIGNATURES_MAX]);

/* For the log: "DONE with KEY: valid signature by KEY". */
void enclave_note_verdict(struct tb_stream *stream, const char *done,
                          const struct pgp_opened *opened);

enum { ENCLAVE_N_VERDICT = 2 };
/* `valid` and `signatures`: so many pairs of a map. */
void enclave_pack_verdict(struct tb_packer *packer, const struct pgp_opened *opened,
                          const enum tb_trust trust[static PGP_SIGNATURES_MAX]);
