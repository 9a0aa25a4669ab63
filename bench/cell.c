#include "bench/cell.h"

#include "base/clock.h"
#include "bench/bridge.h"
#include "bench/floor.h"

/* The floor is the first of the series; these are the others, in their order. */
static const struct variant {
    const char *name;
    unsigned with; /* the bit of the loads where it takes part; 0: all of them */
    bool by_plain; /* its ratios are to PLAIN's row, and not to the floor's */
    struct bench_kind kind;
} variants[] = {
    {BENCH_PLAIN, 0, false, {.mode = "before"}},
    {"trollbridge behind", BENCH_WITH_BEHIND, false, {.mode = "behind"}},
    {BENCH_LARGE, BENCH_WITH_LARGE, true, {.mode = "before", .large = true}},
    {BENCH_RULED_ROW, BENCH_WITH_RULED, true, {.mode = "before", .filter = BENCH_RULED}},
    {BENCH_HOOKED_ROW, BENCH_WITH_HOOKED, true, {.mode = "before", .filter = BENCH_HOOKED}},
    {BENCH_ELSEWHERE_ROW,
     BENCH_WITH_ELSEWHERE,
     true,
     {.mode = "before", .filter = BENCH_HOOKED_ELSEWHERE}},
};

enum { FLOOR, PLAIN, N_VARIANTS = TB_ARRAY_LEN(variants) };
_Static_assert(N_VARIANTS + 1 == BENCH_CONTENDERS, "every contender has its series");

struct trial {
    struct bench_contest contest;
    const char *echo;
    struct floor floor;
    struct bridge bridges[BENCH_CONTENDERS]; /* by series; FLOOR has none */
};

static bool takes_part(const struct variant *variant, const struct bench_load *load)
{
    return variant->with == 0 || (variant->with & load->with) != 0;
}

/* The floor too. */
static size_t count(const struct bench_load *load)
{
    size_t n = 1;
    for (size_t i = 0; i < N_VARIANTS; i++)
        n += takes_part(&variants[i], load);
    return n;
}

static void end(struct trial *trial)
{
    for (size_t i = BENCH_CONTENDERS; i-- > PLAIN;)
        bridge_drop(&trial->bridges[i]);
    floor_end(&trial->floor);
    bench_contest_end(&trial->contest);
}

static const char *begin_bridge(struct trial *trial, size_t at, const struct variant *variant)
{
    const char *why = NULL;
    struct bridge *bridge = &trial->bridges[at];
    struct bench_series *series = &trial->contest.series[at];
    if (!bridge_begin(bridge, trial->echo, &variant->kind, &why))
        return why;
    if (!bridge_start(bridge, variant->name, &series->contender))
        return "the first call was not answered";
    series->base = variant->by_plain ? PLAIN : FLOOR;
    return NULL;
}

/* What starting takes is told of two of them. */
static void take_start(struct bench_cell *cell, const struct variant *variant,
                       const struct bridge *bridge, uint64_t start_ns)
{
    double open_ms = (double)bridge->open_ns / 1e6;
    if (variant->with == BENCH_WITH_LARGE)
        cell->open_large_ms = open_ms;
    if (variant->with != 0)
        return;
    cell->start_ms = (double)(tb_clock_ns() - start_ns) / 1e6;
    cell->open_ms = open_ms;
}

static const char *begin(struct trial *trial, struct bench_cell *cell)
{
    struct bench_contest *contest = &trial->contest;
    size_t at = PLAIN;
    if (!bench_contest_begin(contest) ||
        floor_begin(&trial->floor, &contest->series[FLOOR].contender) < 0)
        return "the floor could not be started";
    for (size_t i = 0; i < N_VARIANTS; i++) {
        const struct variant *variant = &variants[i];
        uint64_t start_ns = tb_clock_ns();
        if (!takes_part(variant, contest->load))
            continue;
        const char *why = begin_bridge(trial, at, variant);
        if (why)
            return why;
        take_start(cell, variant, &trial->bridges[at++], start_ns);
    }
    return NULL;
}

/* Compares the logs with the calls that were made. */
static const char *end_bridges(struct trial *trial)
{
    for (size_t i = PLAIN; i < trial->contest.n; i++)
        if (!bridge_end(&trial->bridges[i]))
            return "the audit log does not hold every call that was made";
    return NULL;
}

const char *bench_cell_measure(const struct bench_setup *setup, const struct bench_load *load,
                               struct bench_cell *ret_cell)
{
    struct bench_cell cell = {.n_rows = count(load)};
    tb_cleanup(end) struct trial trial = {.contest = {.load = load,
                                                      .rounds = setup->rounds,
                                                      .round_ns = setup->round_ns,
                                                      .n = cell.n_rows},
                                          .echo = setup->echo,
                                          .floor.fd = -1};
    const char *why = begin(&trial, &cell);
    if (why)
        return why;
    if (!bench_contest_run(&trial.contest))
        return "a call got lost or was not answered with its own bytes";
    why = end_bridges(&trial);
    if (why)
        return why;
    bench_contest_rows(&trial.contest, cell.rows);
    *ret_cell = cell;
    return NULL;
}
