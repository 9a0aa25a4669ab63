/*
 * `trollbridge import`: an app folder of a Tauri project. What is in the project's files the policy
 * compiler reads, in its sandbox; what is left for this program is to write what that one says, and
 * to copy files that it has read.
 */
#include "base/fd.h"
#include "base/result.h"
#include "cli/cli.h"
#include "cli/json.h"
#include "cli/new_folder.h"
#include "cli/report.h"
#include "cli/text.h"
#include "sandbox/linux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { COPY_MAX = 16 * 1024 * 1024 };

static const char help[] =
    "usage: trollbridge import SRC-TAURI DIR\n"
    "\n"
    "Makes DIR an app folder that grants what the Tauri 2 project in SRC-TAURI grants: a manifest\n"
    "made of its configuration, its active capabilities and its permissions, and what its plugins\n"
    "permit, as its last build knew it. Prints what of the project has no counterpart here, each\n"
    "with its place. The page's own files are not copied.\n"
    "\n"
    "Exit status: 0 done; 2 usage, or DIR is not empty; 3 the project's files are wrong; 4 a part\n"
    "is missing.\n";

static bool not_read(const char *path, int error)
{
    (void)cli_error(CLI_FILES, "io", "%s: cannot be read: %s", path, strerror(error));
    return false;
}

/* Unchanged. A link in the project may lead to another file of it, and no further. */
static bool copy_file(int source, const char *from, int folder, const char *to)
{
    tb_cleanup(tb_bytes_free) uint8_t *data = NULL;
    struct stat status;
    size_t n;
    tb_fd file = tb_open_below(source, from, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (file < 0 || fstat(file, &status) < 0)
        return not_read(from, errno);
    int r = S_ISREG(status.st_mode) ? tb_fd_read_all(file, COPY_MAX, &data, &n) : -EINVAL;
    if (r != TB_OK)
        return not_read(from, r < 0 ? -r : EFBIG);
    return new_folder_write(folder, to, tb_bytes_of(data, n));
}

static bool write_json(int folder, const char *path, const json_t *json)
{
    char *text = json_dumps(json, JSON_INDENT(2));
    char *whole = NULL;
    int n = text ? asprintf(&whole, "%s\n", text) : -1;
    bool ok = n >= 0 && new_folder_write(folder, path, tb_bytes_of(whole, (size_t)n));
    free(text);
    if (n >= 0)
        free(whole);
    return ok;
}

static bool write_file(int source, int folder, const json_t *file)
{
    const char *path = json_string_value(json_object_get(file, "path"));
    const json_t *copy = json_object_get(file, "copy");
    const json_t *text = json_object_get(file, "text");
    const json_t *json = json_object_get(file, "json");
    if (!path)
        return not_read("the policy compiler's report", EPROTO);
    if (copy)
        return copy_file(source, json_string_value(copy), folder, path);
    if (json)
        return write_json(folder, path, json);
    return new_folder_write(folder, path,
                            tb_bytes_of(json_string_value(text), json_string_length(text)));
}

static bool write_all(const char *source_path, int folder, const json_t *report)
{
    size_t i;
    const json_t *file;
    tb_fd source = open(source_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (source < 0)
        return not_read(source_path, errno);
    json_array_foreach(json_object_get(report, "files"), i, file)
    {
        if (!write_file(source, folder, file))
            return false;
    }
    return true;
}

static void print_notes(const json_t *report, const char *folder)
{
    size_t i;
    const json_t *note;
    const json_t *notes = json_object_get(report, "notes");
    printf("%s: %zu files\n", folder, json_array_size(json_object_get(report, "files")));
    if (json_array_size(notes) > 0)
        printf("what has no counterpart yet, or is yours to do:\n");
    json_array_foreach(notes, i, note)
    {
        const char *file = json_string_value(json_object_get(note, "file"));
        json_int_t line = json_integer_value(json_object_get(note, "line"));
        printf("  ");
        if (file && *file) {
            cli_put_to(stdout, file);
            printf(line > 0 ? ":%lld: " : ": ", (long long)line);
        }
        printf("%s\n", json_string_value(json_object_get(note, "message")));
    }
    printf("next: trollbridge policy check %s\n", folder);
}

static int import(const char *source, const char *path)
{
    static const char *const no_options[] = {NULL};
    tb_cleanup(cli_json_free) json_t *report = NULL;
    tb_fd folder = -1;
    int status = cli_report("import", source, no_options, &report);
    if (report && status != CLI_DONE)
        cli_report_findings(report, false);
    if (status == CLI_DONE)
        status = new_folder_open(path, &folder);
    if (status != CLI_DONE)
        return status;
    if (!write_all(source, folder, report))
        return CLI_FILES;
    print_notes(report, path);
    return CLI_DONE;
}

int cli_import(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        fputs(help, stdout);
        return CLI_DONE;
    }
    for (int i = 1; i < argc; i++)
        if (argv[i][0] == '-')
            return cli_usage("import", "there is no option %s", argv[i]);
    if (argc != 3)
        return cli_usage("import", "it takes a project and the folder to make");
    return import(argv[1], argv[2]);
}
