/* What a regular expression is compiled to: steps of a machine. For its compiler and its matcher.
 */
#pragma once

#include "policy/compiler/url/regexp.h"

/* Bytes of ASCII. */
struct tb_regexp_set {
    uint64_t bits[2];
};

enum tb_regexp_kind {
    TB_STEP_SET,       /* one byte of the set */
    TB_STEP_JUMP,      /* on at `offset` */
    TB_STEP_FORK,      /* on at the next step; and, less wanted, at `offset` */
    TB_STEP_FORK_LAZY, /* the other way round */
    TB_STEP_SAVE,      /* the place in the text is slot `offset` */
    TB_STEP_BEGIN,     /* only at the text's begin */
    TB_STEP_END,       /* only at its end */
    TB_STEP_WORD,      /* only where a word begins or ends */
    TB_STEP_NOT_WORD,  /* only elsewhere */
    TB_STEP_MATCH,
};

struct tb_regexp_step {
    enum tb_regexp_kind kind;
    int32_t offset; /* relative, so that steps can be copied and moved */
    struct tb_regexp_set set;
};

enum { TB_REGEXP_STEPS_MAX = 16384 };

struct tb_regexp {
    const struct tb_regexp_step *steps;
    size_t n;
    size_t n_groups;
    struct tb_regexp_machine *machine; /* for matches without groups */
};

struct tb_regexp_machine *tb_regexp_machine_new(struct tb_arena *arena,
                                                const struct tb_regexp *regexp, bool groups);

static inline bool tb_regexp_set_has(const struct tb_regexp_set *set, uint8_t byte)
{
    return byte < 128 && (set->bits[byte / 64] >> (byte % 64) & 1) != 0;
}
