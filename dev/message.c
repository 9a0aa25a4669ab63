#include "dev/message.h"

#include "base/escape.h"
#include "base/result.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>

enum { SAID_MAX = 1024, MORE_MAX = 128 };

/* ---- one object ---- */

/* Appends the object, which it consumes, if it is no longer than `most`. 0; TB_TOO_LARGE; or
 * -ENOMEM, also where there is no object. */
static int put(struct tb_buffer *out, json_t *object, size_t most)
{
    size_t n = object ? json_dumpb(object, NULL, 0, JSON_COMPACT) : 0;
    uint8_t *at = n > 0 && n <= most ? tb_buffer_reserve(out, n) : NULL;
    if (at)
        tb_buffer_commit(out, json_dumpb(object, (char *)at, n, JSON_COMPACT));
    json_decref(object);
    if (n > most)
        return TB_TOO_LARGE;
    return at ? 0 : -ENOMEM;
}

/* The object that only says something to people, and perhaps has data. */
static int put_said(struct tb_buffer *out, const char *type, const char *data, const char *message)
{
    char shown[SAID_MAX + 1];
    shown[tb_escape_shown(tb_bytes_of_string(message), shown, SAID_MAX).n] = 0;
    json_t *object = json_pack("{s:s, s:s*, s:s}", "type", type, "data", data, "message", shown);
    return put(out, object, DEV_JSON_MAX);
}

int dev_message_reload(struct tb_buffer *out, enum dev_why why)
{
    static const char *const names[] = {"files", "policy", "app"};
    return put(out, json_pack("{s:s, s:s}", "type", "reload", "why", names[why]), DEV_JSON_MAX);
}

int dev_message_bootstrap(struct tb_buffer *out, struct tb_bytes bootstrap, const char *message)
{
    char text[sodium_base64_ENCODED_LEN(DEV_BOOT_MAX, sodium_base64_VARIANT_ORIGINAL)];
    tb_assert(bootstrap.n <= DEV_BOOT_MAX);
    sodium_bin2base64(text, sizeof text, bootstrap.data, bootstrap.n,
                      sodium_base64_VARIANT_ORIGINAL);
    int r = put_said(out, "bootstrap", text, message);
    sodium_memzero(text, sizeof text);
    return r;
}

int dev_message_lost(struct tb_buffer *out, const char *message)
{
    return put_said(out, "lost", NULL, message);
}

int dev_message_taken(struct tb_buffer *out, const char *message)
{
    return put_said(out, "taken", NULL, message);
}

/* ---- lists ---- */

/* A message with a list, as it is written: its elements one by one. */
struct list {
    struct tb_buffer *out;
    size_t start; /* bytes that were there before */
    size_t n;     /* elements */
    int result;   /* 0 or -errno: nothing more is written */
};

static const char tail[] = "]}";

static void puts_to(struct list *list, const char *text)
{
    if (list->result == 0 && !tb_buffer_append(list->out, tb_bytes_of_string(text)))
        list->result = -ENOMEM;
}

static struct list begin(struct tb_buffer *out, const char *head)
{
    struct list list = {.out = out, .start = tb_buffer_n(out)};
    puts_to(&list, head);
    return list;
}

/* Whether it fits, and leaves room for `behind` more bytes and the tail. Consumes the element. */
static bool add(struct list *list, json_t *element, size_t behind)
{
    size_t held = tb_buffer_n(list->out);
    size_t used = held - list->start + 1 + behind + sizeof tail;
    if (list->n > 0)
        puts_to(list, ",");
    int r = list->result;
    if (r == 0)
        r = put(list->out, element, used < DEV_JSON_MAX ? DEV_JSON_MAX - used : 0);
    else
        json_decref(element);
    if (r == TB_TOO_LARGE)
        tb_buffer_truncate(list->out, held);
    else if (r != 0)
        list->result = r;
    list->n += r == 0;
    return r == 0;
}

static int end(struct list *list)
{
    puts_to(list, tail);
    if (list->result != 0)
        tb_buffer_truncate(list->out, list->start);
    return list->result;
}

static json_t *error_object(const char *code, const char *message, const char *file, uint32_t line)
{
    return json_pack("{s:s, s:s, s:s, s:I}", "code", code, "message", message, "file", file, "line",
                     (json_int_t)line);
}

int dev_message_errors(struct tb_buffer *out, const struct dev_error *list, size_t n,
                       uint64_t n_more)
{
    struct list errors = begin(out, "{\"type\":\"errors\",\"list\":[");
    size_t i = 0;
    while (i < n &&
           add(&errors, error_object(list[i].code, list[i].message, list[i].file, list[i].line),
               MORE_MAX))
        i++;
    n_more += n - i;
    if (n_more > 0) {
        char text[64];
        (void)snprintf(text, sizeof text, "%" PRIu64 " further errors", n_more);
        (void)add(&errors, error_object("more", text, "", 0), 0);
    }
    return end(&errors);
}

static json_t *record_object(const struct dev_record *record)
{
    return json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:{s:s, s:s, s:s, s:I}, s:s}", "n",
                     (json_int_t)record->n, "time", record->time, "event", record->event, "command",
                     record->command, "verdict", record->verdict, "code", record->code, "of",
                     (json_int_t)record->of, "dur_ns", (json_int_t)record->dur_ns, "rule",
                     "capability", record->rule.capability, "permission", record->rule.permission,
                     "file", record->rule.file, "line", (json_int_t)record->rule.line, "reason",
                     record->reason);
}

int dev_message_records(struct tb_buffer *out, const struct dev_record *const *list, size_t n,
                        size_t *ret_n)
{
    struct list records = begin(out, "{\"type\":\"records\",\"list\":[");
    size_t i = 0;
    while (i < n && add(&records, record_object(list[i]), 0))
        i++;
    int r = end(&records);
    if (r == 0)
        *ret_n = i;
    return r;
}

/* ---- what a page says ---- */

static int read_panel(const json_t *object, struct dev_heard *ret_heard)
{
    const json_t *open = json_object_get(object, "open");
    if (json_object_size(object) != 2 || !json_is_boolean(open))
        return TB_MALFORMED;
    *ret_heard = (struct dev_heard){.type = DEV_HEARD_PANEL, .open = json_is_true(open)};
    return TB_OK;
}

static int read_begin(const json_t *object, struct dev_heard *ret_heard)
{
    if (json_object_size(object) != 1)
        return TB_MALFORMED;
    *ret_heard = (struct dev_heard){.type = DEV_HEARD_BEGIN};
    return TB_OK;
}

int dev_message_read(struct tb_bytes untrusted_json, struct dev_heard *ret_heard)
{
    if (untrusted_json.n > DEV_HEARD_MAX)
        return TB_TOO_LARGE;
    json_t *object = json_loadb((const char *)untrusted_json.data, untrusted_json.n,
                                JSON_REJECT_DUPLICATES, NULL);
    const char *type = json_string_value(json_object_get(object, "type"));
    int r = TB_MALFORMED;
    if (type && strcmp(type, "panel") == 0)
        r = read_panel(object, ret_heard);
    else if (type && strcmp(type, "begin") == 0)
        r = read_begin(object, ret_heard);
    json_decref(object);
    return r;
}
