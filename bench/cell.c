#include "bench/cell.h"

#include "base/clock.h"
#include "bench/bridge.h"
#include "bench/floor.h"
#include "bench/numbers.h"
#include "bench/tree.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the rounds of one contender gave. */
struct series {
    struct bench_contender contender;
    double *p50_ns;
    double *p99_ns;
    double *calls_s;
    double *ratio;
    uint64_t n_calls;
    uint64_t cpu_ns;
};

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

struct contest {
    const struct bench_setup *setup;
    const struct bench_load *load;
    struct floor floor;
    struct bridge bridges[N_KINDS];
    struct series series[BENCH_CONTENDERS];
    size_t n; /* of the series: how many take part */
    uint32_t *latency_ns;
};

static void end(struct contest *contest)
{
    for (size_t i = N_KINDS; i-- > 0;)
        bridge_drop(&contest->bridges[i]);
    floor_end(&contest->floor);
    for (size_t i = 0; i < BENCH_CONTENDERS; i++)
        free(contest->series[i].p50_ns); /* the others are in the same memory */
    free(contest->latency_ns);
}

static bool allocate(struct contest *contest)
{
    size_t rounds = contest->setup->rounds;
    contest->latency_ns = calloc(BENCH_SAMPLES_MAX, sizeof *contest->latency_ns);
    for (size_t i = 0; i < contest->n; i++) {
        struct series *series = &contest->series[i];
        series->p50_ns = calloc(4 * rounds, sizeof *series->p50_ns);
        if (!series->p50_ns)
            return false;
        series->p99_ns = series->p50_ns + rounds;
        series->calls_s = series->p99_ns + rounds;
        series->ratio = series->calls_s + rounds;
    }
    return contest->latency_ns != NULL;
}

static const char *begin_bridge(struct contest *contest, size_t i, double *ret_start_ms)
{
    const char *why = NULL;
    struct bridge *bridge = &contest->bridges[i];
    uint64_t start_ns = tb_clock_ns();
    if (!bridge_begin(bridge, contest->setup->echo, &kinds[i].kind, &why))
        return why;
    if (!bridge_start(bridge, kinds[i].name, &contest->series[i + 1].contender))
        return "the first call was not answered";
    *ret_start_ms = (double)(tb_clock_ns() - start_ns) / 1e6;
    return NULL;
}

static const char *begin(struct contest *contest, struct bench_cell *cell)
{
    double start_ms[N_KINDS];
    const char *why = NULL;
    if (!allocate(contest) || floor_begin(&contest->floor, &contest->series[FLOOR].contender) < 0)
        return "the floor could not be started";
    for (size_t i = 0; i + 1 < contest->n && !why; i++)
        why = begin_bridge(contest, i, &start_ms[i]);
    if (why)
        return why;
    cell->start_ms = start_ms[PLAIN - 1];
    cell->open_ms = (double)contest->bridges[PLAIN - 1].open_ns / 1e6;
    cell->open_large_ms = (double)contest->bridges[LARGE - 1].open_ns / 1e6;
    return NULL;
}

/* Compares the logs with the calls that were made. */
static const char *end_bridges(struct contest *contest)
{
    for (size_t i = 0; i + 1 < contest->n; i++)
        if (!bridge_end(&contest->bridges[i]))
            return "the audit log does not hold every call that was made";
    return NULL;
}

static uint64_t cpu_ns(const struct bench_contender *contender)
{
    pid_t self = getpid();
    return tree_cpu_ns(contender->tree, contender->n_tree) + tree_cpu_ns(&self, 1);
}

