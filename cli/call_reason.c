#include "cli/call_reason.h"

#include "audit/entry.h"
#include "audit/lines.h"
#include "base/fd.h"
#include "base/result.h"
#include "cli/app.h"
#include "cli/cli.h"
#include "cli/test_text.h"
#include "cli/text.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* From the end of the log: the session has just ended, and what others wrote since is not more. */
enum { TAIL = 4 * 1024 * 1024 };

static int open_log(const char *app)
{
    char path[PATH_MAX] = "";
    struct tb_settings settings;
    if (cli_app_settings(app, &settings) != CLI_DONE)
        return -1;
    struct tb_bytes file = settings.audit_file;
    if (file.n < sizeof path)
        memcpy(path, file.data, file.n);
    tb_settings_deinit(&settings);
    return open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
}

static void take(const json_t *record, struct cli_reason *reason)
{
    json_t *place = test_place_of(json_object_get(record, "rule"));
    (void)snprintf(reason->text, sizeof reason->text, "%s", cli_text(record, "reason"));
    (void)snprintf(reason->place, sizeof reason->place, "%s", json_string_value(place));
    json_decref(place);
}

/* Others write to the same log: their lines are not even parsed. */
static void take_line(struct tb_bytes line, const char *session, const char *code,
                      struct cli_reason *reason)
{
    struct tb_entry entry;
    const char *why;
    if (!memmem(line.data, line.n, session, strlen(session)) ||
        tb_entry_read(line, &entry, &why) != TB_OK)
        return;
    if (strcmp(cli_text(entry.root, "session"), session) == 0 &&
        strcmp(cli_text(entry.root, "code"), code) == 0)
        take(entry.root, reason);
    tb_entry_deinit(&entry);
}

void cli_reason_find(const char *app, const char *session, const char *code,
                     struct cli_reason *ret_reason)
{
    struct stat log;
    struct tb_lines lines;
    struct tb_piece piece;
    *ret_reason = (struct cli_reason){0};
    tb_fd fd = open_log(app);
    if (fd < 0 || fstat(fd, &log) < 0)
        return;
    /* The first piece may be the end of a line then, which is no record. */
    tb_lines_init(&lines, fd, log.st_size > TAIL ? (uint64_t)(log.st_size - TAIL) : 0);
    while (tb_lines_next(&lines, &piece) == TB_OK)
        if (piece.starts && piece.ends)
            take_line(piece.bytes, session, code, ret_reason);
}
