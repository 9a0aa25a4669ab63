/* Readers of lists, and of one thing out of a list. */
#include "plugins/sdk/reader.h"

#include <stdio.h>

enum { EXPECTED_MAX = 256 };

/* The bytes that an array of numbers stands for. False: it is none, or there is no memory. */
static bool listed_bytes(struct tb_call *call, const struct tb_value *list,
                         struct tb_bytes *ret_bytes)
{
    uint32_t n = tb_value_n(list);
    uint8_t *bytes =
        tb_value_type(list) == TB_VALUE_ARRAY ? tb_call_memory(call, n > 0 ? n : 1) : NULL;
    if (!bytes)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t number;
        if (!tb_value_uint(tb_value_at(list, i), &number) || number > UINT8_MAX)
            return false;
        bytes[i] = (uint8_t)number;
    }
    *ret_bytes = tb_bytes_of(bytes, n);
    return true;
}

bool tb_arg_bytes(struct tb_call *call, struct tb_args args, const char *key, enum tb_need need,
                  struct tb_bytes *ret_bytes)
{
    struct tb_reading reading = tb_reading_of(call, args, key, need);
    if (tb_reading_absent(&reading) || tb_value_bytes(reading.value, ret_bytes) ||
        listed_bytes(call, reading.value, ret_bytes))
        return true;
    return tb_reading_refuse(&reading, "bytes, or an array of numbers from 0 to 255", NULL);
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

static bool are_strings(const struct tb_value *list)
{
    struct tb_bytes text;
    for (uint32_t i = 0; i < tb_value_n(list); i++)
        if (!tb_value_str(tb_value_at(list, i), &text))
            return false;
    return tb_value_type(list) == TB_VALUE_ARRAY;
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
    bool strings = are_strings(reading.value);
    if (strings && n <= most) {
        for (uint32_t i = 0; i < n; i++)
            (void)tb_value_str(tb_value_at(reading.value, i), &ret_texts[i]);
        *ret_n = n;
        return true;
    }
    (void)snprintf(expected, sizeof expected, "an array of at most %zu strings", most);
    (void)snprintf(got, sizeof got, "%u of them", (unsigned)n);
    bool array = tb_value_type(reading.value) == TB_VALUE_ARRAY;
    return tb_reading_refuse(&reading, expected,
                             strings ? got
                             : array ? "other things in it"
                                     : NULL);
}
