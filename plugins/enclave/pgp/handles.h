/* librnp's objects, given back where their variable ends. */
#pragma once

#include "base/compiler.h"

#include <rnp/rnp.h>
#include <rnp/rnp_err.h>

#define PGP_HANDLE(name, type, destroy)                                                            \
    static inline void name(type *handle)                                                          \
    {                                                                                              \
        if (*handle)                                                                               \
            (void)destroy(*handle);                                                                \
        *handle = NULL;                                                                            \
    }

PGP_HANDLE(pgp_end_key, rnp_key_handle_t, rnp_key_handle_destroy)
PGP_HANDLE(pgp_end_uid, rnp_uid_handle_t, rnp_uid_handle_destroy)
PGP_HANDLE(pgp_end_signature, rnp_signature_handle_t, rnp_signature_handle_destroy)
PGP_HANDLE(pgp_end_input, rnp_input_t, rnp_input_destroy)
PGP_HANDLE(pgp_end_output, rnp_output_t, rnp_output_destroy)
PGP_HANDLE(pgp_end_names, rnp_identifier_iterator_t, rnp_identifier_iterator_destroy)
PGP_HANDLE(pgp_end_verify, rnp_op_verify_t, rnp_op_verify_destroy)
PGP_HANDLE(pgp_end_sign, rnp_op_sign_t, rnp_op_sign_destroy)
PGP_HANDLE(pgp_end_encrypt, rnp_op_encrypt_t, rnp_op_encrypt_destroy)
PGP_HANDLE(pgp_end_generate, rnp_op_generate_t, rnp_op_generate_destroy)

static inline void pgp_end_text(char **text)
{
    if (*text)
        rnp_buffer_destroy(*text);
    *text = NULL;
}

static inline void pgp_end_bytes(uint8_t **bytes)
{
    if (*bytes)
        rnp_buffer_destroy(*bytes);
    *bytes = NULL;
}
