/*
 * Why a view may call a command, or why not: `trollbridge policy explain`. What is decided is
 * decided by tb_resolve; here its answer is traced back to the files, and what came near is found.
 * docs/formats.md, Explain.
 */
#pragma once

#include "policy/compiler/resolve.h"

struct tb_question {
    struct tb_bytes command; /* as asked: it may be no command's name */
    struct tb_request request;
};

enum { TB_QUESTION_MAX = 512, TB_EXPLAIN_MAX = 64 * 1024 * 1024 };

/* Appends the answer. The policy has no error, and the snapshot is what it was compiled to. TB_OK,
 * TB_TOO_LARGE or TB_MALFORMED. */
tb_must_check int tb_explain_write(struct tb_policy *policy, const struct tb_compiled *compiled,
                                   const struct tb_snapshot *snapshot,
                                   const struct tb_question *question, struct tb_buffer *out);

/* The same of a policy with errors: there is no verdict, only these. */
tb_must_check bool tb_explain_write_errors(struct tb_policy *policy,
                                           const struct tb_question *question,
                                           struct tb_buffer *out);
