#include "bench/gates.h"

#include <string.h>

/* A gate on the ratio of the row of that name with that load and placement. */
struct wanted {
    const char *name;
    const char *row;
    const char *placement;
    struct bench_load load;
    double limit;
    bool at_least;
    bool goal;
};

static const struct wanted wanted[] = {
    {"64 B one in flight", BENCH_PLAIN, "free", {64, 1, true}, 1.35, false, false},
    {"64 B one in flight, tighter", BENCH_PLAIN, "free", {64, 1, true}, 1.15, false, true},
    {"64 B one in flight, one CPU", BENCH_PLAIN, "one", {64, 1, true}, 1.35, false, true},
    {"64 B large policy, one CPU", BENCH_LARGE, "one", {64, 1, true}, 1.10, false, false},
    {"64 B 64 in flight", BENCH_PLAIN, "free", {64, 64, true}, 0.75, true, true},
    {"64 B 64 in flight, one CPU", BENCH_PLAIN, "one", {64, 64, true}, 0.45, true, true},
    {"64 B 64 large policy, one CPU", BENCH_LARGE, "one", {64, 64, true}, 0.90, true, true},
    {"64 KiB 64 in flight", BENCH_PLAIN, "free", {64 * 1024, 64, false}, 1.0, true, false},
    {"64 KiB 64 in flight, one CPU", BENCH_PLAIN, "one", {64 * 1024, 64, false}, 1.0, true, false},
    {"1 MiB 64 in flight", BENCH_PLAIN, "free", {1024 * 1024, 64, false}, 1.0, true, false},
    {"1 MiB 64 in flight, one CPU", BENCH_PLAIN, "one", {1024 * 1024, 64, false}, 1.0, true, false},
};

#define IDLE_LIMIT_MIB 6.0

static const struct bench_row *find(const struct bench_result *result, const struct wanted *want)
{
    for (size_t i = 0; i < result->n_rows; i++) {
        const struct bench_placed_row *placed = &result->rows[i];
        if (strcmp(placed->row.name, want->row) == 0 &&
            strcmp(placed->placement, want->placement) == 0 &&
            placed->row.bytes == want->load.bytes && placed->row.in_flight == want->load.in_flight)
            return &placed->row;
    }
    return NULL;
}

static void add(struct bench_result *result, struct bench_gate gate)
{
    tb_assert(result->n_gates < BENCH_GATES_MAX);
    gate.ok = gate.at_least ? gate.value >= gate.limit : gate.value <= gate.limit;
    result->gates[result->n_gates++] = gate;
}

void bench_gates_judge(struct bench_result *result)
{
    for (size_t i = 0; i < TB_ARRAY_LEN(wanted); i++) {
        const struct bench_row *row = find(result, &wanted[i]);
        tb_assert(row);
        add(result, (struct bench_gate){.name = wanted[i].name,
                                        .limit = wanted[i].limit,
                                        .value = row->ratio,
                                        .at_least = wanted[i].at_least,
                                        .goal = wanted[i].goal});
    }
    if (result->idle.total_kib >= 0)
        add(result, (struct bench_gate){.name = "idle tree, MiB",
                                        .limit = IDLE_LIMIT_MIB,
                                        .value = (double)result->idle.total_kib / 1024.0,
                                        .goal = true});
}

bool bench_passed(const struct bench_result *result)
{
    for (size_t i = 0; i < result->n_gates; i++)
        if (!result->gates[i].goal && !result->gates[i].ok)
            return false;
    return true;
}
