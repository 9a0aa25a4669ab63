/*
 * The content security policy of one response: the manifest's, or a strict one, with the nonce and
 * the hashes of the document's own scripts and styles. It is only ever made narrower:
 * docs/decisions/025-csp.md has the rules. Pure.
 */
#pragma once

#include "base/buffer.h"

enum {
    TB_CSP_MAX = 64 * 1024, /* bytes of a response's policy */
    TB_CSP_DIRECTIVES_MAX = 64,
    TB_CSP_NONCE_SIZE = 24, /* of base64: 18 random bytes */
    TB_CSP_HASHES_MAX = 256,
};

/* SHA-256 over the text of an inline script or style. */
struct tb_csp_hash {
    uint8_t bytes[32];
};

struct tb_csp_hashes {
    struct tb_csp_hash list[TB_CSP_HASHES_MAX];
    size_t n;
};

/* What a document brings; NULL: nothing, as of anything that is no document. */
struct tb_csp_document {
    struct tb_csp_hashes scripts;
    struct tb_csp_hashes styles;
};

/*
 * What a host has put into the document itself: its script, which has a nonce of its own, may run
 * even where the policy has no scripts at all, start one worker and open one connection. NULL:
 * nothing.
 */
struct tb_csp_host {
    const char *nonce;   /* as the other, and another */
    const char *worker;  /* its URL */
    const char *connect; /* the URL of a WebSocket */
};

/* Adds one that is not there yet. False: there are too many. */
tb_must_check bool tb_csp_add(struct tb_csp_hashes *hashes, const struct tb_csp_hash *hash);

/* A fresh nonce, with NUL behind it. */
void tb_csp_nonce(char ret_nonce[static TB_CSP_NONCE_SIZE + 1]);

/*
 * Appends the header's value. `policy` is the manifest's (empty: the strict one). `nonce` has
 * TB_CSP_NONCE_SIZE characters of base64. TB_OK; TB_MALFORMED: the policy is not printable ASCII,
 * or has a comma, which would begin a second one; TB_TOO_LARGE.
 */
tb_must_check int tb_csp_write(struct tb_bytes policy, const char *nonce,
                               const struct tb_csp_document *document,
                               const struct tb_csp_host *host, struct tb_buffer *out);
