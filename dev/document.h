/* A document as a browser gets it: its own text with nonces, our script before all of it, and the
 * policy that goes with that. */
#pragma once

#include "base/buffer.h"
#include "base/compiler.h"
#include "frontend/csp.h"

/* What the script of a document is told. */
struct dev_script {
    const char *label;
    const char *socket; /* the URL of its WebSocket */
    const char *worker; /* that of its worker */
    const char *ticket; /* 32 hex digits */
    struct tb_bytes bootstrap;
};

struct dev_document {
    struct tb_bytes text;
    const char *policy;              /* the manifest's */
    const struct dev_script *script; /* NULL: there is none */
    bool tells_nonce; /* as Vite wants it, which puts styles into the document later */
};

enum { DEV_DOCUMENT_MAX = 8 * 1024 * 1024, DEV_BOOTSTRAP_MAX = 1024 };

/* Appends the document to `out`, and its policy to `csp` (the header's value). TB_OK, TB_MALFORMED
 * (the policy), TB_TOO_LARGE (text or policy), -ENOMEM. */
tb_must_check int dev_document_write(const struct dev_document *document, struct tb_buffer *out,
                                     struct tb_buffer *csp);

/* The policy of anything else. As dev_document_write. */
tb_must_check int dev_document_write_policy(const char *policy, struct tb_buffer *csp);
