/* Readers of single things that are no numbers. */
#include "plugins/sdk/reader.h"

#include <stdio.h>

enum { NAME_BYTES_MAX = 255 };

bool tb_arg_str(struct tb_call *call, struct tb_args args, const char *key, enum tb_need need,
                struct tb_bytes *ret_text)
{
    struct tb_reading reading = tb_reading_of(call, args, key, need);
    if (tb_reading_absent(&reading) || tb_value_str(reading.value, ret_text))
        return true;
    return tb_reading_refuse(&reading, "a string", NULL);
}

bool tb_arg_bool(struct tb_call *call, struct tb_args args, const char *key, enum tb_need need,
                 bool *ret_value)
{
    struct tb_reading reading = tb_reading_of(call, args, key, need);
    if (tb_reading_absent(&reading) || tb_value_bool(reading.value, ret_value))
        return true;
    return tb_reading_refuse(&reading, "true or false", NULL);
}

static bool is_name(struct tb_bytes text)
{
    if (text.n == 0 || text.n > NAME_BYTES_MAX || tb_bytes_are(text, ".") ||
        tb_bytes_are(text, ".."))
        return false;
    return !memchr(text.data, '/', text.n) && !memchr(text.data, 0, text.n);
}

bool tb_arg_name(struct tb_call *call, struct tb_args args, const char *key, enum tb_need need,
                 struct tb_bytes *ret_name)
{
    struct tb_reading reading = tb_reading_of(call, args, key, need);
    struct tb_bytes text;
    if (tb_reading_absent(&reading))
        return true;
    bool string = tb_value_str(reading.value, &text);
    if (!string || !is_name(text))
        return tb_reading_refuse(&reading, "the name of one file or folder, without slashes",
                                 string ? "another string" : NULL);
    *ret_name = text;
    return true;
}

/* The names of maps inside maps, for messages. */
static const char *joined(struct tb_call *call, const char *outer, const char *key)
{
    size_t n = outer ? strlen(outer) + 1 + strlen(key) + 1 : 0;
    char *name = outer ? tb_call_memory(call, n) : NULL;
    if (!name)
        return key;
    (void)snprintf(name, n, "%s.%s", outer, key);
    return name;
}

bool tb_arg_args(struct tb_call *call, struct tb_args args, const char *key, enum tb_need need,
                 struct tb_args *ret_args)
{
    struct tb_reading reading = tb_reading_of(call, args, key, need);
    bool absent = tb_reading_absent(&reading);
    if (!absent && tb_value_type(reading.value) != TB_VALUE_MAP)
        return tb_reading_refuse(&reading, "an object", NULL);
    *ret_args = (struct tb_args){
        .map = absent ? NULL : reading.value,
        .name = joined(call, args.name, key),
    };
    return true;
}

bool tb_arg_value(struct tb_call *call, struct tb_args args, const char *key, enum tb_need need,
                  const struct tb_value **ret_value)
{
    struct tb_reading reading = tb_reading_of(call, args, key, need);
    if (tb_reading_absent(&reading))
        return true;
    if (tb_value_type(reading.value) == TB_VALUE_NULL)
        return tb_reading_refuse(&reading, "a value", NULL);
    *ret_value = reading.value;
    return true;
}

static bool channel_number(struct tb_bytes text, uint32_t *ret_number)
{
    static const char prefix[] = "__CHANNEL__:";
    enum { PREFIX = sizeof prefix - 1 };
    uint64_t number = 0;
    if (text.n <= PREFIX || memcmp(text.data, prefix, PREFIX) != 0)
        return false;
    for (size_t i = PREFIX; i < text.n; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        number = number * 10 + (uint64_t)(text.data[i] - '0');
        if (number > UINT32_MAX)
            return false;
    }
    *ret_number = (uint32_t)number;
    return true;
}

bool tb_arg_channel(struct tb_call *call, struct tb_args args, const char *key, enum tb_need need,
                    struct tb_channel *ret_channel)
{
    struct tb_reading reading = tb_reading_of(call, args, key, need);
    struct tb_channel channel = {0};
    struct tb_bytes text;
    if (!tb_reading_absent(&reading)) {
        bool string = tb_value_str(reading.value, &text);
        channel.given = string && channel_number(text, &channel.id);
        if (!channel.given)
            return tb_reading_refuse(&reading, "a channel", string ? "another string" : NULL);
    }
    *ret_channel = channel;
    return true;
}
