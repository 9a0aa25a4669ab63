/* Built from the end: each part is told where it leads, and says where it begins. */
#include "policy/compiler/filter/regex_tree.h"

struct builder {
    struct tb_arena *arena;
    struct tb_regex_nfa *nfa;
    const char *wrong;
};

static uint32_t add(struct builder *b, struct tb_regex_state state)
{
    struct tb_regex_nfa *nfa = b->nfa;
    if (nfa->n == TB_REGEX_STATES_MAX) {
        b->wrong = "it is too large: write smaller counts, or a condition with `length`";
        return 0;
    }
    nfa->states = tb_arena_grow(b->arena, nfa->states, nfa->n, sizeof *nfa->states);
    nfa->states[nfa->n] = state;
    return (uint32_t)nfa->n++;
}

static uint32_t add_fork(struct builder *b, uint32_t out, uint32_t other)
{
    return add(b, (struct tb_regex_state){.kind = TB_STATE_FORK, .out = out, .other = other});
}

/* A state of this set that reads the same bytes and leads to the same place; else a new one. The
 * last bytes of most characters are alike, and stay one state. */
static uint32_t add_byte(struct builder *b, size_t first, uint8_t from, uint8_t to, uint32_t out)
{
    for (size_t i = first; i < b->nfa->n; i++) {
        const struct tb_regex_state *state = &b->nfa->states[i];
        if (state->kind == TB_STATE_BYTE && state->from == from && state->to == to &&
            state->out == out)
            return (uint32_t)i;
    }
    return add(b,
               (struct tb_regex_state){.kind = TB_STATE_BYTE, .from = from, .to = to, .out = out});
}

static uint32_t build_set(struct builder *b, const struct tb_regex_set *set, uint32_t next)
{
    enum { LOOK_BACK = 64 }; /* for states to share: further back is not worth the time */
    struct tb_regex_walk walk = {0};
    struct tb_regex_bytes bytes;
    size_t begin = b->nfa->n;
    uint32_t start = add(b, (struct tb_regex_state){.kind = TB_STATE_BYTE, .from = 1, .to = 0});
    while (!b->wrong && tb_regex_utf8_next(set, &walk, &bytes)) {
        uint32_t at = next;
        size_t n = b->nfa->n;
        size_t first = n - begin > LOOK_BACK ? n - LOOK_BACK : begin;
        for (size_t i = bytes.n; i-- > 0;)
            at = add_byte(b, first, bytes.from[i], bytes.to[i], at);
        start = add_fork(b, at, start);
    }
    return start;
}

static uint32_t build(struct builder *b, const struct tb_regex_node *node, uint32_t next);

/* Children one after the other: the last is built first. */
static uint32_t build_sequence(struct builder *b, const struct tb_regex_node *child, uint32_t next)
{
    size_t n = 0;
    for (const struct tb_regex_node *node = child; node; node = node->next)
        n++;
    const struct tb_regex_node **nodes = tb_arena_get(b->arena, n + 1, sizeof *nodes);
    for (size_t i = 0; i < n; i++, child = child->next)
        nodes[i] = child;
    while (n-- > 0 && !b->wrong)
        next = build(b, nodes[n], next);
    return next;
}

static uint32_t build_alternatives(struct builder *b, const struct tb_regex_node *child,
                                   uint32_t next)
{
    uint32_t start = build(b, child, next);
    for (child = child->next; child && !b->wrong; child = child->next)
        start = add_fork(b, build(b, child, next), start);
    return start;
}

static uint32_t build_repeat(struct builder *b, const struct tb_regex_node *node, uint32_t next)
{
    uint32_t start = next;
    if (node->max == TB_REGEX_NO_LIMIT) {
        start = add_fork(b, next, next);
        uint32_t body = build(b, node->child, start);
        b->nfa->states[start].other = body;
    }
    /* Each of those that may be left out can be the last. */
    for (uint32_t i = node->min; i < node->max && node->max != TB_REGEX_NO_LIMIT && !b->wrong; i++)
        start = add_fork(b, build(b, node->child, start), next);
    for (uint32_t i = 0; i < node->min && !b->wrong; i++)
        start = build(b, node->child, start);
    return start;
}

static uint32_t build(struct builder *b, const struct tb_regex_node *node, uint32_t next)
{
    switch (node->kind) {
    case TB_REGEX_EMPTY:
        return next;
    case TB_REGEX_SET:
        return build_set(b, &node->set, next);
    case TB_REGEX_SEQUENCE:
        return build_sequence(b, node->child, next);
    case TB_REGEX_ALTERNATE:
        return build_alternatives(b, node->child, next);
    case TB_REGEX_REPEAT:
        break;
    }
    return build_repeat(b, node, next);
}

const char *tb_regex_nfa_of(struct tb_arena *arena, const struct tb_regex_node *tree,
                            struct tb_regex_nfa *ret_nfa)
{
    struct tb_regex_nfa nfa = {NULL, 0, 0};
    struct builder b = {.arena = arena, .nfa = &nfa};
    uint32_t match = add(&b, (struct tb_regex_state){.kind = TB_STATE_MATCH});
    nfa.start = build(&b, tree, match);
    if (!b.wrong)
        *ret_nfa = nfa;
    return b.wrong;
}
