#include "policy/compiler/url/regexp_read.h"
#include "policy/compiler/url/text.h"

enum { REPEATS_MAX = 1000, NO_LIMIT = -1 };

static const char too_large[] = "a regular expression that is too large; write smaller counts";

static void add(struct tb_regexp_reader *r, const struct tb_regexp_step *step)
{
    if (r->n == TB_REGEXP_STEPS_MAX) {
        tb_regexp_fail(r, too_large);
        return;
    }
    r->steps = tb_arena_grow(r->arena, r->steps, r->n, sizeof *r->steps);
    r->steps[r->n++] = *step;
}

static void add_kind(struct tb_regexp_reader *r, enum tb_regexp_kind kind, int32_t offset)
{
    add(r, &(struct tb_regexp_step){.kind = kind, .offset = offset});
}

static void add_set(struct tb_regexp_reader *r, const struct tb_regexp_set *set)
{
    add(r, &(struct tb_regexp_step){.kind = TB_STEP_SET, .set = *set});
}

/* A step before those from `at` on, which stay as they are: their offsets are relative. */
static void insert(struct tb_regexp_reader *r, size_t at, enum tb_regexp_kind kind, int32_t offset)
{
    add_kind(r, kind, offset);
    if (r->wrong)
        return;
    struct tb_regexp_step step = r->steps[r->n - 1];
    memmove(&r->steps[at + 1], &r->steps[at], (r->n - 1 - at) * sizeof step);
    r->steps[at] = step;
}

static void read_alternatives(struct tb_regexp_reader *r);

static void read_group(struct tb_regexp_reader *r)
{
    size_t group = r->n_groups;
    bool captures = !tb_regexp_take(r, "?:");
    if (captures && tb_regexp_peek(r, 0) == '?')
        tb_regexp_fail(r, "look-around, a named group or flags; write a plain group `(?:...)`");
    if (r->depth == TB_REGEXP_DEPTH_MAX)
        tb_regexp_fail(r, "groups or classes more than 32 deep");
    if (r->wrong)
        return;
    r->depth++;
    r->n_groups += captures;
    if (captures)
        add_kind(r, TB_STEP_SAVE, (int32_t)(2 * group));
    read_alternatives(r);
    if (captures)
        add_kind(r, TB_STEP_SAVE, (int32_t)(2 * group + 1));
    if (!tb_regexp_take(r, ")"))
        tb_regexp_fail(r, "`(` without its `)`");
    r->depth--;
}

static void read_literal(struct tb_regexp_reader *r)
{
    struct tb_regexp_set set = {{0, 0}};
    uint8_t c = tb_regexp_peek(r, 0);
    if (strchr("*+?", c))
        tb_regexp_fail(r, "`*`, `+` or `?` with nothing to repeat; write it as `\\*`, `\\+`, "
                          "`\\?`");
    if (strchr("{}]", c))
        tb_regexp_fail(r, "`{`, `}` or `]` alone; write it as `\\{`, `\\}`, `\\]`");
    tb_regexp_set_add(r, &set, c, c);
    add_set(r, &set);
    r->at++;
}

/* What matches at a place and takes nothing. */
static bool read_assertion(struct tb_regexp_reader *r)
{
    static const struct {
        const char *text;
        enum tb_regexp_kind kind;
    } assertions[] = {
        {"^", TB_STEP_BEGIN}, {"$", TB_STEP_END}, {"\\b", TB_STEP_WORD}, {"\\B", TB_STEP_NOT_WORD}};
    for (size_t i = 0; i < TB_ARRAY_LEN(assertions); i++) {
        if (!tb_regexp_take(r, assertions[i].text))
            continue;
        add_kind(r, assertions[i].kind, 0);
        return true;
    }
    return false;
}

static void read_atom(struct tb_regexp_reader *r)
{
    int32_t code;
    struct tb_regexp_set set;
    if (tb_regexp_take(r, "(")) {
        read_group(r);
        return;
    }
    if (tb_regexp_take(r, "["))
        set = tb_regexp_read_class(r);
    else if (tb_regexp_take(r, "\\"))
        set = tb_regexp_read_escape(r, &code);
    else if (tb_regexp_take(r, "."))
        set = tb_regexp_dot();
    else {
        read_literal(r);
        return;
    }
    add_set(r, &set);
}

static bool read_count(struct tb_regexp_reader *r, int *ret_count)
{
    int count = 0;
    size_t from = r->at;
    while (tb_url_is_digit(tb_regexp_peek(r, 0))) {
        count = count * 10 + (r->text.data[r->at++] - '0');
        if (count > REPEATS_MAX) {
            tb_regexp_fail(r, too_large);
            return false;
        }
    }
    if (r->at > from)
        *ret_count = count;
    return r->at > from;
}

