#include "proto/record.h"

#include "base/wire.h"
#include "proto/frame.h"

static const char *const names[TB_N_EVENTS] = {
    [TB_EVENT_START] = "start",       [TB_EVENT_POLICY] = "policy",
    [TB_EVENT_LAYER] = "layer",       [TB_EVENT_PLUGIN] = "plugin",
    [TB_EVENT_OPEN] = "open",         [TB_EVENT_CALL] = "call",
    [TB_EVENT_DONE] = "done",         [TB_EVENT_VIOLATION] = "violation",
    [TB_EVENT_ASK] = "ask",           [TB_EVENT_ALERT] = "alert",
    [TB_EVENT_RELOAD] = "reload",     [TB_EVENT_CLOSE] = "close",
    [TB_EVENT_SEAL] = "seal",         [TB_EVENT_CHECKPOINT] = "checkpoint",
    [TB_EVENT_RECOVERY] = "recovery", [TB_EVENT_STOP] = "stop",
    [TB_EVENT_PICK] = "pick",
};

enum { FIXED = 4 + 5 * 8 + TB_SESSION_SIZE + 4, N_STRINGS = 8 };

const char *tb_event_name(enum tb_event event)
{
    return (unsigned)event < TB_N_EVENTS && names[event] ? names[event] : "";
}

static struct tb_bytes cut(struct tb_bytes text)
{
    return tb_bytes_of(text.data, text.n < TB_RECORD_STRING_MAX ? text.n : TB_RECORD_STRING_MAX);
}

int tb_record_write(const struct tb_record *record, struct tb_buffer *out)
{
    const struct tb_bytes strings[N_STRINGS] = {
        cut(record->view),
        cut(record->origin),
        cut(record->command),
        cut(record->plugin),
        cut(record->reason),
        cut(record->rule.capability),
        cut(record->rule.permission),
        cut(record->rule.file),
    };
    tb_assert(record->args.n <= TB_RECORD_ARGS_MAX);
    size_t n = FIXED + 2 * N_STRINGS + 4 + record->args.n;
    for (size_t i = 0; i < N_STRINGS; i++)
        n += strings[i].n;
    uint8_t *at = tb_buffer_reserve(out, TB_HEADER_SIZE + n);
    if (!at)
        return TB_FULL;

    tb_frame_header(at, TB_RECORD, 0, n);
    struct tb_writer writer = tb_writer_init(at + TB_HEADER_SIZE, n);
    tb_write_u8(&writer, (uint8_t)record->event);
    tb_write_u8(&writer, (uint8_t)record->verdict);
    tb_write_u8(&writer, (uint8_t)record->code);
    tb_write_u8(&writer, (uint8_t)record->args_kind);
    tb_write_u64(&writer, record->mono_ns);
    tb_write_u64(&writer, record->ref);
    tb_write_u64(&writer, record->dur_ns);
    tb_write_u64(&writer, record->n_in);
    tb_write_u64(&writer, record->n_out);
    tb_write_bytes(&writer, tb_bytes_of(record->session, TB_SESSION_SIZE));
    tb_write_u32(&writer, record->rule.line);
    for (size_t i = 0; i < N_STRINGS; i++)
        tb_write_string16(&writer, strings[i]);
    tb_write_u32(&writer, (uint32_t)record->args.n);
    tb_write_bytes(&writer, record->args);
    tb_assert(!writer.failed && writer.n == n);
    tb_buffer_commit(out, TB_HEADER_SIZE + n);
    return TB_OK;
}

static bool known(const struct tb_record *record)
{
    return tb_event_name(record->event)[0] != 0 && (unsigned)record->verdict <= TB_REWRITE &&
           (unsigned)record->code < TB_N_CODES && (unsigned)record->args_kind <= TB_ARGS_HASHED &&
           (record->args_kind != TB_ARGS_HASHED || record->args.n == TB_DIGEST_SIZE);
}

int tb_record_read(struct tb_bytes body, struct tb_record *ret_record)
{
    struct tb_reader reader = tb_reader_init(body);
    struct tb_record r = {0};
    r.event = (enum tb_event)tb_read_u8(&reader);
    r.verdict = (enum tb_verdict)tb_read_u8(&reader);
    r.code = (enum tb_code)tb_read_u8(&reader);
    r.args_kind = (enum tb_args)tb_read_u8(&reader);
    r.mono_ns = tb_read_u64(&reader);
    r.ref = tb_read_u64(&reader);
    r.dur_ns = tb_read_u64(&reader);
    r.n_in = tb_read_u64(&reader);
    r.n_out = tb_read_u64(&reader);
    tb_read_copy(&reader, r.session, TB_SESSION_SIZE);
    r.rule.line = tb_read_u32(&reader);
    struct tb_bytes *const strings[N_STRINGS] = {
        &r.view,   &r.origin,          &r.command,         &r.plugin,
        &r.reason, &r.rule.capability, &r.rule.permission, &r.rule.file,
    };
    for (size_t i = 0; i < N_STRINGS; i++)
        *strings[i] = tb_read_string16(&reader);
    r.args = tb_read_bytes(&reader, tb_read_u32(&reader));
    if (!tb_reader_done(&reader) || !known(&r))
        return TB_MALFORMED;
    *ret_record = r;
    return TB_OK;
}
