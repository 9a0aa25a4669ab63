/*
 * What `trollbridge policy check` says, as msgpack: the keys of its JSON in design order, and
 * behind them what only the table for people needs. docs/formats.md, Check.
 */
#pragma once

#include "policy/compiler/compile.h"
#include "proto/pack.h"

enum { TB_CHECK_MAX = 64 * 1024 * 1024 };

/* Filters what is listed; empty: all. */
struct tb_check_filter {
    struct tb_bytes view;
    bool views;               /* say what comes of it in each view too */
    struct tb_bytes snapshot; /* for that; empty where the policy has errors */
    struct tb_bytes also;     /* more views and origins to say it of: views.h */
};

/* Appends the answer. `digest` is the snapshot's in hex, empty where the policy has errors. False:
 * it passes TB_CHECK_MAX. */
tb_must_check bool tb_check_write(struct tb_policy *policy, const struct tb_compiled *compiled,
                                  const struct tb_check_filter *filter, const char *digest,
                                  struct tb_buffer *out);

/* Appends the key `warnings`, or `errors`, and the list of these findings. */
void tb_check_write_findings(const struct tb_report *report, bool errors, struct tb_packer *packer);
