/* A regular expression as a tree, and as states that read bytes. */
#pragma once

#include "policy/compiler/filter/regex.h"

enum { TB_REGEX_LAST = 0x10ffff, TB_REGEX_DEPTH_MAX = 32 };
#define TB_REGEX_NO_LIMIT UINT32_MAX

/* Code points; sorted, and apart from each other, once it is normalised. */
struct tb_regex_range {
    uint32_t from;
    uint32_t to;
};

struct tb_regex_set {
    struct tb_regex_range *ranges;
    size_t n;
};

enum tb_regex_kind {
    TB_REGEX_EMPTY,
    TB_REGEX_SET,       /* one character */
    TB_REGEX_SEQUENCE,  /* the children, one after the other */
    TB_REGEX_ALTERNATE, /* one of the children */
    TB_REGEX_REPEAT,    /* the child, min to max times */
};

struct tb_regex_node {
    enum tb_regex_kind kind;
    struct tb_regex_set set;
    struct tb_regex_node *child;
    struct tb_regex_node *next; /* of the same parent */
    uint32_t min;
    uint32_t max; /* or TB_REGEX_NO_LIMIT */
};

struct tb_regex_reader {
    struct tb_arena *arena;
    struct tb_bytes text;
    size_t at;
    unsigned depth; /* of groups */
    bool ignore_case;
    const char *wrong; /* the first thing that was; nothing is read after it */
};

static inline void tb_regex_fail(struct tb_regex_reader *r, const char *wrong)
{
    if (!r->wrong)
        r->wrong = wrong;
}

/* The byte `ahead` of the next one; 0 behind the end. */
static inline uint8_t tb_regex_peek(const struct tb_regex_reader *r, size_t ahead)
{
    return ahead < r->text.n - r->at ? r->text.data[r->at + ahead] : 0;
}

static inline bool tb_regex_take(struct tb_regex_reader *r, const char *string)
{
    size_t n = strlen(string);
    bool is = n <= r->text.n - r->at && memcmp(r->text.data + r->at, string, n) == 0;
    r->at += is ? n : 0;
    return is;
}

/* regex_read.c: the tree, or NULL and *ret_wrong. */
struct tb_regex_node *tb_regex_read(struct tb_arena *arena, struct tb_bytes text,
                                    const char **ret_wrong);
/* The next character of the text, which has one. */
uint32_t tb_regex_next(struct tb_regex_reader *r);

/* regex_class.c: behind a `[`, up to its `]`; behind a `\`, a class or one character; `.`; one
 * character as it is. All normalised. */
struct tb_regex_set tb_regex_read_class(struct tb_regex_reader *r);
struct tb_regex_set tb_regex_read_escape(struct tb_regex_reader *r);
struct tb_regex_set tb_regex_dot(struct tb_regex_reader *r);
struct tb_regex_set tb_regex_literal(struct tb_regex_reader *r, uint32_t code);

/* regex_set.c */
void tb_regex_set_add(struct tb_arena *arena, struct tb_regex_set *set, uint32_t from, uint32_t to);
void tb_regex_set_normalise(struct tb_regex_set *set);
struct tb_regex_set tb_regex_set_invert(struct tb_arena *arena, const struct tb_regex_set *set);
/* Adds the other case of its ASCII letters. False: it has other letters with a case. */
tb_must_check bool tb_regex_set_fold(struct tb_arena *arena, struct tb_regex_set *set);

/* regex_utf8.c: what the bytes of a range of characters are in turn. */
struct tb_regex_bytes {
    size_t n; /* 1 to 4 */
    uint8_t from[4];
    uint8_t to[4];
};
/* The next sequence of a set; false: that was all. `walk` begins as zeroes. */
struct tb_regex_walk {
    size_t range;
    struct tb_regex_range parts[32];
    size_t n;
};
bool tb_regex_utf8_next(const struct tb_regex_set *set, struct tb_regex_walk *walk,
                        struct tb_regex_bytes *ret_bytes);

/* regex_nfa.c */
enum { TB_REGEX_STATES_MAX = 32768 };
enum tb_regex_state_kind { TB_STATE_BYTE, TB_STATE_FORK, TB_STATE_MATCH };
struct tb_regex_state {
    enum tb_regex_state_kind kind;
    uint8_t from; /* of BYTE; more than `to`: no byte */
    uint8_t to;
    uint32_t out;
    uint32_t other; /* of FORK */
};
struct tb_regex_nfa {
    struct tb_regex_state *states;
    size_t n;
    uint32_t start;
};
/* NULL, or what is wrong. */
tb_must_check const char *tb_regex_nfa_of(struct tb_arena *arena, const struct tb_regex_node *tree,
                                          struct tb_regex_nfa *ret_nfa);

/* regex_dfa.c: NULL, or what is wrong. */
tb_must_check const char *tb_regex_dfa_of(struct tb_arena *arena, const struct tb_regex_nfa *nfa,
                                          struct tb_regex *ret_regex);
