#include "bench/report.h"

#include "bench/row.h"

#include <inttypes.h>
#include <string.h>
#include <sys/utsname.h>

/* ---- table ---- */

static void print_row(const struct bench_placed_row *placed, FILE *out)
{
    const struct bench_row *row = &placed->row;
    fprintf(out, "%-9s %7zu %9u  %-21s %9.1f %9.1f %10.0f %8.1f %7.2f %7.2f  %.2f-%.2f\n",
            placed->placement, row->bytes, row->in_flight, row->name, row->p50_us, row->p99_us,
            row->calls_s, row->mib_s, row->cpu_us, row->ratio, row->ratio_lo, row->ratio_hi);
}

/* Of its cell: the one that the others' ratios are by. */
static bool is_first(const char *name)
{
    return strcmp(name, BENCH_FLOOR) == 0 || strcmp(name, BENCH_PAGE_FETCH) == 0;
}

static void print_gate(const struct bench_gate *gate, FILE *out)
{
    fprintf(out, "%-6s %-32s %s %5.2f   %6.2f  %s\n", gate->goal ? "goal" : "gate", gate->name,
            gate->at_least ? ">=" : "<=", gate->limit, gate->value, gate->ok ? "ok" : "not ok");
}

static void print_idle(const struct bench_idle *idle, FILE *out)
{
    if (idle->total_kib < 0) {
        fputs("idle   the kernel does not let this user read what the processes use\n", out);
        return;
    }
    fprintf(out,
            "idle   %" PRId64 " KiB PSS: supervisor %" PRId64 ", broker %" PRId64
            ", scribe %" PRId64 "\n",
            idle->total_kib, idle->supervisor_kib, idle->broker_kib, idle->scribe_kib);
}

static void print_page(const struct bench_result *result, FILE *out)
{
    const struct bench_page *page = &result->page;
    if (!result->has_page) {
        fputs("page   not measured: there is no display (see ./tb bench)\n", out);
        return;
    }
    fprintf(out,
            "page   %.0f ms from the program's start to the first reply, %.1f ms from a reload; "
            "scripts %.1f KiB, %.1f KiB with gzip\n",
            page->start_ms, page->reload_ms, page->script_bytes / 1024.0,
            page->script_gzip_bytes / 1024.0);
}

static void print_policies(const struct bench_result *result, FILE *out)
{
    for (size_t i = 0; i < BENCH_POLICIES; i++) {
        const struct bench_policy *policy = &result->policies[i];
        fprintf(out,
                "policy %5u capabilities, %6u permissions: compile %7.1f ms and %5.1f MiB, "
                "resolve %6.1f ms\n",
                policy->capabilities, policy->permissions, policy->compile_ms, policy->compile_mib,
                policy->resolve_ms);
    }
    fprintf(out, "open   %.1f ms from OPEN to WELCOME, with the large policy %.1f ms\n",
            result->open_ms, result->open_large_ms);
}

void bench_report_table(const struct bench_result *result, FILE *out)
{
    fprintf(out, "%-9s %7s %9s  %-21s %9s %9s %10s %8s %7s %7s  %s\n", "placement", "bytes",
            "in flight", "", "p50 us", "p99 us", "calls/s", "MiB/s", "cpu us", "ratio", "10%-90%");
    for (size_t i = 0; i < result->n_rows; i++) {
        if (i > 0 && is_first(result->rows[i].row.name))
            fputc('\n', out);
        print_row(&result->rows[i], out);
    }
    fputs(
        "\nratio: one in flight, the time of a call by the floor's; more, calls/s by the floor's.\n"
        "The floor's own is its spread. Those of \"" BENCH_LARGE "\", \"" BENCH_RULED_ROW
        "\",\n\"" BENCH_HOOKED_ROW "\" and \"" BENCH_ELSEWHERE_ROW "\" are by the row " BENCH_PLAIN
        ": the policy is all that\ndiffers. Those of the page's rows are by " BENCH_PAGE_FETCH
        ", which the host answers\nand no plugin.\n\n",
        out);
    for (size_t i = 0; i < result->n_gates; i++)
        print_gate(&result->gates[i], out);
    fprintf(out, "start  %.0f ms from spawn to the first reply\n", result->start_ms);
    if (!result->has_hook)
        fputs("hook   not measured: libexec/trollbridge/hook is not installed\n", out);
    print_page(result, out);
    print_policies(result, out);
    print_idle(&result->idle, out);
    if (!result->quiet)
        fputs("quiet  no: the floor's own rounds spread by more than 25 %, so trust no ratio\n",
              out);
}