static bool run_round(struct contest *contest, struct series *series, size_t at)
{
    struct bench_contender *contender = &series->contender;
    struct bench_round round = {.latency_ns = contest->latency_ns};
    uint64_t before_ns = cpu_ns(contender);
    if (!contender->run(contender->state, contest->load, contest->setup->round_ns, &round) ||
        round.n_calls == 0)
        return false;
    series->cpu_ns += cpu_ns(contender) - before_ns;
    series->n_calls += round.n_calls;
    series->calls_s[at] = (double)round.n_calls * 1e9 / (double)round.elapsed_ns;
    series->p50_ns[at] = bench_percentile_u32(round.latency_ns, round.n_samples, 0.5);
    series->p99_ns[at] = bench_percentile_u32(round.latency_ns, round.n_samples, 0.99);
    return true;
}

/* Every buffer grown, every page touched; not counted. */
static bool warm_up(struct contest *contest)
{
    for (size_t i = 0; i < contest->n; i++) {
        const struct bench_contender *contender = &contest->series[i].contender;
        struct bench_round round = {.latency_ns = contest->latency_ns};
        if (!contender->run(contender->state, contest->load, contest->setup->round_ns / 3, &round))
            return false;
    }
    return true;
}

/* Each turn begins with another contender, so that none always follows the same one. */
static bool run_rounds(struct contest *contest)
{
    for (size_t at = 0; at < contest->setup->rounds; at++)
        for (size_t i = 0; i < contest->n; i++)
            if (!run_round(contest, &contest->series[(at + i) % contest->n], at))
                return false;
    return true;
}

/* What the ratios of this load are made of. */
static double *measure_of(const struct contest *contest, const struct series *series)
{
    return contest->load->in_flight == 1 ? series->p50_ns : series->calls_s;
}

static void take_ratios(struct contest *contest)
{
    size_t n = contest->setup->rounds;
    double *floor = measure_of(contest, &contest->series[FLOOR]);
    for (size_t i = FLOOR + 1; i < contest->n; i++) {
        const double *of = measure_of(contest, &contest->series[i]);
        const double *base = measure_of(contest, &contest->series[i == LARGE ? PLAIN : FLOOR]);
        for (size_t at = 0; at < n; at++)
            contest->series[i].ratio[at] = of[at] / base[at];
    }
    double *own = contest->series[FLOOR].ratio;
    memcpy(own, floor, n * sizeof *own);
    double median = bench_percentile(own, n, 0.5);
    for (size_t at = 0; at < n; at++)
        own[at] /= median;
}

static struct bench_row make_row(const struct contest *contest, struct series *series)
{
    const struct bench_load *load = contest->load;
    size_t n = contest->setup->rounds;
    double calls_s = bench_percentile(series->calls_s, n, 0.5);
    return (struct bench_row){
        .name = series->contender.name,
        .bytes = load->bytes,
        .in_flight = load->in_flight,
        .p50_us = bench_percentile(series->p50_ns, n, 0.5) / 1e3,
        .p99_us = bench_percentile(series->p99_ns, n, 0.5) / 1e3,
        .calls_s = calls_s,
        .mib_s = calls_s * (double)load->bytes / (1024.0 * 1024.0),
        .cpu_us = (double)series->cpu_ns / (double)series->n_calls / 1e3,
        .ratio = bench_percentile(series->ratio, n, 0.5),
        .ratio_lo = bench_percentile(series->ratio, n, 0.1),
        .ratio_hi = bench_percentile(series->ratio, n, 0.9),
    };
}

const char *bench_cell_measure(const struct bench_setup *setup, const struct bench_load *load,
                               struct bench_cell *ret_cell)
{
    struct bench_cell cell = {0};
    tb_cleanup(end) struct contest contest = {
        .setup = setup, .load = load, .n = load->large ? LARGE + 1 : LARGE, .floor.fd = -1};
    const char *why = begin(&contest, &cell);
    if (why)
        return why;
    if (!warm_up(&contest) || !run_rounds(&contest))
        return "a call got lost or was not answered with its own bytes";
    why = end_bridges(&contest);
    if (why)
        return why;
    take_ratios(&contest);
    for (; cell.n_rows < contest.n; cell.n_rows++)
        cell.rows[cell.n_rows] = make_row(&contest, &contest.series[cell.n_rows]);
    *ret_cell = cell;
    return NULL;
}
