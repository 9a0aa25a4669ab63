/* What the readers of the manifest's tables share. */
#pragma once

#include "policy/compiler/manifest.h"

struct tb_manifest_context {
    struct tb_report *report;
    struct tb_manifest *manifest;
};

/* False after an error; an unknown key is one. */
bool tb_manifest_fields(struct tb_manifest_context *context, const struct tb_value *map,
                        const char *what, const struct tb_want *wants, size_t n);

/* One of the words, or the first where there is no value or, which is told, none of them. */
struct tb_bytes tb_manifest_word(struct tb_manifest_context *context, const struct tb_value *value,
                                 const char *what, const char *const *words, size_t n);

/* Tells of a number that is neither within these bounds nor, where that is a choice, 0. */
void tb_manifest_range(struct tb_manifest_context *context, const struct tb_value *value,
                       const char *what, int64_t least, int64_t most);

/* Tells of a table below [limits] or [commands] whose key is no command's whole name; `star`: it
 * may be `*`. */
void tb_manifest_command(struct tb_manifest_context *context, const struct tb_value *map,
                         bool star);

enum { TB_N_ARGS_WORDS = 3 };
extern const char *const tb_args_words[TB_N_ARGS_WORDS];

/* ---- the tables, each in its file ---- */

typedef void tb_manifest_read_table(struct tb_manifest_context *context,
                                    const struct tb_value *map);
tb_manifest_read_table tb_limit_read;   /* limits.c: one below [limits] */
tb_manifest_read_table tb_detail_read;  /* detail.c: one below [commands] */
tb_manifest_read_table tb_ask_read;     /* the same: [ask] */
tb_manifest_read_table tb_hook_read;    /* hook.c: [hook] */
tb_manifest_read_table tb_open_read;    /* open.c: [open] */
tb_manifest_read_table tb_program_read; /* programs.c: one below [programs] */
