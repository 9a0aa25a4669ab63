/*
 * What a person has picked in one session: files and folders by descriptor, which its plugins are
 * given by the supervisor. docs/decisions/034-picks.md.
 */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"
#include "proto/error.h"
#include "proto/limits.h"

#include <stdbool.h>
#include <stdint.h>

enum tb_pick_state {
    TB_PICK_FREE = 0,
    TB_PICK_LOOKED_AT, /* whether it can be placed at all */
    TB_PICK_GIVEN,     /* running plugins are given it */
    TB_PICK_HELD,      /* all of them have it; those that start are given it too */
    TB_PICK_LOST,      /* one could not be given it; its number is not used again */
};

struct tb_held_pick {
    enum tb_pick_state state;
    uint32_t id;    /* the host's */
    uint32_t token; /* of the GRAFT that looks at it */
    int fd;
    struct tb_bytes path; /* owned */
    bool folder;
    bool recursive;
    bool writable;
    enum tb_code code; /* why a plugin could not be given it */
    const char *cause; /* a literal */
};

struct tb_picks {
    struct tb_held_pick list[TB_PICKS_MAX]; /* its place is its number less one */
    uint32_t n;                             /* that have a descriptor */
};

/* What one running plugin still has to be given, by number: bit number - 1. */
struct tb_grafts {
    uint64_t due;
    uint32_t under_way; /* number; 0: none */
    bool confined;      /* its sandbox stands, and with it the places */
};

/* A place for one, which is the caller's to fill but for its path and descriptor: TB_OK, and it has
 * consumed `fd`; TB_FULL. */
tb_must_check int tb_picks_add(struct tb_picks *picks, struct tb_bytes path, int fd,
                               struct tb_held_pick **ret_pick);
/* Frees its place, too. */
void tb_picks_drop(struct tb_picks *picks, struct tb_held_pick *pick);
/* Its number is never used again. */
void tb_picks_lose(struct tb_picks *picks, struct tb_held_pick *pick);
void tb_picks_free(struct tb_picks *picks); /* NULL is fine */

static inline uint32_t tb_picks_number(const struct tb_picks *picks,
                                       const struct tb_held_pick *pick)
{
    return (uint32_t)(pick - picks->list) + 1;
}

static inline uint64_t tb_picks_bit(uint32_t number)
{
    return UINT64_C(1) << (number - 1);
}
