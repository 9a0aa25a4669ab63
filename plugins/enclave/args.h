/* Arguments that several commands have. As the SDK's readers, each returns true or has answered. */
#pragma once

#include "keystore/keystore.h"
#include "plugins/enclave/failure.h"

/* 40 hex digits in any case. */
bool enclave_arg_fingerprint(struct tb_call *call, const char *name, enum tb_need need,
                             struct tb_fingerprint *ret_fingerprint, bool *ret_given);
static inline bool enclave_arg_key(struct tb_call *call, struct tb_fingerprint *ret_fingerprint)
{
    bool given;
    return enclave_arg_fingerprint(call, "key", TB_REQUIRED, ret_fingerprint, &given);
}
/* 1 to 64 of them. */
bool enclave_arg_fingerprints(struct tb_call *call, const char *name, size_t most,
                              struct tb_fingerprint *ret_list, size_t *ret_n);
/* The caller wipes it. */
bool enclave_arg_hash(struct tb_call *call, const char *name,
                      uint8_t ret_hash[static TB_HASH_SIZE]);
