/*
 * policy.test.toml: what an app's developer expects of its policy, for `trollbridge test`. Here it
 * is read and judged; the calls are made elsewhere. docs/formats.md, Cases.
 */
#pragma once

#include "policy/compiler/compile.h"
#include "proto/pack.h"

#define TB_CASES_FILE "policy.test.toml"

enum {
    TB_CASES_MAX = 4096,             /* cases in the file */
    TB_CASES_TEXT_MAX = 1024 * 1024, /* its bytes */
    TB_CASES_OUT_MAX = 64 * 1024 * 1024,
    TB_CASE_REPEAT_MAX = 10000,
    TB_CASE_BEFORE_MAX = 64,
    TB_CASE_RAW_MAX = 65536,
    TB_CASE_DEPTH = 20, /* of values: some less than what a call may hold */
};

/* The list of cases, each judged, of the file in the app folder or of its text. NULL: there is
 * none, or not all of them can be made out; the report has why. */
const struct tb_value *tb_cases_read(struct tb_report *report, int app);
const struct tb_value *tb_cases_of(struct tb_report *report, struct tb_bytes text);

/* Appends the answer of the job `cases`. Of a policy with errors there is no case. False: it
 * passes TB_CASES_OUT_MAX. */
tb_must_check bool tb_cases_write(const struct tb_policy *policy,
                                  const struct tb_compiled *compiled, const struct tb_value *cases,
                                  struct tb_buffer *out);

/* covers.c: appends the key `covers`, and what cases can cover. */
void tb_covers_write(const struct tb_policy *policy, const struct tb_compiled *compiled,
                     struct tb_packer *packer);
