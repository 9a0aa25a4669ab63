/*
 * All ways through the expression at once: a state of the table is the set of places that a text
 * can have led to. Sets are kept sorted, and found again by their hash. Time and memory are capped,
 * since an expression of n places can have 2^n such sets.
 */
#include "base/wire.h"
#include "policy/compiler/filter/regex_tree.h"

#include <stdlib.h>

enum { SLOTS = 4 * TB_DFA_STATES_MAX, WORK_MAX = 64 * 1024 * 1024, MEMBERS_MAX = 4 * 1024 * 1024 };

static const char too_large[] =
    "its table would be too large: write smaller counts, fewer `.*` in one expression, or a "
    "condition with `length`";

/* A set: so many members from `first` on. */
struct set {
    uint32_t first;
    uint32_t n;
    bool accepts;
};

struct builder {
    struct tb_arena *arena;
    const struct tb_regex_nfa *nfa;
    uint8_t classes[256];
    uint32_t n_classes;
    uint8_t samples[256]; /* a byte of each class */
    struct set *sets;
    uint32_t n_sets;
    uint32_t *members;
    uint32_t n_members;
    uint32_t *slots;  /* set + 1, by hash */
    uint16_t *follow; /* set, by set and class */
    /* The set that is being made. */
    uint32_t *current;
    uint32_t n_current;
    uint32_t *stack;
    uint32_t *seen; /* the round in which a place was met last */
    uint32_t round;
    size_t work;
};

/* ---- classes of bytes ---- */

/* Bytes that no state tells apart are one class. */
static void find_classes(struct builder *b)
{
    bool begins[257] = {true};
    for (size_t i = 0; i < b->nfa->n; i++) {
        const struct tb_regex_state *state = &b->nfa->states[i];
        if (state->kind != TB_STATE_BYTE || state->from > state->to)
            continue;
        begins[state->from] = true;
        begins[state->to + 1] = true;
    }
    for (unsigned byte = 0; byte < 256; byte++) {
        if (begins[byte])
            b->samples[b->n_classes++] = (uint8_t)byte;
        b->classes[byte] = (uint8_t)(b->n_classes - 1);
    }
}

/* ---- sets ---- */

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Adds a place and all that it leads to without a byte. */
static void enter(struct builder *b, uint32_t place)
{
    size_t n = 0;
    b->stack[n++] = place;
    while (n > 0) {
        place = b->stack[--n];
        b->work++;
        if (b->seen[place] == b->round)
            continue;
        b->seen[place] = b->round;
        const struct tb_regex_state *state = &b->nfa->states[place];
        if (state->kind != TB_STATE_FORK) {
            b->current[b->n_current++] = place;
            continue;
        }
        b->stack[n++] = state->other;
        b->stack[n++] = state->out;
    }
}

static uint32_t hash(const uint32_t *members, uint32_t n)
{
    uint32_t h = 2166136261u;
    for (uint32_t i = 0; i < n; i++)
        h = (h ^ members[i]) * 16777619u;
    return h ^ h >> 15;
}

static bool holds_current(const struct builder *b, const struct set *set)
{
    return set->n == b->n_current && (set->n == 0 || memcmp(b->members + set->first, b->current,
                                                            set->n * sizeof *b->current) == 0);
}

static bool current_accepts(const struct builder *b)
{
    for (uint32_t i = 0; i < b->n_current; i++)
        if (b->nfa->states[b->current[i]].kind == TB_STATE_MATCH)
            return true;
    return false;
}

static bool keep_current(struct builder *b, uint32_t slot)
{
    if (b->n_sets == TB_DFA_STATES_MAX || b->n_members + b->n_current > MEMBERS_MAX ||
        (size_t)(b->n_sets + 1) * b->n_classes * 2 > TB_DFA_TABLE_MAX)
        return false;
    for (uint32_t i = 0; i < b->n_current; i++) {
        b->members = tb_arena_grow(b->arena, b->members, b->n_members, sizeof *b->members);
        b->members[b->n_members++] = b->current[i];
    }
    b->sets[b->n_sets] =
        (struct set){b->n_members - b->n_current, b->n_current, current_accepts(b)};
    b->slots[slot] = ++b->n_sets;
    return true;
}

