/*
 * Regular expressions, compiled to tables that policy/filter/dfa.h walks. An expression always
 * matches a whole text. What cannot be a table, and what other engines read in different ways, is
 * refused: docs/rules.md; docs/decisions/026-regular-expressions.md.
 *
 *   regex_read.c   text -> tree, with regex_class.c for what stands in brackets
 *   regex_nfa.c    tree -> states that read bytes, with regex_utf8.c for characters
 *   regex_dfa.c    those -> one state at a time, as a table
 */
#pragma once

#include "policy/compiler/data/arena.h"
#include "policy/filter/dfa.h"

enum { TB_REGEX_TEXT_MAX = 1024 };

struct tb_regex {
    uint8_t classes[256];
    uint8_t *table; /* as struct tb_dfa has it */
    uint32_t n_classes;
    uint32_t n_states;
    uint32_t start;
    uint32_t accept;
};

/* NULL, or what is wrong and what to write. */
tb_must_check const char *tb_regex_compile(struct tb_arena *arena, struct tb_bytes text,
                                           struct tb_regex *ret_regex);

/* As a map of docs/formats.md. */
void tb_regex_pack(struct tb_packer *packer, const struct tb_regex *regex);
