#include "bench/row.h"

#include <math.h>
#include <string.h>

json_t *bench_number_json(double value)
{
    return json_real(isfinite(value) ? round(value * 1000.0) / 1000.0 : 0.0);
}

/* The members in their order, after those that are no measurement. */
static const struct {
    const char *name;
    size_t at;
} members[] = {
    {"p50_us", offsetof(struct bench_row, p50_us)},
    {"p99_us", offsetof(struct bench_row, p99_us)},
    {"calls_s", offsetof(struct bench_row, calls_s)},
    {"mib_s", offsetof(struct bench_row, mib_s)},
    {"cpu_us", offsetof(struct bench_row, cpu_us)},
    {"ratio", offsetof(struct bench_row, ratio)},
    {"ratio_lo", offsetof(struct bench_row, ratio_lo)},
    {"ratio_hi", offsetof(struct bench_row, ratio_hi)},
};

json_t *bench_row_json(const char *placement, const struct bench_row *row)
{
    json_t *json = json_object();
    json_object_set_new(json, "name", json_string(row->name));
    json_object_set_new(json, "placement", json_string(placement));
    json_object_set_new(json, "bytes", json_integer((json_int_t)row->bytes));
    json_object_set_new(json, "in_flight", json_integer(row->in_flight));
    for (size_t i = 0; i < TB_ARRAY_LEN(members); i++) {
        double value;
        memcpy(&value, (const char *)row + members[i].at, sizeof value);
        json_object_set_new(json, members[i].name, bench_number_json(value));
    }
    return json;
}

static const char *name_in(const char *wanted, const char *const *names, size_t n_names)
{
    for (size_t i = 0; wanted && i < n_names; i++)
        if (strcmp(names[i], wanted) == 0)
            return names[i];
    return NULL;
}

bool bench_row_read(const json_t *json, const char *const *names, size_t n_names,
                    struct bench_row *ret_row)
{
    struct bench_row row = {
        .name = name_in(json_string_value(json_object_get(json, "name")), names, n_names),
        .bytes = (size_t)json_integer_value(json_object_get(json, "bytes")),
        .in_flight = (unsigned)json_integer_value(json_object_get(json, "in_flight")),
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(members); i++) {
        const json_t *number = json_object_get(json, members[i].name);
        double value = json_number_value(number);
        if (!json_is_number(number))
            return false;
        memcpy((char *)&row + members[i].at, &value, sizeof value);
    }
    if (!row.name || row.bytes == 0 || row.in_flight == 0)
        return false;
    *ret_row = row;
    return true;
}