/* `*`, `+`, `?`, `{2}`, `{2,}`, `{2,3}`. False: none of them. */
static bool read_quantifier(struct tb_regexp_reader *r, int *ret_min, int *ret_max)
{
    uint8_t c = tb_regexp_peek(r, 0);
    if (c == 0 || !strchr("*+?{", c))
        return false;
    r->at++;
    *ret_min = c == '+';
    *ret_max = c == '?' ? 1 : NO_LIMIT;
    if (c != '{')
        return true;
    bool ok = read_count(r, ret_min);
    *ret_max = *ret_min;
    if (ok && tb_regexp_take(r, ",") && !read_count(r, ret_max))
        *ret_max = NO_LIMIT;
    if (!ok || !tb_regexp_take(r, "}") || (*ret_max != NO_LIMIT && *ret_max < *ret_min))
        tb_regexp_fail(r, "a count that is none; it is written `{2}`, `{2,}` or `{2,3}`");
    return true;
}

static void add_copy(struct tb_regexp_reader *r, const struct tb_regexp_step *steps, size_t n)
{
    for (size_t i = 0; i < n && !r->wrong; i++)
        add(r, &steps[i]);
}

/* As often as it goes: a fork before each time, and a way back behind it. */
static void add_loop(struct tb_regexp_reader *r, const struct tb_regexp_step *steps, size_t n,
                     enum tb_regexp_kind fork)
{
    add_kind(r, fork, (int32_t)n + 2);
    add_copy(r, steps, n);
    add_kind(r, TB_STEP_JUMP, -(int32_t)n - 1);
}

/* The steps from `from` on, min to max times. */
static void repeat(struct tb_regexp_reader *r, size_t from, int min, int max,
                   enum tb_regexp_kind fork)
{
    size_t n = r->n - from;
    if (min == 1 && max == NO_LIMIT) {
        add_kind(r, fork == TB_STEP_FORK ? TB_STEP_FORK_LAZY : TB_STEP_FORK, -(int32_t)n);
        return;
    }
    struct tb_regexp_step *steps = tb_arena_get(r->arena, n, sizeof *steps);
    if (n > 0)
        memcpy(steps, &r->steps[from], n * sizeof *steps);
    r->n = from;
    for (int i = 0; i < min && !r->wrong; i++)
        add_copy(r, steps, n);
    if (max == NO_LIMIT)
        add_loop(r, steps, n, fork);
    /* Each further time can be the last: its fork leads behind all of them. */
    for (int left = max - min; left > 0 && !r->wrong; left--) {
        add_kind(r, fork, left * ((int32_t)n + 1));
        add_copy(r, steps, n);
    }
}

static void read_term(struct tb_regexp_reader *r)
{
    size_t from = r->n;
    int min;
    int max;
    bool repeats = !read_assertion(r);
    if (repeats)
        read_atom(r);
    if (r->wrong || !read_quantifier(r, &min, &max))
        return;
    if (!repeats)
        tb_regexp_fail(r, "`^`, `$` or `\\b` cannot be repeated; leave the count away");
    enum tb_regexp_kind fork = tb_regexp_take(r, "?") ? TB_STEP_FORK_LAZY : TB_STEP_FORK;
    if (!r->wrong)
        repeat(r, from, min, max, fork);
}

/* Terms, up to `|`, `)` or the end. */
static void read_sequence(struct tb_regexp_reader *r)
{
    while (!r->wrong && r->at < r->text.n && tb_regexp_peek(r, 0) != '|' &&
           tb_regexp_peek(r, 0) != ')')
        read_term(r);
}

/* The jumps behind the alternatives lead to the end of all, which is known only there. Until then
 * each holds how far before it the one before is. */
static void close_jumps(struct tb_regexp_reader *r, size_t last)
{
    while (last > 0 && !r->wrong) {
        size_t before = (size_t)r->steps[last].offset;
        r->steps[last].offset = (int32_t)(r->n - last);
        last = before;
    }
}

static void read_alternatives(struct tb_regexp_reader *r)
{
    size_t last_jump = 0; /* there is always a fork before it */
    for (;;) {
        size_t from = r->n;
        read_sequence(r);
        if (r->wrong || !tb_regexp_take(r, "|"))
            break;
        insert(r, from, TB_STEP_FORK, (int32_t)(r->n - from) + 2);
        add_kind(r, TB_STEP_JUMP, (int32_t)last_jump);
        last_jump = r->n - 1;
    }
    close_jumps(r, last_jump);
}

const char *tb_regexp_compile(struct tb_arena *arena, struct tb_bytes text, bool ignore_case,
                              struct tb_regexp **ret_regexp)
{
    struct tb_regexp_reader r = {.arena = arena, .text = text, .ignore_case = ignore_case};
    read_alternatives(&r);
    if (r.at < text.n)
        tb_regexp_fail(&r, "`)` without its `(`; a literal one is written `\\)`");
    add_kind(&r, TB_STEP_MATCH, 0);
    if (r.wrong)
        return r.wrong;
    struct tb_regexp *regexp = TB_NEW(arena, struct tb_regexp);
    *regexp = (struct tb_regexp){.steps = r.steps, .n = r.n, .n_groups = r.n_groups};
    regexp->machine = tb_regexp_machine_new(arena, regexp, false);
    *ret_regexp = regexp;
    return NULL;
}
