#include "cli/test_text.h"

#include "cli/text.h"

json_t *test_text_of(struct tb_bytes bytes)
{
    json_t *text = json_stringn(bytes.n > 0 ? (const char *)bytes.data : "", bytes.n);
    if (text)
        return text;
    json_t *base64 = cli_json_base64(bytes);
    text = json_sprintf("base64:%s", base64 ? json_string_value(base64) : "");
    json_decref(base64);
    return text;
}

json_t *test_place_of(const json_t *rule)
{
    const char *file = cli_text(rule, "file");
    json_int_t line = cli_number(rule, "line");
    return line > 0 ? json_sprintf("%s:%lld", file, (long long)line) : json_string(file);
}
