/* A line of a log, whatever is in it: a record of it can be shown, fits into a message, and is of
 * the session that a look at its bytes has found. */
#include "base/escape.h"
#include "base/result.h"
#include "dev/message.h"
#include "tests/fuzz/fuzz.h"

#include <jansson.h>

static void check_message(const struct dev_record *record)
{
    struct tb_buffer out;
    size_t n = 0;
    tb_buffer_init(&out, 2 * DEV_JSON_MAX);
    tb_assert(dev_message_records(&out, &record, 1, &n) == 0 && n == 1);
    struct tb_bytes text = tb_buffer_bytes(&out);
    json_t *root = json_loadb((const char *)text.data, text.n, JSON_REJECT_DUPLICATES, NULL);
    const json_t *first = json_array_get(json_object_get(root, "list"), 0);
    tb_assert(text.n <= DEV_JSON_MAX && json_object_size(first) == 10);
    tb_assert(strcmp(json_string_value(json_object_get(first, "command")), record->command) == 0);
    json_decref(root);
    tb_buffer_deinit(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char session[DEV_SESSION_HEX + 1];
    char looked_up[DEV_SESSION_HEX + 1];
    struct dev_record *record;
    bool found = dev_record_session(tb_bytes_of(data, n), looked_up);
    if (dev_record_read(tb_bytes_of(data, n), session, &record) != TB_OK)
        return 0;
    tb_assert(record->n > 0 && strlen(session) == DEV_SESSION_HEX);
    tb_assert(!found || strcmp(session, looked_up) == 0);
    tb_assert(tb_is_plain_line(tb_bytes_of_string(record->reason)));
    tb_assert(tb_is_plain_line(tb_bytes_of_string(record->rule.file)));
    check_message(record);
    dev_record_free(record);
    return 0;
}
