#include "bench/bench.h"

#include "bench/bridge.h"
#include "bench/gates.h"
#include "bench/numbers.h"
#include "bench/tree.h"

#include <string.h>
#include <unistd.h>

static const struct bench_load loads[] = {
    {64, 1, BENCH_WITH_ALL},
    {64, 64, BENCH_WITH_ALL},
    {4 * 1024, 1, BENCH_WITH_HOOKED},
    {64 * 1024, 1, BENCH_WITH_BEHIND},
    {64 * 1024, 64, BENCH_WITH_BEHIND},
    {1024 * 1024, 1, BENCH_WITH_BEHIND},
    {1024 * 1024, 64, BENCH_WITH_BEHIND},
};
static const char *const placements[] = {"free", "one"};

#define SPREAD_QUIET 1.25 /* of the floor's own rounds, 90th by 10th percentile */

enum { N_CELLS = TB_ARRAY_LEN(loads) * TB_ARRAY_LEN(placements) };
enum { N_PAGE_ROWS = BENCH_PAGE_ROWS * TB_ARRAY_LEN(placements) };
_Static_assert(N_CELLS *BENCH_CONTENDERS + N_PAGE_ROWS <= BENCH_ROWS_MAX,
               "every row has its place");

/* The last CPU that is allowed: the first one has most of the interrupts. */
static cpu_set_t last_of(const cpu_set_t *allowed)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    for (size_t cpu = CPU_SETSIZE; cpu-- > 0;)
        if (CPU_ISSET(cpu, allowed)) {
            CPU_SET(cpu, &one);
            return one;
        }
    return one;
}

static void add_cell(struct bench_result *result, const char *placement,
                     const struct bench_cell *cell)
{
    for (size_t i = 0; i < cell->n_rows; i++)
        result->rows[result->n_rows++] =
            (struct bench_placed_row){.placement = placement, .row = cell->rows[i]};
    if (cell->rows[0].ratio_hi > SPREAD_QUIET * cell->rows[0].ratio_lo)
        result->quiet = false;
}

static int64_t pss_of(const pid_t *pids, size_t n, const char *wanted)
{
    char name[17];
    for (size_t i = 0; i < n; i++) {
        tree_name(pids[i], name);
        if (strcmp(name, wanted) == 0)
            return tree_pss_kib(pids[i]);
    }
    return -1;
}

static struct bench_idle idle_of(pid_t supervisor)
{
    pid_t pids[BENCH_TREE_MAX];
    size_t n = tree_find(supervisor, pids, TB_ARRAY_LEN(pids));
    struct bench_idle idle = {
        .supervisor_kib = pss_of(pids, n, "supervisor"),
        .broker_kib = pss_of(pids, n, "broker"),
        .scribe_kib = pss_of(pids, n, "scribe"),
        .total_kib = -1,
    };
    if (idle.supervisor_kib >= 0 && idle.broker_kib >= 0 && idle.scribe_kib >= 0)
        idle.total_kib = idle.supervisor_kib + idle.broker_kib + idle.scribe_kib;
    return idle;
}

/* One view is open and nothing was called. */
static const char *measure_idle(const struct bench_setup *setup, struct bench_idle *ret_idle)
{
    const char *why;
    tb_cleanup(bridge_drop) struct bridge bridge;
    if (!bridge_begin(&bridge, setup->echo, &(struct bench_kind){.mode = "before"}, &why))
        return why;
    *ret_idle = idle_of(trollbridge_pid(bridge.host));
    return NULL;
}

typedef void progress_fn(const char *placement, const struct bench_load *load);

static const char *measure_page(const struct bench_setup *setup, const char *placement,
                                progress_fn *progress, struct bench_result *result)
{
    struct bench_page page;
    if (progress)
        progress(placement, NULL);
    const char *why = bench_page_measure(setup, &page);
    if (why)
        return why;
    for (size_t i = 0; i < page.n_rows; i++)
        result->rows[result->n_rows++] =
            (struct bench_placed_row){.placement = placement, .row = page.rows[i]};
    if (!result->has_page)
        result->page = page;
    result->has_page = true;
    return NULL;
}

/* What the cells of the first placement say of starting, one value each. */
struct starts {
    double start_ms[TB_ARRAY_LEN(loads)];
    double open_ms[TB_ARRAY_LEN(loads)];
    double open_large_ms[TB_ARRAY_LEN(loads)];
    size_t n;
    size_t n_large;
};

static void add_start(struct starts *starts, const struct bench_cell *cell)
{
    starts->start_ms[starts->n] = cell->start_ms;
    starts->open_ms[starts->n++] = cell->open_ms;
    if (cell->open_large_ms > 0)
        starts->open_large_ms[starts->n_large++] = cell->open_large_ms;
}

static const char *measure_placed(const struct bench_setup *setup, const char *placement,
                                  progress_fn *progress, struct bench_result *result,
                                  struct starts *ret_starts)
{
    struct starts starts = {0};
    for (size_t i = 0; i < TB_ARRAY_LEN(loads); i++) {
        struct bench_cell cell;
        struct bench_load load = loads[i];
        if (!setup->has_hook)
            load.with &= ~(unsigned)BENCH_WITH_HOOK;
        if (progress)
            progress(placement, &load);
        const char *why = bench_cell_measure(setup, &load, &cell);
        if (why)
            return why;
        add_cell(result, placement, &cell);
        add_start(&starts, &cell);
    }
    *ret_starts = starts;
    return setup->page ? measure_page(setup, placement, progress, result) : NULL;
}

static void take_starts(struct bench_result *result, struct starts *starts)
{
    result->start_ms = bench_percentile(starts->start_ms, starts->n, 0.5);
    result->open_ms = bench_percentile(starts->open_ms, starts->n, 0.5);
    result->open_large_ms = bench_percentile(starts->open_large_ms, starts->n_large, 0.5);
}

const char *bench_run(const struct bench_setup *setup, progress_fn *progress,
                      struct bench_result *ret_result)
{
    struct bench_result result = {
        .rounds = setup->rounds,
        .round_ms = (double)setup->round_ns / 1e6,
        .n_cpus = sysconf(_SC_NPROCESSORS_ONLN),
        .quiet = true,
        .has_hook = setup->has_hook,
    };
    struct starts starts[TB_ARRAY_LEN(placements)];
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) < 0)
        return "the CPUs that may be used are not known";
    const cpu_set_t sets[] = {allowed, last_of(&allowed)};
    const char *why = bench_policy_measure(setup->rounds, result.policies);
    if (!why)
        why = measure_idle(setup, &result.idle);
    for (size_t p = 0; p < TB_ARRAY_LEN(placements) && !why; p++) {
        if (sched_setaffinity(0, sizeof sets[p], &sets[p]) < 0)
            return "the processes cannot be placed on one CPU";
        why = measure_placed(setup, placements[p], progress, &result, &starts[p]);
    }
    (void)sched_setaffinity(0, sizeof allowed, &allowed);
    if (why)
        return why;
    take_starts(&result, &starts[0]);
    bench_gates_judge(&result);
    *ret_result = result;
    return NULL;
}