/* The number of the set that has been made; false: there is no room for it. */
static bool intern(struct builder *b, uint32_t *ret_set)
{
    if (b->n_current > 1)
        qsort(b->current, b->n_current, sizeof *b->current, by_number);
    b->work += (size_t)b->n_current * 4;
    uint32_t slot = hash(b->current, b->n_current) % SLOTS;
    while (b->slots[slot] != 0 && !holds_current(b, &b->sets[b->slots[slot] - 1]))
        slot = (slot + 1) % SLOTS;
    if (b->slots[slot] == 0 && !keep_current(b, slot))
        return false;
    *ret_set = b->slots[slot] - 1;
    return true;
}

static void begin(struct builder *b)
{
    b->n_current = 0;
    b->round++;
}

/* Where a byte leads from a set. */
static bool step(struct builder *b, uint32_t from, uint8_t byte, uint32_t *ret_set)
{
    const struct set set = b->sets[from];
    begin(b);
    for (uint32_t i = 0; i < set.n; i++) {
        const struct tb_regex_state *state = &b->nfa->states[b->members[set.first + i]];
        if (state->kind == TB_STATE_BYTE && byte >= state->from && byte <= state->to)
            enter(b, state->out);
    }
    b->work += set.n + 1;
    return b->work <= WORK_MAX && intern(b, ret_set);
}

static bool find_sets(struct builder *b, uint32_t *ret_start)
{
    uint32_t next;
    begin(b);
    if (!intern(b, &next)) /* the empty set comes first: it is dead */
        return false;
    begin(b);
    enter(b, b->nfa->start);
    if (!intern(b, ret_start))
        return false;
    for (uint32_t set = 0; set < b->n_sets; set++)
        for (uint32_t c = 0; c < b->n_classes; c++) {
            if (!step(b, set, b->samples[c], &next))
                return false;
            b->follow[(size_t)set * b->n_classes + c] = (uint16_t)next;
        }
    return true;
}

/* ---- the table ---- */

/* A new number for each set: those that accept come last. Returns the first of them. */
static uint32_t number(const struct builder *b, uint32_t *numbers)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < b->n_sets; i++)
        if (!b->sets[i].accepts)
            numbers[i] = n++;
    uint32_t first = n;
    for (uint32_t i = 0; i < b->n_sets; i++)
        if (b->sets[i].accepts)
            numbers[i] = n++;
    return first;
}

static void write_table(struct builder *b, uint32_t start, struct tb_regex *regex)
{
    uint32_t *numbers = tb_arena_get(b->arena, b->n_sets, sizeof *numbers);
    size_t n = (size_t)b->n_sets * b->n_classes;
    regex->accept = number(b, numbers);
    regex->start = numbers[start];
    regex->n_states = b->n_sets;
    regex->n_classes = b->n_classes;
    regex->table = tb_arena_get(b->arena, n, 2);
    memcpy(regex->classes, b->classes, sizeof regex->classes);
    for (size_t i = 0; i < n; i++) {
        size_t to = (size_t)numbers[i / b->n_classes] * b->n_classes + i % b->n_classes;
        tb_store_u16(regex->table + 2 * to, (uint16_t)numbers[b->follow[i]]);
    }
}

static struct builder builder_new(struct tb_arena *arena, const struct tb_regex_nfa *nfa)
{
    struct builder b = {.arena = arena, .nfa = nfa};
    find_classes(&b);
    b.sets = tb_arena_get(arena, TB_DFA_STATES_MAX, sizeof *b.sets);
    b.slots = tb_arena_get(arena, SLOTS, sizeof *b.slots);
    b.follow = tb_arena_get(arena, TB_DFA_TABLE_MAX, 1);
    b.current = tb_arena_get(arena, nfa->n, sizeof *b.current);
    b.stack = tb_arena_get(arena, 2 * nfa->n + 1, sizeof *b.stack);
    b.seen = tb_arena_get(arena, nfa->n, sizeof *b.seen);
    return b;
}

const char *tb_regex_dfa_of(struct tb_arena *arena, const struct tb_regex_nfa *nfa,
                            struct tb_regex *ret_regex)
{
    struct builder b = builder_new(arena, nfa);
    uint32_t start;
    if (!find_sets(&b, &start))
        return too_large;
    struct tb_regex regex;
    write_table(&b, start, &regex);
    if (regex.accept == regex.n_states)
        return "no text can match it: a class in it is empty";
    *ret_regex = regex;
    return NULL;
}
