#include "bench/app.h"

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

static const char manifest[] = "[app]\n"
                               "id = \"trollbridge.bench\"\n"
                               "[audit]\n"
                               "mode = \"%s\"\n"
                               "file = \"%s\"\n"
                               "[plugins.echo]\n"
                               "program = \"echo\"\n"
                               "permissions = \"plugin\"\n";

static const char capability[] = "{\"identifier\": \"main\", \"windows\": [\"main\"],\n"
                                 " \"permissions\": [\"echo:allow-echo\"]}\n";

static const char plugin[] = "name = \"echo\"\n"
                             "program = \"echo\"\n"
                             "commands = [\"echo\"]\n";

static const char permission[] = "[[permission]]\n"
                                 "identifier = \"allow-echo\"\n"
                                 "description = \"Allows the command echo.\"\n"
                                 "commands.allow = [\"echo\"]\n";

static void close_file(FILE **file)
{
    if (*file)
        fclose(*file);
}

static int join(const char *folder, const char *name, char ret_path[static PATH_MAX])
{
    int n = snprintf(ret_path, PATH_MAX, "%s/%s", folder, name);
    return n < 0 || n >= PATH_MAX ? -ENAMETOOLONG : 0;
}

tb_printf(3, 4) static int write_file(const struct bench_app *app, const char *name,
                                      const char *format, ...)
{
    char path[PATH_MAX];
    int r = join(app->folder, name, path);
    if (r < 0)
        return r;
    FILE *file = fopen(path, "we");
    if (!file)
        return -errno;
    va_list arguments;
    va_start(arguments, format);
    int n = vfprintf(file, format, arguments);
    va_end(arguments);
    return fclose(file) != 0 || n < 0 ? -EIO : 0;
}

static int make_folder(const struct bench_app *app, const char *name)
{
    char path[PATH_MAX];
    int r = join(app->folder, name, path);
    if (r < 0)
        return r;
    return mkdir(path, 0700) < 0 ? -errno : 0;
}

static int copy_program(const struct bench_app *app, const char *name, const char *program)
{
    char path[PATH_MAX];
    struct stat stat;
    int r = join(app->folder, name, path);
    if (r < 0)
        return r;
    tb_fd from = open(program, O_RDONLY | O_CLOEXEC);
    if (from < 0 || fstat(from, &stat) < 0)
        return -errno;
    tb_fd to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
    if (to < 0)
        return -errno;
    for (off_t at = 0; at < stat.st_size;)
        if (sendfile(to, from, &at, (size_t)(stat.st_size - at)) <= 0)
            return -EIO;
    return 0;
}

static int fill(const struct bench_app *app, const char *echo, const char *mode)
{
    int r = make_folder(app, "capabilities");
    if (r == 0)
        r = make_folder(app, "plugin");
    if (r == 0)
        r = make_folder(app, "plugin/permissions");
    if (r == 0)
        r = write_file(app, "trollbridge.toml", manifest, mode, app->log);
    if (r == 0)
        r = write_file(app, "capabilities/main.json", "%s", capability);
    if (r == 0)
        r = write_file(app, "plugin/plugin.toml", "%s", plugin);
    if (r == 0)
        r = write_file(app, "plugin/permissions/echo.toml", "%s", permission);
    return r == 0 ? copy_program(app, "echo", echo) : r;
}

int bench_app_make(struct bench_app *app, const char *echo, const char *mode)
{
    const char *temporary = getenv("TMPDIR");
    *app = (struct bench_app){0};
    int r = join(temporary && temporary[0] == '/' ? temporary : "/tmp", "trollbridge-bench-XXXXXX",
                 app->folder);
    if (r == 0 && !mkdtemp(app->folder))
        r = -errno;
    if (r < 0) {
        app->folder[0] = 0;
        return r;
    }
    r = join(app->folder, "audit.jsonl", app->log);
    return r == 0 ? fill(app, echo, mode) : r;
}

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
    (void)stat;
    (void)type;
    (void)ftw;
    (void)remove(path);
    return 0;
}

void bench_app_remove(struct bench_app *app)
{
    if (app->folder[0])
        (void)nftw(app->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    app->folder[0] = 0;
}

int bench_app_count_done(const struct bench_app *app, uint64_t *ret_n)
{
    char line[8192];
    uint64_t n = 0;
    tb_cleanup(close_file) FILE *file = fopen(app->log, "re");
    if (!file)
        return -errno;
    while (fgets(line, sizeof line, file))
        n += strstr(line, "\"event\":\"done\"") != NULL;
    *ret_n = n;
    return 0;
}
