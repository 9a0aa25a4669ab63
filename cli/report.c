#include "cli/report.h"

#include "base/fd.h"
#include "base/result.h"
#include "cli/app.h"
#include "cli/cli.h"
#include "cli/json.h"
#include "cli/text.h"

#include <stdio.h>

enum { REPORT_MAX = 64 * 1024 * 1024, REPORT_NODES = 8 * 1024 * 1024, REPORT_KEY = 65536 };

static const struct tb_scan_limits scan_report = {TB_MSGPACK_DEPTH, REPORT_NODES, REPORT_KEY};

/* NULL: nothing was written, or not what was expected. */
static json_t *read_report(int fd)
{
    tb_cleanup(tb_bytes_free) uint8_t *data = NULL;
    tb_cleanup(tb_unpacker_deinit) struct tb_unpacker unpacker = {0};
    const msgpack_object *root;
    size_t n = 0;
    if (tb_fd_read_all(fd, REPORT_MAX, &data, &n) != TB_OK || n == 0 ||
        tb_unpacker_init(&unpacker, &scan_report) != 0 ||
        tb_unpack(&unpacker, &scan_report, tb_bytes_of(data, n), &root) != TB_OK)
        return NULL;
    return cli_json_of(root);
}

int cli_report_also(const char *job, const char *app, const char *const *options, int also,
                    json_t **ret_report)
{
    tb_fd fd = -1;
    int status = cli_app_report(job, app, options, also, &fd);
    json_t *report = fd < 0 ? NULL : read_report(fd);
    if (!report && status == CLI_DONE)
        return cli_error(CLI_PART, "io", "the policy compiler's report cannot be read");
    *ret_report = report;
    return status;
}

int cli_report(const char *job, const char *app, const char *const *options, json_t **ret_report)
{
    return cli_report_also(job, app, options, -1, ret_report);
}

void cli_report_option(const char **options, size_t *n, const char *name, const char *value)
{
    if (!value)
        return;
    options[(*n)++] = name;
    options[(*n)++] = value;
}

void cli_report_print(const json_t *report)
{
    cli_put_json(report);
}

static void print_finding(const json_t *finding, bool warning)
{
    const char *file = json_string_value(json_object_get(finding, "file"));
    json_int_t line = json_integer_value(json_object_get(finding, "line"));
    fprintf(stderr, "trollbridge: %s%s: %s", warning ? "warning: " : "",
            json_string_value(json_object_get(finding, "code")),
            json_string_value(json_object_get(finding, "message")));
    if (file && *file) {
        fputs(" (", stderr);
        cli_put_to(stderr, file);
        fprintf(stderr, line > 0 ? ":%lld)" : ")", (long long)line);
    }
    fputc('\n', stderr);
}

void cli_report_findings(const json_t *report, bool warnings)
{
    size_t i;
    json_t *finding;
    json_array_foreach(json_object_get(report, warnings ? "warnings" : "errors"), i, finding)
    {
        print_finding(finding, warnings);
    }
}
