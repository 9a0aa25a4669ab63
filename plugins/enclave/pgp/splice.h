/* A secret key with the signatures of its certificate: what happened to a key since it was made
 * (a revocation, another expiry) is in its certificate alone. */
#pragma once

#include "plugins/enclave/pgp/sink.h"

/* The certificate, its public keys replaced by the secret ones. Subkeys whose secret is not there
 * are left out, with their signatures. NO_SECRET_KEY, CORRUPT, TOO_LARGE, -ENOMEM. */
tb_must_check int pgp_splice(struct tb_bytes certificate, struct tb_bytes secret,
                             struct pgp_sink *sink);
