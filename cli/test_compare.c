#include "cli/test_compare.h"

#include "base/compiler.h"
#include "cli/text.h"

#include <stdint.h>
#include <string.h>

/* JavaScript has one kind of number, so that 3 and 3.0 are one. */
static bool same(const json_t *a, const json_t *b);

static bool same_arrays(const json_t *a, const json_t *b)
{
    if (json_array_size(a) != json_array_size(b))
        return false;
    for (size_t i = 0; i < json_array_size(a); i++)
        if (!same(json_array_get(a, i), json_array_get(b, i)))
            return false;
    return true;
}

static bool same_objects(const json_t *a, const json_t *b)
{
    const char *key;
    json_t *value;
    if (json_object_size(a) != json_object_size(b))
        return false;
    json_object_foreach((json_t *)(uintptr_t)a, key, value)
    {
        if (!same(value, json_object_get(b, key)))
            return false;
    }
    return true;
}

static bool same(const json_t *a, const json_t *b)
{
    if (json_is_number(a) && json_is_number(b) && (json_is_real(a) || json_is_real(b)))
        return !(json_number_value(a) < json_number_value(b)) &&
               !(json_number_value(a) > json_number_value(b));
    if (json_is_array(a) && json_is_array(b))
        return same_arrays(a, b);
    if (json_is_object(a) && json_is_object(b))
        return same_objects(a, b);
    return json_equal(a, b) == 1;
}

static void differ(json_t *differences, const char *key, json_t *expected, json_t *came)
{
    json_t *one = json_object();
    json_object_set_new(one, "key", json_string(key));
    json_object_set(one, "expected", expected);
    if (came)
        json_object_set(one, "came", came);
    json_array_append_new(differences, one);
}

/* `ask` is that a person was asked, whatever the answer was. */
static void compare_verdict(const json_t *one, const json_t *outcome, json_t *differences)
{
    json_t *expect = json_object_get(one, "expect");
    json_t *came = json_object_get(outcome, "verdict");
    bool holds = strcmp(cli_text(one, "expect"), "ask") == 0
                     ? json_is_true(json_object_get(outcome, "asked"))
                     : same(expect, came);
    if (!holds)
        differ(differences, "expect", expect, came);
}

/* A part of it is enough: a hook's has the line at which it threw. */
static void compare_reason(const json_t *one, const json_t *outcome, json_t *differences)
{
    json_t *reason = json_object_get(one, "reason");
    if (reason && !strstr(cli_text(outcome, "reason"), json_string_value(reason)))
        differ(differences, "reason", reason, json_object_get(outcome, "reason"));
}

static void compare_alert(const json_t *one, const json_t *outcome, json_t *differences)
{
    json_t *alert = json_object_get(one, "alert");
    json_t *alerts = json_object_get(outcome, "alerts");
    size_t i;
    json_t *item;
    if (!alert)
        return;
    json_array_foreach(alerts, i, item)
    {
        if (json_equal(item, alert))
            return;
    }
    differ(differences, "alert", alert, alerts);
}

/* The message of an error is compared only where one is expected. */
static void compare_error(const json_t *one, const json_t *outcome, json_t *differences)
{
    json_t *error = json_object_get(one, "error_after");
    json_t *came = json_object_get(outcome, "error_after");
    const char *key;
    json_t *value;
    json_object_foreach(error, key, value)
    {
        if (same(value, json_object_get(came, key)))
            continue;
        differ(differences, "error_after", error, came);
        return;
    }
    if (error && !came)
        differ(differences, "error_after", error, NULL);
}

json_t *test_compare(const json_t *one, const json_t *outcome)
{
    static const char *const keys[] = {"code",      "rule",         "args_after",
                                       "raw_after", "result_after", "result_raw_after"};
    json_t *differences = json_array();
    compare_verdict(one, outcome, differences);
    for (size_t i = 0; i < TB_ARRAY_LEN(keys); i++) {
        json_t *expected = json_object_get(one, keys[i]);
        json_t *came = json_object_get(outcome, keys[i]);
        if (expected && !same(expected, came))
            differ(differences, keys[i], expected, came);
    }
    compare_reason(one, outcome, differences);
    compare_alert(one, outcome, differences);
    compare_error(one, outcome, differences);
    return differences;
}
