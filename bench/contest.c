#include "bench/contest.h"

#include "bench/numbers.h"
#include "bench/tree.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool bench_contest_begin(struct bench_contest *contest)
{
    tb_assert(contest->n <= BENCH_CONTENDERS);
    contest->latency_ns = calloc(BENCH_SAMPLES_MAX, sizeof *contest->latency_ns);
    for (size_t i = 0; i < contest->n; i++) {
        struct bench_series *series = &contest->series[i];
        series->p50_ns = calloc(4 * (size_t)contest->rounds, sizeof *series->p50_ns);
        if (!series->p50_ns)
            return false;
        series->p99_ns = series->p50_ns + contest->rounds;
        series->calls_s = series->p99_ns + contest->rounds;
        series->ratio = series->calls_s + contest->rounds;
    }
    return contest->latency_ns != NULL;
}

void bench_contest_end(struct bench_contest *contest)
{
    for (size_t i = 0; i < BENCH_CONTENDERS; i++)
        free(contest->series[i].p50_ns); /* the others are in the same memory */
    free(contest->latency_ns);
}

static uint64_t cpu_ns(const struct bench_contender *contender)
{
    pid_t self = getpid();
    return tree_cpu_ns(contender->tree, contender->n_tree) + tree_cpu_ns(&self, 1);
}

static bool run_round(struct bench_contest *contest, struct bench_series *series, size_t at)
{
    struct bench_contender *contender = &series->contender;
    struct bench_round round = {.latency_ns = contest->latency_ns};
    uint64_t before_ns = cpu_ns(contender);
    if (!contender->run(contender->state, contest->load, contest->round_ns, &round) ||
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
static bool warm_up(struct bench_contest *contest)
{
    for (size_t i = 0; i < contest->n; i++) {
        const struct bench_contender *contender = &contest->series[i].contender;
        struct bench_round round = {.latency_ns = contest->latency_ns};
        if (!contender->run(contender->state, contest->load, contest->round_ns / 3, &round))
            return false;
    }
    return true;
}

/* What the ratios of this load are made of. */
static double *measure_of(const struct bench_contest *contest, const struct bench_series *series)
{
    return contest->load->in_flight == 1 ? series->p50_ns : series->calls_s;
}

static void take_spread(struct bench_contest *contest, struct bench_series *first)
{
    memcpy(first->ratio, measure_of(contest, first), contest->rounds * sizeof *first->ratio);
    double median = bench_percentile(first->ratio, contest->rounds, 0.5);
    for (size_t at = 0; at < contest->rounds; at++)
        first->ratio[at] /= median;
}

static void take_ratios(struct bench_contest *contest)
{
    for (size_t i = 1; i < contest->n; i++) {
        struct bench_series *series = &contest->series[i];
        const double *of = measure_of(contest, series);
        const double *base = measure_of(contest, &contest->series[series->base]);
        for (size_t at = 0; at < contest->rounds; at++)
            series->ratio[at] = of[at] / base[at];
    }
    take_spread(contest, &contest->series[0]);
}

/* Each turn begins with another contender, so that none always follows the same one. */
bool bench_contest_run(struct bench_contest *contest)
{
    if (!warm_up(contest))
        return false;
    for (size_t at = 0; at < contest->rounds; at++)
        for (size_t i = 0; i < contest->n; i++)
            if (!run_round(contest, &contest->series[(at + i) % contest->n], at))
                return false;
    take_ratios(contest);
    return true;
}

static struct bench_row make_row(const struct bench_contest *contest, struct bench_series *series)
{
    const struct bench_load *load = contest->load;
    size_t n = contest->rounds;
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

void bench_contest_rows(struct bench_contest *contest, struct bench_row *ret_rows)
{
    for (size_t i = 0; i < contest->n; i++)
        ret_rows[i] = make_row(contest, &contest->series[i]);
}
