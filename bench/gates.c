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
    {"64 B one in flight", BENCH_PLAIN, "free", {64, 1, 0}, 1.35, false, false},
    {"64 B one in flight, tighter", BENCH_PLAIN, "free", {64, 1, 0}, 1.15, false, true},
    {"64 B one in flight, one CPU", BENCH_PLAIN, "one", {64, 1, 0}, 1.35, false, true},
    {"64 B large policy, one CPU", BENCH_LARGE, "one", {64, 1, 0}, 1.10, false, false},
    {"64 B ruled, one CPU", BENCH_RULED_ROW, "one", {64, 1, 0}, 1.15, false, true},
    {"64 B 64 in flight", BENCH_PLAIN, "free", {64, 64, 0}, 0.75, true, true},
    {"64 B 64 in flight, one CPU", BENCH_PLAIN, "one", {64, 64, 0}, 0.45, true, true},
    {"64 B 64 large policy, one CPU", BENCH_LARGE, "one", {64, 64, 0}, 0.90, true, true},
    {"64 KiB 64 in flight", BENCH_PLAIN, "free", {64 * 1024, 64, 0}, 1.0, true, false},
    {"64 KiB 64 in flight, one CPU", BENCH_PLAIN, "one", {64 * 1024, 64, 0}, 1.0, true, false},
    {"1 MiB 64 in flight", BENCH_PLAIN, "free", {1024 * 1024, 64, 0}, 1.0, true, false},
    {"1 MiB 64 in flight, one CPU", BENCH_PLAIN, "one", {1024 * 1024, 64, 0}, 1.0, true, false},
};

static const struct wanted wanted_of_hook[] = {
    {"64 B hook elsewhere, one CPU", BENCH_ELSEWHERE_ROW, "one", {64, 1, 0}, 1.05, false, false},
    {"64 B hook elsewhere", BENCH_ELSEWHERE_ROW, "free", {64, 1, 0}, 1.03, false, true},
    {"64 B 64 hook elsewhere, one CPU", BENCH_ELSEWHERE_ROW, "one", {64, 64, 0}, 0.95, true, true},
};

static const struct wanted wanted_of_page[] = {
    {"page 64 B", BENCH_PAGE, "free", {64, 1, 0}, 0.4, false, false},
    {"page 64 B, one CPU", BENCH_PAGE, "one", {64, 1, 0}, 0.4, false, false},
    {"page 1 MiB", BENCH_PAGE, "free", {1024 * 1024, 1, 0}, 0.5, false, false},
    {"page 1 MiB, one CPU", BENCH_PAGE, "one", {1024 * 1024, 1, 0}, 0.5, false, false},
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

static void judge(struct bench_result *result, const struct wanted *wants, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct bench_row *row = find(result, &wants[i]);
        tb_assert(row);
        add(result, (struct bench_gate){.name = wants[i].name,
                                        .limit = wants[i].limit,
                                        .value = row->ratio,
                                        .at_least = wants[i].at_least,
                                        .goal = wants[i].goal});
    }
}

void bench_gates_judge(struct bench_result *result)
{
    judge(result, wanted, TB_ARRAY_LEN(wanted));
    if (result->has_hook)
        judge(result, wanted_of_hook, TB_ARRAY_LEN(wanted_of_hook));
    if (result->has_page)
        judge(result, wanted_of_page, TB_ARRAY_LEN(wanted_of_page));
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
