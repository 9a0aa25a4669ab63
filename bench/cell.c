#include "bench/cell.h"

#include "base/clock.h"
#include "bench/bridge.h"
#include "bench/floor.h"

/* The floor is the first of the series; these are the others, in their order. */
static const struct {
    const char *name;
    struct bench_kind kind;
} kinds[] = {
    {BENCH_PLAIN, {.mode = "before"}},
    {"trollbridge behind", {.mode = "behind"}},
    {BENCH_LARGE, {.mode = "before", .large = true}},
};

enum { FLOOR, PLAIN, LARGE = BENCH_CONTENDERS - 1, N_KINDS = TB_ARRAY_LEN(kinds) };
_Static_assert(N_KINDS + 1 == BENCH_CONTENDERS, "every contender has its series");

struct trial {
    struct bench_contest contest;
    const char *echo;
    struct floor floor;
    struct bridge bridges[N_KINDS];
};

static void end(struct trial *trial)
{
    for (size_t i = N_KINDS; i-- > 0;)
        bridge_drop(&trial->bridges[i]);
    floor_end(&trial->floor);
    bench_contest_end(&trial->contest);
}

static const char *begin_bridge(struct trial *trial, size_t i, double *ret_start_ms)
{
    const char *why = NULL;
    struct bridge *bridge = &trial->bridges[i];
    uint64_t start_ns = tb_clock_ns();
    if (!bridge_begin(bridge, trial->echo, &kinds[i].kind, &why))
        return why;
    if (!bridge_start(bridge, kinds[i].name, &trial->contest.series[i + 1].contender))
        return "the first call was not answered";
    *ret_start_ms = (double)(tb_clock_ns() - start_ns) / 1e6;
    return NULL;
}

static const char *begin(struct trial *trial, struct bench_cell *cell)
{
    double start_ms[N_KINDS];
    const char *why = NULL;
    struct bench_series *series = trial->contest.series;
    if (!bench_contest_begin(&trial->contest) ||
        floor_begin(&trial->floor, &series[FLOOR].contender) < 0)
        return "the floor could not be started";
    for (size_t i = 0; i + 1 < trial->contest.n && !why; i++)
        why = begin_bridge(trial, i, &start_ms[i]);
    if (why)
        return why;
    series[LARGE].base = PLAIN;
    cell->start_ms = start_ms[PLAIN - 1];
    cell->open_ms = (double)trial->bridges[PLAIN - 1].open_ns / 1e6;
    cell->open_large_ms = (double)trial->bridges[LARGE - 1].open_ns / 1e6;
    return NULL;
}

/* Compares the logs with the calls that were made. */
static const char *end_bridges(struct trial *trial)
{
    for (size_t i = 0; i + 1 < trial->contest.n; i++)
        if (!bridge_end(&trial->bridges[i]))
            return "the audit log does not hold every call that was made";
    return NULL;
}

const char *bench_cell_measure(const struct bench_setup *setup, const struct bench_load *load,
                               struct bench_cell *ret_cell)
{
    struct bench_cell cell = {.n_rows = load->large ? LARGE + 1 : LARGE};
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
