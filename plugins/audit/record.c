#include "plugins/audit/record.h"

#include "audit/shape.h"

static bool take(struct tb_bytes *rest, const char *text)
{
    size_t n = strlen(text);
    if (!tb_bytes_begin(*rest, text))
        return false;
    *rest = tb_bytes_of(rest->data + n, rest->n - n);
    return true;
}

/* At most 19 digits: what the scribe writes is below 2^63. */
static bool take_number(struct tb_bytes *rest, const char *name, uint64_t *ret_number)
{
    uint64_t number = 0;
    size_t n = 0;
    if (!take(rest, name))
        return false;
    while (n < rest->n && n < 20 && rest->data[n] >= '0' && rest->data[n] <= '9')
        number = number * 10 + (uint64_t)(rest->data[n++] - '0');
    if (n == 0 || n > 19 || number > INT64_MAX)
        return false;
    *rest = tb_bytes_of(rest->data + n, rest->n - n);
    *ret_number = number;
    return true;
}

/* Up to the quote that ends it. What a page has named cannot hold one that is not escaped. */
static bool take_string(struct tb_bytes *rest, const char *name, struct tb_bytes *ret_text)
{
    if (!take(rest, name) || !take(rest, "\""))
        return false;
    size_t n = 0;
    while (n < rest->n && rest->data[n] != '"')
        n += rest->data[n] == '\\' ? 2 : 1;
    if (n >= rest->n)
        return false;
    *ret_text = tb_bytes_of(rest->data, n);
    *rest = tb_bytes_of(rest->data + n + 1, rest->n - n - 1);
    return true;
}

static bool take_head(struct tb_bytes *rest, struct audit_record *record)
{
    struct tb_bytes passed;
    uint64_t number;
    return take_number(rest, "{\"v\":1,\"n\":", &record->n) &&
           take_string(rest, ",\"time\":", &record->time) &&
           take_number(rest, ",\"mono_ns\":", &number) && take_string(rest, ",\"app\":", &passed) &&
           take_string(rest, ",\"session\":", &passed) &&
           take_string(rest, ",\"view\":", &record->view) &&
           take_string(rest, ",\"origin\":", &record->origin) &&
           take_string(rest, ",\"event\":", &record->event) &&
           take_string(rest, ",\"command\":", &record->command) &&
           take_string(rest, ",\"verdict\":", &record->verdict) &&
           take_string(rest, ",\"code\":", &record->code);
}

static bool take_rule(struct tb_bytes *rest)
{
    struct tb_bytes passed;
    uint64_t number;
    return take_string(rest, ",\"rule\":{\"capability\":", &passed) &&
           take_string(rest, ",\"permission\":", &passed) &&
           take_string(rest, ",\"file\":", &passed) && take_number(rest, ",\"line\":", &number) &&
           take(rest, "}");
}

static bool take_tail(struct tb_bytes *rest, struct audit_record *record)
{
    struct tb_bytes passed;
    return take_string(rest, ",\"reason\":", &passed) &&
           take_string(rest, ",\"plugin\":", &passed) &&
           take_number(rest, ",\"of\":", &record->of) &&
           take_number(rest, ",\"dur_ns\":", &record->dur_ns) &&
           take_number(rest, ",\"in\":", &record->in) &&
           take_number(rest, ",\"out\":", &record->out) && take(rest, ",\"args\":");
}

bool audit_record_read(struct tb_bytes untrusted_line, struct audit_record *ret_record)
{
    struct tb_bytes rest = untrusted_line;
    struct audit_record record;
    uint64_t n;
    if (!tb_shape_read(untrusted_line, &n) || !tb_utf8_valid(untrusted_line) ||
        !take_head(&rest, &record) || !take_rule(&rest) || !take_tail(&rest, &record))
        return false;
    *ret_record = record;
    return true;
}
