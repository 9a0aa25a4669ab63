/* What the OpenPGP library answers, as failures. */
#pragma once

#include "plugins/enclave/failure.h"
#include "plugins/enclave/pgp/pgp.h"

/* `r` is what one of its functions returned, other than 0. */
bool enclave_fail_openpgp(struct enclave_failure *ret_failure, const struct pgp *pgp, int r);
