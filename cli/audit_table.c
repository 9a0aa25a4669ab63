/* Rows of the table that `audit show` and `audit tail` print. Every text of the log is escaped: it
 * was named by pages, and the reader's terminal obeys control characters. */
#include "cli/audit.h"

#include "base/escape.h"
#include "base/result.h"

#include <inttypes.h>

struct column {
    const char *title;
    const char *field; /* NULL: made of several */
    int width;         /* 0: the last, as wide as it is */
};

static const struct column columns[] = {
    {"TIME", "time", 27},       {"VIEW", "view", 8},       {"EVENT", "event", 10},
    {"COMMAND", "command", 28}, {"VERDICT", "verdict", 7}, {"CODE", "code", 12},
    {"RULE", NULL, 44},         {"REASON", "reason", 0},
};

static int width_of(const char *text, size_t n)
{
    int width = 0;
    for (size_t i = 0; i < n; i++)
        width += ((uint8_t)text[i] & 0xc0) != 0x80;
    return width;
}

/* Returns the number of characters printed. */
static int print_escaped(FILE *out, struct tb_bytes text)
{
    static char escaped[6 * TB_LINE_MAX + TB_ESCAPE_UNIT];
    struct tb_escaped r = tb_escape(text, escaped, sizeof escaped);
    fwrite(escaped, 1, r.n, out);
    return width_of(escaped, r.n);
}

static struct tb_bytes rule_text(const json_t *rule, const char *field)
{
    const json_t *value = json_object_get(rule, field);
    return tb_bytes_of(json_string_value(value), json_string_length(value));
}

/* capability/permission file:line, as far as they are there */
static int print_rule(const struct tb_entry *entry)
{
    const json_t *rule = json_object_get(entry->root, "rule");
    struct tb_bytes file = rule_text(rule, "file");
    struct tb_bytes permission = rule_text(rule, "permission");
    json_int_t line = json_integer_value(json_object_get(rule, "line"));
    int n = print_escaped(stdout, rule_text(rule, "capability"));
    if (permission.n > 0) {
        n += printf("%s", n > 0 ? "/" : "");
        n += print_escaped(stdout, permission);
    }
    if (file.n > 0) {
        n += printf("%s", n > 0 ? " " : "");
        n += print_escaped(stdout, file);
        if (line > 0) /* a hook decides as a whole */
            n += printf(":%lld", (long long)line);
    }
    return n;
}

static void print_row(const struct tb_entry *entry)
{
    printf("%6" PRIu64, entry->n);
    for (size_t i = 0; i < TB_ARRAY_LEN(columns); i++) {
        const struct column *column = &columns[i];
        fputs("  ", stdout);
        int n = column->field ? print_escaped(stdout, tb_entry_string(entry, column->field))
                              : print_rule(entry);
        if (n < column->width)
            printf("%*s", column->width - n, "");
    }
    putchar('\n');
}

void audit_print_head(const struct audit_options *options)
{
    if (options->json)
        return;
    printf("%6s", "N");
    for (size_t i = 0; i < TB_ARRAY_LEN(columns); i++)
        printf("  %-*s", columns[i].width, columns[i].title);
    putchar('\n');
}

/* Whether the piece is a whole record; the caller ends the entry. */
static bool read_entry(const struct tb_piece *piece, struct tb_entry *ret_entry)
{
    const char *why;
    uint64_t n;
    return piece->starts && piece->ends && tb_shape_read(piece->bytes, &n) &&
           tb_entry_read(piece->bytes, ret_entry, &why) == TB_OK;
}

bool audit_wants(const struct audit_options *options, const struct tb_piece *piece)
{
    struct tb_entry entry;
    if (!options->denied)
        return true;
    if (!read_entry(piece, &entry))
        return true;
    bool denied = tb_bytes_are(tb_entry_string(&entry, "verdict"), "deny");
    tb_entry_deinit(&entry);
    return denied;
}

/* Not hidden, but never raw: it can hold anything. A program that reads JSON is told beside it. */
static void print_foreign(const struct audit_options *options, const struct tb_piece *piece)
{
    FILE *to = options->json ? stderr : stdout;
    fputs(options->json ? "trollbridge: torn: not a record: " : "     ?  ", to);
    print_escaped(to, piece->bytes);
    fputc('\n', to);
}

void audit_print(const struct audit_options *options, const struct tb_piece *piece)
{
    struct tb_entry entry;
    if (!read_entry(piece, &entry)) {
        print_foreign(options, piece);
        return;
    }
    if (options->json) {
        fwrite(piece->bytes.data, 1, piece->bytes.n, stdout);
        putchar('\n');
    } else {
        print_row(&entry);
    }
    tb_entry_deinit(&entry);
}
