/*
 * What each signature of a message is worth. librnp's own answer says little: it is success where
 * one of several is good, and `invalid` for a bad one, an expired key and a revoked one alike.
 */
#pragma once

#include "plugins/enclave/pgp/instance.h"

/* Fills the signatures of `opened` and `valid`; TOO_LARGE. `said`: of rnp_op_verify_execute.
 * UNSUPPORTED: it found fault with a signature that it does not show, of an outer layer. */
tb_must_check int pgp_signatures_read(struct pgp *pgp, rnp_op_verify_t op, rnp_result_t said,
                                      struct pgp_opened *opened);
