#include "bench/app.h"

#include "base/fd.h"
#include "base/place.h"
#include "bench/folder.h"
#include "bench/many.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LARGE_COMMANDS = 3000 };

/* Beside those 3,000 of the plugin: permissions that other views have. */
static const struct bench_size large_size = {.capabilities = 999, .permissions = 7000};

static const char manifest[] = "[app]\n"
                               "id = \"trollbridge.bench\"\n"
                               "frontend = \"dist\"\n"
                               "csp = \"connect-src 'self' bare:\"\n"
                               "[audit]\n"
                               "mode = \"%s\"\n"
                               "file = \"%s\"\n"
                               "[plugins.echo]\n"
                               "program = \"echo\"\n"
                               "permissions = \"plugin\"\n"
                               "%s";

static const char capability[] = "{\"identifier\": \"main\", \"windows\": [\"main\"],\n"
                                 " \"permissions\": [\"echo:allow-echo\"%s%s]}\n";

static const char plugin[] = "name = \"echo\"\n"
                             "program = \"echo\"\n"
                             "commands = [\"echo\", \"other\"]\n";

static const char permission[] = "[[permission]]\n"
                                 "identifier = \"allow-echo\"\n"
                                 "description = \"Allows the command echo.\"\n"
                                 "commands.allow = [\"echo\"]\n"
                                 "[[permission]]\n"
                                 "identifier = \"allow-other\"\n"
                                 "description = \"Allows the command other.\"\n"
                                 "commands.allow = [\"other\"]\n";

static int copy_file(const struct bench_app *app, const char *name, const char *from_path)
{
    char path[PATH_MAX];
    struct stat stat;
    int r = bench_folder_join(app->folder, name, path);
    if (r < 0)
        return r;
    tb_fd from = open(from_path, O_RDONLY | O_CLOEXEC);
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

static int fill_plugin(const struct bench_app *app, bool large)
{
    int r = bench_folder_add(app->folder, "plugin");
    if (r == 0)
        r = bench_folder_add(app->folder, "plugin/permissions");
    if (r == 0)
        r = bench_folder_write(app->folder, "plugin/permissions/echo.toml", "%s", permission);
    if (r < 0)
        return r;
    return large ? bench_many_plugin(app->folder, LARGE_COMMANDS)
                 : bench_folder_write(app->folder, "plugin/plugin.toml", "%s", plugin);
}

static int fill_frontend(const struct bench_app *app)
{
    char index[PATH_MAX];
    char script[PATH_MAX];
    int r = tb_place_of("libexec/trollbridge/bench/frontend/index.html", index);
    if (r == 0)
        r = tb_place_of("libexec/trollbridge/bench/frontend/bench.js", script);
    if (r == 0)
        r = bench_folder_add(app->folder, "dist");
    if (r == 0)
        r = copy_file(app, "dist/index.html", index);
    return r == 0 ? copy_file(app, "dist/bench.js", script) : r;
}

static int fill(const struct bench_app *app, const char *echo, const struct bench_kind *kind)
{
    int r = bench_folder_write(app->folder, "trollbridge.toml", manifest, kind->mode, app->log,
                               bench_filters_manifest(kind->filter));
    if (r == 0)
        r = bench_folder_add(app->folder, "capabilities");
    if (r == 0)
        r = bench_folder_write(app->folder, "capabilities/main.json", capability,
                               kind->large ? ", \"echo:all\"" : "",
                               bench_filters_permission(kind->filter));
    if (r == 0)
        r = bench_filters_write(app->folder, kind->filter);
    if (r == 0)
        r = fill_plugin(app, kind->large);
    if (r == 0 && kind->large)
        r = bench_many_write(app->folder, &large_size);
    if (r == 0 && kind->page)
        r = fill_frontend(app);
    return r == 0 ? copy_file(app, "echo", echo) : r;
}

int bench_app_make(struct bench_app *app, const char *echo, const struct bench_kind *kind)
{
    *app = (struct bench_app){0};
    int r = bench_folder_make(app->folder);
    if (r == 0)
        r = bench_folder_join(app->folder, "audit.jsonl", app->log);
    return r == 0 ? fill(app, echo, kind) : r;
}

void bench_app_remove(struct bench_app *app)
{
    bench_folder_remove(app->folder);
    app->folder[0] = 0;
}

static void close_file(FILE **file)
{
    if (*file)
        fclose(*file);
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
