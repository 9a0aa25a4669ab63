#include "bench/page/way.h"

#include "bench/tree.h"

#include <unistd.h>

static GVariant *parameters_of(const struct way *way, const struct bench_load *load,
                               uint64_t duration_ns)
{
    GVariantDict dict;
    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, "way", "s", way->name);
    g_variant_dict_insert(&dict, "bytes", "d", (double)load->bytes);
    g_variant_dict_insert(&dict, "inFlight", "d", (double)load->in_flight);
    g_variant_dict_insert(&dict, "duration", "d", (double)duration_ns);
    return g_variant_dict_end(&dict);
}

static double item(JSCValue *list, unsigned at)
{
    g_autoptr(JSCValue) value = jsc_value_object_get_property_at_index(list, at);
    return jsc_value_to_double(value);
}

static bool run(void *state, const struct bench_load *load, uint64_t duration_ns,
                struct bench_round *round)
{
    struct way *way = state;
    g_autoptr(GError) error = NULL;
    g_autoptr(JSCValue) times =
        window_ask(way->window, "return round(way, bytes, inFlight, duration)",
                   parameters_of(way, load, duration_ns), &error);
    if (!times) {
        g_printerr("bench: %s: %s\n", way->name, error->message);
        return false;
    }
    g_autoptr(JSCValue) n = jsc_value_object_get_property(times, "length");
    unsigned n_times = (unsigned)jsc_value_to_int32(n);
    round->elapsed_ns = (uint64_t)item(times, 0);
    for (unsigned i = 1; i < n_times; i++)
        bench_round_add(round, (uint64_t)item(times, i));
    return true;
}

struct bench_contender way_contender(struct way *way)
{
    struct bench_contender contender = {.name = way->name, .state = way, .run = run};
    pid_t pids[BENCH_TREE_MAX + 1];
    size_t n = tree_find(getpid(), pids, TB_ARRAY_LEN(pids));
    for (size_t i = 1; i < n; i++) /* the first is this process, which counts anyway */
        contender.tree[contender.n_tree++] = pids[i];
    return contender;
}
