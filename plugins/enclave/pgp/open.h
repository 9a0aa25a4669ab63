/*
 * What reading any kind of message shares: the cap on what it becomes and on the time that it may
 * cost, and what librnp's run over it came to.
 */
#pragma once

#include "plugins/enclave/pgp/signatures.h"

/* What a message of so many bytes may become. */
size_t pgp_output_cap(size_t n_input);
/* rnp_op_verify_execute with PGP_CPU_S of the processor's time, at whose end comes SIGPROF. */
rnp_result_t pgp_execute(rnp_op_verify_t op);
/* Lets librnp ask for certificates. */
void pgp_set_lookup(struct pgp *pgp, const struct pgp_lookup *lookup);
/* After pgp_execute: fills data and signatures. BOMB, UNSUPPORTED, CORRUPT, TOO_LARGE. */
tb_must_check int pgp_take_opened(struct pgp *pgp, rnp_op_verify_t op, rnp_result_t said,
                                  struct pgp_sink *sink, struct pgp_opened *ret_opened);
