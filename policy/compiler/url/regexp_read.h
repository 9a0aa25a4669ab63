/* A regular expression's text, for its compiler and the reader of classes. */
#pragma once

#include "policy/compiler/url/regexp_code.h"

enum { TB_REGEXP_DEPTH_MAX = 32 };

struct tb_regexp_reader {
    struct tb_arena *arena;
    struct tb_bytes text;
    size_t at;
    unsigned depth; /* of groups and classes */
    bool ignore_case;
    const char *wrong; /* the first thing that was; nothing is read after it */

    struct tb_regexp_step *steps;
    size_t n;
    size_t n_groups;
};

/* The byte `ahead` of the next one; 0 behind the end. */
static inline uint8_t tb_regexp_peek(const struct tb_regexp_reader *r, size_t ahead)
{
    return ahead < r->text.n - r->at ? r->text.data[r->at + ahead] : 0;
}

static inline bool tb_regexp_take(struct tb_regexp_reader *r, const char *string)
{
    size_t n = strlen(string);
    bool is = n <= r->text.n - r->at && memcmp(r->text.data + r->at, string, n) == 0;
    r->at += is ? n : 0;
    return is;
}

static inline void tb_regexp_fail(struct tb_regexp_reader *r, const char *wrong)
{
    if (!r->wrong)
        r->wrong = wrong;
}

/* Ranges may begin or end outside ASCII: what is there matches nothing. Letters in both cases where
 * case does not count. */
void tb_regexp_set_add(const struct tb_regexp_reader *r, struct tb_regexp_set *set, uint32_t from,
                       uint32_t to);

/* Behind a `[`: up to its `]`. */
struct tb_regexp_set tb_regexp_read_class(struct tb_regexp_reader *r);
/* Behind a `\`: one of `d D w W s S`, with *ret_code -1; or one character, with its code. */
struct tb_regexp_set tb_regexp_read_escape(struct tb_regexp_reader *r, int32_t *ret_code);
/* `.` */
struct tb_regexp_set tb_regexp_dot(void);
