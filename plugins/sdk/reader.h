/* What the readers of arguments have in common; for the files of readers alone. */
#pragma once

#include "base/compiler.h"
#include "plugins/sdk/trollbridge-plugin.h"

/* One argument that is being read. */
struct tb_reading {
    struct tb_call *call;
    struct tb_args args;
    const char *key;
    enum tb_need need;
    const struct tb_value *value; /* what was found */
};

static inline struct tb_reading tb_reading_of(struct tb_call *call, struct tb_args args,
                                              const char *key, enum tb_need need)
{
    return (struct tb_reading){call, args, key, need, tb_value_get(args.map, key)};
}

/* Whether there is nothing to read, and need not be. */
static inline bool tb_reading_absent(const struct tb_reading *reading)
{
    return reading->need == TB_OPTIONAL && tb_value_type(reading->value) == TB_VALUE_NULL;
}

/* Answers the call; returns false. `got` may be NULL: it is told from the value. */
bool tb_reading_refuse(const struct tb_reading *reading, const char *expected, const char *got);

/* The same of the i-th element of the array that was found. */
bool tb_reading_refuse_at(const struct tb_reading *reading, uint32_t i, const char *expected);

/* Memory for n bytes until the handler returns; NULL: it is used up. */
void *tb_call_memory(struct tb_call *call, size_t n);
