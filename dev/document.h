/* A document as a browser gets it: its own text with nonces, our script before all of it, and the
 * policy that goes with that. */
#pragma once

#include "base/buffer.h"
#include "base/compiler.h"
#include "frontend/csp.h"

/* What the script of a document is told; NULL in place of it: there is no script. */
struct dev_script {
    const char *label;
    const char *socket; /* the URL of its WebSocket */
    const char *worker; /* that of its worker */
    const char *ticket; /* 32 hex digits */
    struct tb_bytes bootstrap;
};

enum { DEV_DOCUMENT_MAX = 8 * 1024 * 1024, DEV_BOOTSTRAP_MAX = 1024 };

/*
 * Appends the document to `out`, and its policy to `csp` (the header's value): `policy` is the
 * manifest's. TB_OK, TB_MALFORMED (the policy), TB_TOO_LARGE (text or policy), -ENOMEM.
 */
tb_must_check int dev_document_write(struct tb_bytes text, const char *policy,
                                     const struct dev_script *script, struct tb_buffer *out,
                                     struct tb_buffer *csp);

/* The policy of anything else. As dev_document_write. */
tb_must_check int dev_document_write_policy(const char *policy, struct tb_buffer *csp);
