#include "scribe/line.h"

#include "scribe/args.h"

/*
 * The most bytes, escapes counted, that each string may take. Together with the names of the
 * fields, the numbers and the hashes they leave room for a digest, so that every record fits a
 * line: the assert in tb_line_write and the test with the longest of everything hold them to it.
 */
enum {
    MOST_APP = 128,
    MOST_VIEW = 128,
    MOST_ORIGIN = 512,
    MOST_COMMAND = 256,
    MOST_IDENTIFIER = 160,
    MOST_FILE = 512,
    MOST_REASON = 600,
    MOST_PLUGIN = 128,
    TAIL = sizeof(",\"prev\":\"\",\"mac\":\"\"}") + 2 * 2 * TB_HASH_SIZE,
};

/* Only some events decide something. A violation is always a refusal; the others tell what was
 * done, and are `allow`. */
static const char *verdict_of(const struct tb_record *record)
{
    static const char *const names[] = {
        [TB_DENY] = "deny", [TB_ALLOW] = "allow", [TB_REWRITE] = "rewrite"};
    switch (record->event) {
    case TB_EVENT_CALL:
    case TB_EVENT_ASK:
    case TB_EVENT_OPEN:
    case TB_EVENT_RELOAD:
    case TB_EVENT_ALERT:
    case TB_EVENT_PICK:
        return names[record->verdict];
    case TB_EVENT_VIOLATION:
        return names[TB_DENY];
    case TB_EVENT_START:
    case TB_EVENT_POLICY:
    case TB_EVENT_LAYER:
    case TB_EVENT_PLUGIN:
    case TB_EVENT_DONE:
    case TB_EVENT_CLOSE:
    case TB_EVENT_SEAL:
    case TB_EVENT_CHECKPOINT:
    case TB_EVENT_RECOVERY:
    case TB_EVENT_STOP:
    case TB_N_EVENTS:
        break;
    }
    return names[TB_ALLOW];
}

static void put_number(struct tb_text *text, const char *name, uint64_t v)
{
    tb_text_puts(text, name);
    tb_text_number(text, v);
}

static void put_string(struct tb_text *text, const char *name, struct tb_bytes v, size_t most)
{
    tb_text_puts(text, name);
    tb_text_string(text, v, most);
}

static void put_session(struct tb_text *text, const uint8_t session[static TB_SESSION_SIZE])
{
    static const uint8_t none[TB_SESSION_SIZE];
    tb_text_puts(text, ",\"session\":\"");
    if (memcmp(session, none, sizeof none) != 0)
        tb_text_hex(text, session, TB_SESSION_SIZE);
    tb_text_puts(text, "\"");
}

static void put_head(struct tb_text *text, const struct tb_record *record,
                     const struct tb_stamp *stamp)
{
    put_number(text, "{\"v\":1,\"n\":", stamp->n);
    tb_text_puts(text, ",\"time\":\"");
    tb_text_puts(text, stamp->time);
    put_number(text, "\",\"mono_ns\":", record->mono_ns);
    put_string(text, ",\"app\":", stamp->app, MOST_APP);
    put_session(text, record->session);
    put_string(text, ",\"view\":", record->view, MOST_VIEW);
    put_string(text, ",\"origin\":", record->origin, MOST_ORIGIN);
    tb_text_puts(text, ",\"event\":\"");
    tb_text_puts(text, tb_event_name(record->event));
    put_string(text, "\",\"command\":", record->command, MOST_COMMAND);
    tb_text_puts(text, ",\"verdict\":\"");
    tb_text_puts(text, verdict_of(record));
    tb_text_puts(text, "\",\"code\":\"");
    tb_text_puts(text, tb_code_name(record->code));
    tb_text_puts(text, "\"");
}

static void put_middle(struct tb_text *text, const struct tb_record *record,
                       const struct tb_stamp *stamp)
{
    const struct tb_rule *rule = &record->rule;
    put_string(text, ",\"rule\":{\"capability\":", rule->capability, MOST_IDENTIFIER);
    put_string(text, ",\"permission\":", rule->permission, MOST_IDENTIFIER);
    put_string(text, ",\"file\":", rule->file, MOST_FILE);
    put_number(text, ",\"line\":", rule->line);
    put_string(text, "},\"reason\":", record->reason, MOST_REASON);
    put_string(text, ",\"plugin\":", record->plugin, MOST_PLUGIN);
    put_number(text, ",\"of\":", stamp->of);
    put_number(text, ",\"dur_ns\":", record->dur_ns);
    put_number(text, ",\"in\":", record->n_in);
    put_number(text, ",\"out\":", record->n_out);
}

size_t tb_line_write(const struct tb_record *record, const struct tb_stamp *stamp,
                     struct tb_unpacker *unpacker, char ret_line[static TB_LINE_MAX])
{
    struct tb_text text = tb_text_init(ret_line, TB_LINE_MAX - 1 - TAIL);
    put_head(&text, record, stamp);
    put_middle(&text, record, stamp);
    tb_text_puts(&text, ",\"args\":");
    tb_args_put(&text, unpacker, record);
    text.cap = TB_LINE_MAX - 1;
    tb_text_puts(&text, ",\"prev\":\"");
    tb_text_hex(&text, stamp->prev, TB_HASH_SIZE);
    tb_text_puts(&text, "\",\"mac\":\"\"}");
    tb_assert(!text.full);
    return text.n;
}