/* ---- JSON ---- */

static json_t *kib(int64_t value)
{
    return value < 0 ? json_null() : json_integer(value);
}

static json_t *gates_json(const struct bench_result *result, bool goals)
{
    json_t *list = json_array();
    for (size_t i = 0; i < result->n_gates; i++) {
        const struct bench_gate *gate = &result->gates[i];
        if (gate->goal != goals)
            continue;
        json_t *json = json_object();
        json_object_set_new(json, "name", json_string(gate->name));
        json_object_set_new(json, "limit", bench_number_json(gate->limit));
        json_object_set_new(json, "value", bench_number_json(gate->value));
        json_object_set_new(json, "ok", json_boolean(gate->ok));
        json_array_append_new(list, json);
    }
    return list;
}

static json_t *machine_json(const struct bench_result *result)
{
    struct utsname name = {0};
    (void)uname(&name);
    json_t *json = json_object();
    json_object_set_new(json, "kernel", json_string(name.release));
    json_object_set_new(json, "arch", json_string(name.machine));
    json_object_set_new(json, "cpus", json_integer(result->n_cpus));
    json_object_set_new(json, "rounds", json_integer(result->rounds));
    json_object_set_new(json, "round_ms", bench_number_json(result->round_ms));
    return json;
}

static json_t *idle_json(const struct bench_idle *idle)
{
    json_t *json = json_object();
    json_object_set_new(json, "pss_kib", kib(idle->total_kib));
    json_object_set_new(json, "supervisor_kib", kib(idle->supervisor_kib));
    json_object_set_new(json, "broker_kib", kib(idle->broker_kib));
    json_object_set_new(json, "scribe_kib", kib(idle->scribe_kib));
    return json;
}

static json_t *page_json(const struct bench_result *result)
{
    const struct bench_page *page = &result->page;
    if (!result->has_page)
        return json_null();
    json_t *json = json_object();
    json_object_set_new(json, "start_ms", bench_number_json(page->start_ms));
    json_object_set_new(json, "reload_ms", bench_number_json(page->reload_ms));
    json_object_set_new(json, "script_bytes", json_integer((json_int_t)page->script_bytes));
    json_object_set_new(json, "script_gzip_bytes",
                        json_integer((json_int_t)page->script_gzip_bytes));
    return json;
}

static json_t *policies_json(const struct bench_result *result)
{
    json_t *list = json_array();
    for (size_t i = 0; i < BENCH_POLICIES; i++) {
        const struct bench_policy *policy = &result->policies[i];
        json_t *json = json_object();
        json_object_set_new(json, "name", json_string(policy->name));
        json_object_set_new(json, "capabilities", json_integer(policy->capabilities));
        json_object_set_new(json, "permissions", json_integer(policy->permissions));
        json_object_set_new(json, "compile_ms", bench_number_json(policy->compile_ms));
        json_object_set_new(json, "compile_mib", bench_number_json(policy->compile_mib));
        json_object_set_new(json, "resolve_ms", bench_number_json(policy->resolve_ms));
        json_array_append_new(list, json);
    }
    return list;
}

bool bench_report_json(const struct bench_result *result, FILE *out)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < result->n_rows; i++)
        json_array_append_new(rows,
                              bench_row_json(result->rows[i].placement, &result->rows[i].row));
    json_t *json = json_object();
    json_object_set_new(json, "machine", machine_json(result));
    json_object_set_new(json, "quiet", json_boolean(result->quiet));
    json_object_set_new(json, "hook", json_boolean(result->has_hook));
    json_object_set_new(json, "rows", rows);
    json_object_set_new(json, "gates", gates_json(result, false));
    json_object_set_new(json, "goals", gates_json(result, true));
    json_object_set_new(json, "start_ms", bench_number_json(result->start_ms));
    json_object_set_new(json, "open_ms", bench_number_json(result->open_ms));
    json_object_set_new(json, "open_large_ms", bench_number_json(result->open_large_ms));
    json_object_set_new(json, "page", page_json(result));
    json_object_set_new(json, "policy", policies_json(result));
    json_object_set_new(json, "idle", idle_json(&result->idle));
    bool ok = json_dumpf(json, out, JSON_COMPACT | JSON_REAL_PRECISION(12)) == 0 &&
              fputc('\n', out) != EOF;
    json_decref(json);
    return ok;
}
