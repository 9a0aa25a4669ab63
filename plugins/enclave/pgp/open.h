/*
 * What reading any kind of message shares: the cap on what it becomes, and what librnp's run over
 * it came to. What it may cost in time has no bound here (compression in compression writes nothing
 * for hours): the broker ends a plugin that lets a deadline pass twice.
 */
#pragma once

#include "plugins/enclave/pgp/signatures.h"

/* What a message of so many bytes may become. */
size_t pgp_output_cap(size_t n_input);
/* Lets librnp ask for certificates. */
void pgp_set_lookup(struct pgp *pgp, const struct pgp_lookup *lookup);
/* After rnp_op_verify_execute: fills data and signatures. BOMB, UNSUPPORTED, CORRUPT, TOO_LARGE. */
tb_must_check int pgp_take_opened(struct pgp *pgp, rnp_op_verify_t op, rnp_result_t said,
                                  struct pgp_sink *sink, struct pgp_opened *ret_opened);
