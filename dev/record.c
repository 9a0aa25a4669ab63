#include "dev/record.h"

#include "audit/entry.h"
#include "base/escape.h"
#include "base/result.h"

#include <errno.h>
#include <stdlib.h>

/* All texts of a line, escaped: at most six bytes for each of its bytes, and their NULs. */
enum { TEXTS = 9, TEXTS_MAX = 6 * TB_LINE_MAX + TEXTS * (TB_ESCAPE_UNIT + 1) };

struct texts {
    size_t n;
    char bytes[TEXTS_MAX];
};

bool dev_record_session(struct tb_bytes untrusted_line,
                        char ret_session[static DEV_SESSION_HEX + 1])
{
    /* Within a string its quotes would be escaped, and arguments stand behind it. */
    static const char field[] = "\"session\":\"";
    const size_t n = sizeof field - 1;
    const uint8_t *at =
        untrusted_line.n > 0 ? memmem(untrusted_line.data, untrusted_line.n, field, n) : NULL;
    size_t left = at ? untrusted_line.n - (size_t)(at - untrusted_line.data) : 0;
    if (left <= n + DEV_SESSION_HEX || at[n + DEV_SESSION_HEX] != '"')
        return false;
    char session[DEV_SESSION_HEX + 1] = "";
    memcpy(session, at + n, DEV_SESSION_HEX);
    if (strspn(session, "0123456789abcdef") != DEV_SESSION_HEX)
        return false;
    memcpy(ret_session, session, sizeof session);
    return true;
}

/* Where the text begins among the others. */
static size_t put(struct texts *texts, const json_t *object, const char *field)
{
    const json_t *value = json_object_get(object, field);
    size_t at = texts->n;
    struct tb_bytes text = tb_bytes_of(json_string_value(value), json_string_length(value));
    texts->n += tb_escape_shown(text, texts->bytes + at, sizeof texts->bytes - at - 1).n;
    texts->bytes[texts->n++] = 0;
    return at;
}

static uint64_t number(const json_t *object, const char *field)
{
    return (uint64_t)json_integer_value(json_object_get(object, field));
}

static uint32_t line_of(const json_t *rule)
{
    uint64_t line = number(rule, "line");
    return line <= UINT32_MAX ? (uint32_t)line : 0;
}

/* NULL: no memory. */
static struct dev_record *copy(const struct tb_entry *entry)
{
    static const char *const fields[] = {"time", "event", "command", "verdict", "code", "reason"};
    static const char *const of_rule[] = {"capability", "permission", "file"};
    size_t at[TEXTS];
    size_t n = 0;
    struct texts texts = {.n = 0};
    const json_t *rule = json_object_get(entry->root, "rule");
    for (size_t i = 0; i < TB_ARRAY_LEN(fields); i++)
        at[n++] = put(&texts, entry->root, fields[i]);
    for (size_t i = 0; i < TB_ARRAY_LEN(of_rule); i++)
        at[n++] = put(&texts, rule, of_rule[i]);

    struct dev_record *record = malloc(sizeof *record + texts.n);
    if (!record)
        return NULL;
    memcpy(record->texts, texts.bytes, texts.n);
    record->n = entry->n;
    record->of = entry->of;
    record->dur_ns = number(entry->root, "dur_ns");
    record->time = record->texts + at[0];
    record->event = record->texts + at[1];
    record->command = record->texts + at[2];
    record->verdict = record->texts + at[3];
    record->code = record->texts + at[4];
    record->reason = record->texts + at[5];
    record->rule.capability = record->texts + at[6];
    record->rule.permission = record->texts + at[7];
    record->rule.file = record->texts + at[8];
    record->rule.line = line_of(rule);
    return record;
}

int dev_record_read(struct tb_bytes untrusted_line, char ret_session[static DEV_SESSION_HEX + 1],
                    struct dev_record **ret_record)
{
    static const char *const events[] = {"call", "done", "ask", "violation"};
    tb_cleanup(tb_entry_deinit) struct tb_entry entry = {.root = NULL};
    const char *why;
    if (untrusted_line.n >= TB_LINE_MAX || tb_entry_read(untrusted_line, &entry, &why) != TB_OK)
        return TB_MALFORMED;
    struct tb_bytes session = tb_entry_string(&entry, "session");
    if (session.n != DEV_SESSION_HEX ||
        !tb_bytes_among(tb_entry_string(&entry, "event"), events, TB_ARRAY_LEN(events)))
        return TB_UNKNOWN;
    struct dev_record *record = copy(&entry);
    if (!record)
        return -ENOMEM;
    memcpy(ret_session, session.data, DEV_SESSION_HEX);
    ret_session[DEV_SESSION_HEX] = 0;
    *ret_record = record;
    return TB_OK;
}

void dev_record_free(struct dev_record *record)
{
    free(record);
}
