/*
 * A regular expression as the compiler leaves it: a table that says which state follows which on
 * which byte. To match is one look-up a byte, whatever the expression and the text are; nothing is
 * allocated, nothing tried twice. docs/formats.md, Rule.
 */
#pragma once

#include "base/compiler.h"
#include "policy/filter/cost.h"
#include "proto/pack.h"

enum { TB_DFA_STATES_MAX = 4096, TB_DFA_TABLE_MAX = 256 * 1024 };

struct tb_dfa {
    const uint8_t *classes; /* 256: what class a byte is of */
    const uint8_t *table;   /* u16 each: the next state, by state and class */
    uint32_t n_classes;
    uint32_t start;
    uint32_t accept; /* this state and those behind it accept; 0 is dead */
};

/* Reads one, and looks at every state in it. TB_OK or TB_MALFORMED. Borrows. */
tb_must_check int tb_dfa_read(const msgpack_object *object, struct tb_dfa *ret_dfa);

/* Whether the whole text matches. */
bool tb_dfa_matches(const struct tb_dfa *dfa, struct tb_bytes text, struct tb_filter_cost *cost);
