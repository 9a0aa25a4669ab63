#include "audit/entry.h"

#include "base/result.h"
#include "proto/record.h"

static struct tb_bytes string_of(const json_t *value)
{
    return tb_bytes_of(json_string_value(value), json_string_length(value));
}

static bool is_text(const json_t *value)
{
    return json_is_string(value);
}

static bool is_count(const json_t *value)
{
    return json_is_integer(value) && json_integer_value(value) >= 0;
}

static bool is_version(const json_t *value)
{
    return json_is_integer(value) && json_integer_value(value) == 1;
}

static bool is_number(const json_t *value)
{
    return is_count(value) && json_integer_value(value) > 0;
}

static bool is_hex(struct tb_bytes text, size_t n)
{
    for (size_t i = 0; i < text.n; i++)
        if (!strchr("0123456789abcdef", text.data[i]) || text.data[i] == 0)
            return false;
    return text.n == n;
}

static bool is_digest(const json_t *value)
{
    return json_is_string(value) && is_hex(string_of(value), (size_t)2 * TB_HASH_SIZE);
}

static bool is_empty(const json_t *value)
{
    return json_is_string(value) && json_string_length(value) == 0;
}

static bool is_session(const json_t *value)
{
    return is_empty(value) ||
           (json_is_string(value) && is_hex(string_of(value), (size_t)2 * TB_SESSION_SIZE));
}

static bool is_time(const json_t *value)
{
    static const char form[] = "0000-00-00T00:00:00.000000Z";
    if (!json_is_string(value) || json_string_length(value) != sizeof form - 1)
        return false;
    const char *text = json_string_value(value);
    for (size_t i = 0; form[i] != 0; i++)
        if (form[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
            return false;
    return true;
}

static bool is_event(const json_t *value)
{
    for (int event = 0; event < TB_N_EVENTS; event++) {
        const char *name = tb_event_name((enum tb_event)event);
        if (json_is_string(value) && name[0] != 0 && tb_bytes_are(string_of(value), name))
            return true;
    }
    return false;
}

static bool is_verdict(const json_t *value)
{
    struct tb_bytes text = string_of(value);
    return json_is_string(value) && (tb_bytes_are(text, "allow") || tb_bytes_are(text, "deny") ||
                                     tb_bytes_are(text, "rewrite"));
}

static bool is_code(const json_t *value)
{
    return is_empty(value) ||
           (json_is_string(value) && tb_code_of(string_of(value)) != TB_CODE_NONE);
}

static bool is_args(const json_t *value)
{
    static const char prefix[] = "blake2b:";
    const size_t n = sizeof prefix - 1;
    if (json_is_object(value) || is_empty(value))
        return true;
    struct tb_bytes text = string_of(value);
    return json_is_string(value) && text.n > n && memcmp(text.data, prefix, n) == 0 &&
           is_hex(tb_bytes_of(text.data + n, text.n - n), (size_t)2 * TB_HASH_SIZE);
}

struct field {
    const char *name;
    bool (*is_valid)(const json_t *value);
};

static bool has_fields(const json_t *object, const struct field *fields, size_t n,
                       const char **ret_why)
{
    /* jansson keeps the order of the text. */
    void *at = json_object_iter((json_t *)(uintptr_t)object);
    for (size_t i = 0; i < n; i++) {
        if (!at || strcmp(json_object_iter_key(at), fields[i].name) != 0 ||
            !fields[i].is_valid(json_object_iter_value(at))) {
            *ret_why = fields[i].name;
            return false;
        }
        at = json_object_iter_next((json_t *)(uintptr_t)object, at);
    }
    if (at)
        *ret_why = "a field too many";
    return !at;
}

static bool is_rule(const json_t *value)
{
    static const struct field fields[] = {
        {"capability", is_text}, {"permission", is_text}, {"file", is_text}, {"line", is_count}};
    const char *why;
    return json_is_object(value) && has_fields(value, fields, TB_ARRAY_LEN(fields), &why);
}

/* `mac` is empty: a log with seals needs a program that checks them. */
static const struct field fields[] = {
    {"v", is_version},    {"n", is_number},        {"time", is_time},       {"mono_ns", is_count},
    {"app", is_text},     {"session", is_session}, {"view", is_text},       {"origin", is_text},
    {"event", is_event},  {"command", is_text},    {"verdict", is_verdict}, {"code", is_code},
    {"rule", is_rule},    {"reason", is_text},     {"plugin", is_text},     {"of", is_count},
    {"dur_ns", is_count}, {"in", is_count},        {"out", is_count},       {"args", is_args},
    {"prev", is_digest},  {"mac", is_empty},
};

static void read_hash(const json_t *value, uint8_t ret_hash[static TB_HASH_SIZE])
{
    const char *hex = json_string_value(value);
    for (size_t i = 0; i < TB_HASH_SIZE; i++) {
        unsigned high = (unsigned)(hex[2 * i] - (hex[2 * i] > '9' ? 'a' - 10 : '0'));
        unsigned low = (unsigned)(hex[2 * i + 1] - (hex[2 * i + 1] > '9' ? 'a' - 10 : '0'));
        ret_hash[i] = (uint8_t)(high << 4 | low);
    }
}

int tb_entry_read(struct tb_bytes line, struct tb_entry *ret_entry, const char **ret_why)
{
    json_t *root =
        json_loadb((const char *)line.data, line.n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    struct tb_entry entry = {.root = root};
    *ret_why = "not JSON";
    if (!json_is_object(root) || !has_fields(root, fields, TB_ARRAY_LEN(fields), ret_why)) {
        json_decref(root);
        return TB_MALFORMED;
    }
    entry.n = (uint64_t)json_integer_value(json_object_get(root, "n"));
    entry.of = (uint64_t)json_integer_value(json_object_get(root, "of"));
    read_hash(json_object_get(root, "prev"), entry.prev);
    *ret_entry = entry;
    return TB_OK;
}

void tb_entry_deinit(struct tb_entry *entry)
{
    json_decref(entry->root);
    entry->root = NULL;
}

struct tb_bytes tb_entry_string(const struct tb_entry *entry, const char *field)
{
    return string_of(json_object_get(entry->root, field));
}
