/* A RECORD body as the broker would send it: it is read back exactly as it was written, and
 * whatever it holds becomes one line that the verifier reads as a record. */
#include "audit/entry.h"
#include "base/result.h"
#include "proto/frame.h"
#include "scribe/line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void writes_back(const struct tb_record *record, struct tb_bytes body)
{
    struct tb_buffer buffer;
    tb_buffer_init(&buffer, TB_FRAME_MAX);
    tb_assert(tb_record_write(record, &buffer) == TB_OK);
    struct tb_bytes again = tb_buffer_bytes(&buffer);
    tb_assert(
        tb_bytes_equal(body, tb_bytes_of(again.data + TB_HEADER_SIZE, again.n - TB_HEADER_SIZE)));
    tb_buffer_deinit(&buffer);
}

static bool fits(const struct tb_record *record)
{
    const struct tb_bytes strings[] = {
        record->view,   record->origin,          record->command,         record->plugin,
        record->reason, record->rule.capability, record->rule.permission, record->rule.file};
    for (size_t i = 0; i < TB_ARRAY_LEN(strings); i++)
        if (strings[i].n > TB_RECORD_STRING_MAX)
            return false;
    return record->args.n <= TB_RECORD_ARGS_MAX;
}

static void makes_a_line(const struct tb_record *record)
{
    static struct tb_unpacker unpacker;
    static char line[TB_LINE_MAX];
    const struct tb_stamp stamp = {
        .app = tb_bytes_of_string("app"), .time = "2026-11-22T04:00:00.000000Z", .n = 17, .of = 16};
    tb_assert(unpacker.scanner || tb_unpacker_init(&unpacker, &tb_scan_peer) == 0);
    size_t n = tb_line_write(record, &stamp, &unpacker, line);
    struct tb_entry entry;
    const char *why;
    uint64_t number;
    tb_assert(tb_shape_read(tb_bytes_of(line, n), &number) && number == 17);
    tb_assert(tb_entry_read(tb_bytes_of(line, n), &entry, &why) == TB_OK);
    tb_entry_deinit(&entry);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct tb_record record;
    struct tb_bytes body = tb_bytes_of(data, n);
    if (tb_record_read(body, &record) != TB_OK)
        return 0;
    if (fits(&record))
        writes_back(&record, body);
    makes_a_line(&record);
    return 0;
}
