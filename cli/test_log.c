#include "cli/test_log.h"

#include "audit/entry.h"
#include "audit/lines.h"
#include "base/fd.h"
#include "base/result.h"
#include "cli/test_coverage.h"
#include "cli/test_text.h"
#include "cli/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

static void tell_rule(const json_t *record, json_t *outcome)
{
    const json_t *rule = json_object_get(record, "rule");
    const char *file = cli_text(rule, "file");
    if (*file)
        json_object_set_new(outcome, "rule", test_place_of(rule));
}

/* A call is told by its record: an earlier one of the same name, by the case before its own call or
 * by its repetitions, is replaced. */
static void tell_call(const json_t *record, const char *verdict, json_t *outcome)
{
    static const char *const texts[] = {"code", "reason", "rule"};
    for (size_t i = 0; i < TB_ARRAY_LEN(texts); i++)
        json_object_del(outcome, texts[i]);
    json_object_set_new(outcome, "verdict", json_string(verdict));
    for (size_t i = 0; i < 2; i++)
        if (*cli_text(record, texts[i]))
            json_object_set_new(outcome, texts[i], json_string(cli_text(record, texts[i])));
    tell_rule(record, outcome);
}

/* It ends the session, and the call is nothing else. */
static bool is_tripwire(const json_t *record)
{
    return strcmp(cli_text(record, "event"), "alert") == 0 &&
           strcmp(cli_text(record, "code"), "violation") == 0;
}

static void tell(const json_t *record, const char *command, json_t *outcome)
{
    const char *event = cli_text(record, "event");
    if (!command || strcmp(cli_text(record, "command"), command) != 0)
        return;
    if (strcmp(event, "call") == 0)
        tell_call(record, cli_text(record, "verdict"), outcome);
    else if (is_tripwire(record))
        tell_call(record, "deny", outcome);
    else if (strcmp(event, "ask") == 0)
        json_object_set_new(outcome, "asked", json_true());
}

static void take(struct tb_bytes line, const char *command, json_t *outcome, json_t *hits)
{
    struct tb_entry entry;
    const char *why;
    if (tb_entry_read(line, &entry, &why) != TB_OK)
        return;
    tell(entry.root, command, outcome);
    test_coverage_note(entry.root, hits);
    tb_entry_deinit(&entry);
}

int test_log_tell(const char *folder, const char *command, json_t *outcome, json_t *hits)
{
    char path[PATH_MAX];
    struct tb_lines lines;
    struct tb_piece piece;
    int n = snprintf(path, sizeof path, "%s/audit.jsonl", folder);
    if (n < 0 || (size_t)n >= sizeof path)
        return -ENAMETOOLONG;
    tb_fd fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    tb_lines_init(&lines, fd, 0);
    int r;
    while ((r = tb_lines_next(&lines, &piece)) == TB_OK)
        if (piece.starts && piece.ends)
            take(piece.bytes, command, outcome, hits);
    return r == TB_CLOSED ? 0 : r;
}
