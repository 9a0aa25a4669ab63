/* Readers of lists, and of one thing out of a list. */
#include "plugins/sdk/reader.h"

#include <stdio.h>

enum { EXPECTED_MAX = 256 };

bool tb_arg_bytes(struct tb_call *call, struct tb_args args, const char *key, enum tb_need need,
                  struct tb_bytes *ret_bytes)
{
    struct tb_reading reading = tb_reading_of(call, args, key, need);
    if (tb_reading_absent(&reading) || tb_value_bytes(reading.value, ret_bytes))
        return true;
    uint32_t n = tb_value_n(reading.value);
    bool array = tb_value_type(reading.value) == TB_VALUE_ARRAY;
    uint8_t *bytes = array ? tb_call_memory(call, n) : NULL;
    if (!bytes)
        return tb_reading_refuse(&reading, "bytes, or an array of numbers from 0 to 255",
                                 array ? "too many" : NULL);
    for (uint32_t i = 0; i < n; i++) {
        uint64_t number;
        if (!tb_value_uint(tb_value_at(reading.value, i), &number) || number > UINT8_MAX)
            return tb_reading_refuse_at(&reading, i, "a whole number from 0 to 255");
        bytes[i] = (uint8_t)number;
    }
    *ret_bytes = tb_bytes_of(bytes, n);
    return true;
}

/* All of them, as far as there is room. */
static void list_choices(const char *const *choices, size_t n, char text[static EXPECTED_MAX])
{
    size_t at = (size_t)snprintf(text, EXPECTED_MAX, "one of");
    for (size_t i = 0; i < n && at < EXPECTED_MAX; i++) {
        int more =
            snprintf(text + at, EXPECTED_MAX - at, "%s \"%s\"", i > 0 ? "," : "", choices[i]);
        at += more > 0 ? (size_t)more : 0;
    }
}

bool tb_arg_choice(struct tb_call *call, struct tb_args args, const char *key, enum tb_need need,
                   const char *const *choices, size_t n, size_t *ret_index)
{
    struct tb_reading reading = tb_reading_of(call, args, key, need);
    struct tb_bytes text;
    char expected[EXPECTED_MAX];
    if (tb_reading_absent(&reading))
        return true;
    bool string = tb_value_str(reading.value, &text);
    for (size_t i = 0; string && i < n; i++) {
        if (tb_bytes_are(text, choices[i])) {
            *ret_index = i;
            return true;
        }
    }
    list_choices(choices, n, expected);
    return tb_reading_refuse(&reading, expected, string ? "another string" : NULL);
}

bool tb_arg_strs(struct tb_call *call, struct tb_args args, const char *key, enum tb_need need,
                 size_t most, struct tb_bytes *ret_texts, size_t *ret_n)
{
    struct tb_reading reading = tb_reading_of(call, args, key, need);
    char expected[EXPECTED_MAX];
    char got[EXPECTED_MAX];
    if (tb_reading_absent(&reading))
        return true;
    uint32_t n = tb_value_n(reading.value);
    bool array = tb_value_type(reading.value) == TB_VALUE_ARRAY;
    if (!array || n > most) {
        (void)snprintf(expected, sizeof expected, "an array of at most %zu strings", most);
        (void)snprintf(got, sizeof got, "one of %u", (unsigned)n);
        return tb_reading_refuse(&reading, expected, array ? got : NULL);
    }
    for (uint32_t i = 0; i < n; i++)
        if (!tb_value_str(tb_value_at(reading.value, i), &ret_texts[i]))
            return tb_reading_refuse_at(&reading, i, "a string");
    *ret_n = n;
    return true;
}
