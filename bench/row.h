/* A row as JSON: the rows of the page come from a program of their own. */
#pragma once

#include "bench/contest.h"

#include <jansson.h>

/* With as many digits as mean something. As all of jansson's makers: NULL when out of memory. */
json_t *bench_number_json(double value);

json_t *bench_row_json(const char *placement, const struct bench_row *row);

/* What bench_row_json has made, with the name out of `names`, which must hold it. */
tb_must_check bool bench_row_read(const json_t *json, const char *const *names, size_t n_names,
                                  struct bench_row *ret_row);
