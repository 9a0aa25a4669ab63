#include "plugins/sdk/reader.h"

#include <stdio.h>

enum { GOT_MAX = 40, KEY_MAX = 128 };

static const char *describe_number(const struct tb_value *value, char text[static GOT_MAX])
{
    uint64_t positive;
    int64_t negative;
    double number = 0;
    if (tb_value_uint(value, &positive))
        (void)snprintf(text, GOT_MAX, "%llu", (unsigned long long)positive);
    else if (tb_value_int(value, &negative))
        (void)snprintf(text, GOT_MAX, "%lld", (long long)negative);
    else if (tb_value_double(value, &number))
        (void)snprintf(text, GOT_MAX, "%g", number);
    return text;
}

static const char *describe(const struct tb_value *value, char text[static GOT_MAX])
{
    bool truth = false;
    switch (tb_value_type(value)) {
    case TB_VALUE_NULL:
        return value ? "null" : "nothing";
    case TB_VALUE_BOOL:
        return tb_value_bool(value, &truth) && truth ? "true" : "false";
    case TB_VALUE_NUMBER:
        return describe_number(value, text);
    case TB_VALUE_STR:
        return "a string";
    case TB_VALUE_BYTES:
        return "bytes";
    case TB_VALUE_ARRAY:
        return "an array";
    case TB_VALUE_MAP:
        return "an object";
    }
    return "nothing";
}

bool tb_reading_refuse(const struct tb_reading *reading, const char *expected, const char *got)
{
    char text[GOT_MAX];
    const char *outer = reading->args.name;
    tb_reply_error(reading->call, TB_CODE_INVALID_ARGS, 0, "%s%s%s: expected %s, got %s",
                   outer ? outer : "", outer ? "." : "", reading->key, expected,
                   got ? got : describe(reading->value, text));
    return false;
}

bool tb_reading_refuse_at(const struct tb_reading *reading, uint32_t i, const char *expected)
{
    char key[KEY_MAX];
    struct tb_reading element = *reading;
    (void)snprintf(key, sizeof key, "%s[%u]", reading->key, (unsigned)i);
    element.key = key;
    element.value = tb_value_at(reading->value, i);
    return tb_reading_refuse(&element, expected, NULL);
}
