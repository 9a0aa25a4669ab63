/*
 * `page ECHO ROUNDS ROUND_NS SINCE_NS`: the program behind bench/page.h, which starts it. ECHO is
 * the echo plugin's program, SINCE_NS when this one was started. Prints one JSON object.
 */
#include "base/clock.h"
#include "bench/app.h"
#include "bench/numbers.h"
#include "bench/page.h"
#include "bench/page/scripts.h"
#include "bench/page/way.h"
#include "bench/row.h"

#include <gtk/gtk.h>
#include <stdlib.h>

enum { RELOADS_MAX = 15 };

static const struct bench_load loads[] = {
    {64, 1, 0}, {4096, 1, 0}, {64 * 1024, 1, 0}, {1024 * 1024, 1, 0}, {64, 64, 0},
};
_Static_assert(TB_ARRAY_LEN(loads) == BENCH_PAGE_LOADS, "each load has its rows");

/* The first is what the others are measured by. */
static const char *const names[] = {BENCH_PAGE_FETCH, BENCH_PAGE, BENCH_PAGE_MESSAGE};
_Static_assert(TB_ARRAY_LEN(names) == BENCH_PAGE_WAYS, "each way has its rows");

struct order {
    const char *echo;
    unsigned rounds;
    uint64_t round_ns;
    uint64_t since_ns;
    const char *folder;
};

static gboolean fail(GError **error, const char *message)
{
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED, message);
    return FALSE;
}

static gboolean measure_load(struct window *window, const struct order *order,
                             const struct bench_load *load, struct bench_row *ret_rows)
{
    struct way ways[BENCH_PAGE_WAYS];
    tb_cleanup(bench_contest_end) struct bench_contest contest = {
        .load = load, .rounds = order->rounds, .round_ns = order->round_ns, .n = BENCH_PAGE_WAYS};
    if (!bench_contest_begin(&contest))
        return FALSE;
    for (size_t i = 0; i < BENCH_PAGE_WAYS; i++) {
        ways[i] = (struct way){.name = names[i], .window = window};
        contest.series[i].contender = way_contender(&ways[i]);
    }
    if (!bench_contest_run(&contest))
        return FALSE;
    bench_contest_rows(&contest, ret_rows);
    return TRUE;
}

/* From a time on the host's clock until the document's first reply, which the page has noted. */
static gboolean first_reply_ms(struct window *window, uint64_t since_ns, double *ret_ms,
                               GError **error)
{
    g_autoptr(JSCValue) at = window_ask(window, "return first", NULL, error);
    if (!at)
        return FALSE;
    *ret_ms = (jsc_value_to_double(at) - (double)since_ns) / 1e6;
    return TRUE;
}

static gboolean measure_reloads(struct window *window, unsigned rounds, double *ret_ms,
                                GError **error)
{
    double ms[RELOADS_MAX];
    unsigned n = MIN(rounds, RELOADS_MAX);
    for (unsigned i = 0; i < n; i++) {
        uint64_t since_ns = tb_clock_ns();
        window_reload(window);
        if (!first_reply_ms(window, since_ns, &ms[i], error))
            return FALSE;
    }
    *ret_ms = bench_percentile(ms, n, 0.5);
    return TRUE;
}

static gboolean measure(struct window *window, const struct order *order,
                        struct bench_page *ret_page, GError **error)
{
    struct bench_page page = {.script_bytes = (double)scripts_bytes(),
                              .script_gzip_bytes = (double)scripts_gzip_bytes()};
    if (!first_reply_ms(window, order->since_ns, &page.start_ms, error) ||
        !measure_reloads(window, order->rounds, &page.reload_ms, error))
        return FALSE;
    for (size_t i = 0; i < TB_ARRAY_LEN(loads); i++) {
        if (!measure_load(window, order, &loads[i], &page.rows[page.n_rows]))
            return fail(error, "a call got lost, or was not answered with its own bytes");
        page.n_rows += BENCH_PAGE_WAYS;
    }
    *ret_page = page;
    return TRUE;
}

static gboolean print(const struct bench_page *page)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < page->n_rows; i++)
        json_array_append_new(rows, bench_row_json("", &page->rows[i]));
    json_t *json = json_object();
    json_object_set_new(json, "rows", rows);
    json_object_set_new(json, "start_ms", bench_number_json(page->start_ms));
    json_object_set_new(json, "reload_ms", bench_number_json(page->reload_ms));
    json_object_set_new(json, "script_bytes", bench_number_json(page->script_bytes));
    json_object_set_new(json, "script_gzip_bytes", bench_number_json(page->script_gzip_bytes));
    gboolean ok = json_dumpf(json, stdout, JSON_COMPACT) == 0 && fflush(stdout) == 0;
    json_decref(json);
    return ok;
}

/* Who has started us removes the folder, once WebKit's processes are gone as well. GLib asks for
 * these but once. */
static void keep_in(const char *folder)
{
    g_setenv("TMPDIR", folder, TRUE);
    g_setenv("XDG_DATA_HOME", folder, TRUE);
    g_setenv("XDG_CACHE_HOME", folder, TRUE);
}

static gboolean run(const struct order *order, GError **error)
{
    struct bench_page page;
    struct bench_app app;
    const struct bench_kind kind = {.mode = "before", .page = true};
    keep_in(order->folder);
    if (bench_app_make(&app, order->echo, &kind) < 0)
        return fail(error, "the app could not be written to the temporary folder");
    if (!gtk_init_check(NULL, NULL))
        return fail(error, "the display cannot be opened");
    struct window *window = window_open(app.folder, error);
    gboolean ok = window && measure(window, order, &page, error);
    window_close(window);
    return ok && (print(&page) || fail(error, "the result could not be written"));
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    if (argc != 6) {
        g_printerr("bench: the page's program is started by `trollbridge bench`\n");
        return 1;
    }
    const struct order order = {
        .echo = argv[1],
        .rounds = (unsigned)g_ascii_strtoull(argv[2], NULL, 10),
        .round_ns = g_ascii_strtoull(argv[3], NULL, 10),
        .since_ns = g_ascii_strtoull(argv[4], NULL, 10),
        .folder = argv[5],
    };
    if (run(&order, &error))
        return 0;
    g_printerr("bench: %s\n", error->message);
    return 1;
}
