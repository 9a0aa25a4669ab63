/*
 * Results of functions.
 *
 * 0 is success. A positive value is an enum tb_result: something that a peer or a file can cause,
 * which the caller has to answer. A negative value is -errno or a broken invariant: fatal for the
 * operation, passed up.
 */
#pragma once

enum tb_result {
    TB_OK = 0,
    TB_AGAIN,     /* not enough bytes yet, or the other side is not ready */
    TB_CLOSED,    /* the peer closed its end */
    TB_MALFORMED, /* not in the format */
    TB_TOO_LARGE, /* over a limit of the format */
    TB_FORGED,    /* authentication failed */
    TB_UNKNOWN,   /* names nothing that exists */
    TB_DENIED,    /* policy says no */
    TB_FULL,      /* a quota or a table is used up */
};

/* Zeroed memory denies. Compare with == TB_ALLOW, never for truth. */
enum tb_verdict {
    TB_DENY = 0,
    TB_ALLOW = 1,
    TB_REWRITE = 2,
};
