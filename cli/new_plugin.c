#include "cli/new_plugin.h"

#include "base/buffer.h"
#include "base/fd.h"
#include "base/place.h"
#include "cli/cli.h"
#include "cli/new_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_BYTES = 64, FILE_MAX = 64 * 1024 };

#define TEMPLATES "share/trollbridge/templates/plugin/"

/* In the templates' texts and names. */
static const char name_mark[] = "@NAME@";
static const char path_mark[] = "@PKG_CONFIG_PATH@";

struct plugin {
    char name[NAME_MAX_BYTES + 1];
    char pkg_config[PATH_MAX]; /* as make reads it */
};

static bool may_stand_in_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

/* The folder's own name, which the plugin has too. */
static int read_name(const char *folder, struct plugin *plugin)
{
    size_t end = strlen(folder);
    while (end > 0 && folder[end - 1] == '/')
        end--;
    size_t start = end;
    while (start > 0 && folder[start - 1] != '/')
        start--;
    size_t n = end - start;
    bool good = n > 0 && n <= NAME_MAX_BYTES && folder[start] >= 'a' && folder[start] <= 'z' &&
                folder[end - 1] != '-';
    for (size_t i = start; i < end && good; i++)
        good = may_stand_in_name(folder[i]);
    if (!good)
        return cli_usage("new",
                         "%s: the plugin is named like its folder: use a to z, 0 to 9 and -, "
                         "and begin with a letter",
                         folder);
    memcpy(plugin->name, folder + start, n);
    return CLI_DONE;
}

static int check_new(const char *name)
{
    static const char *const places[] = {"", "core:"};
    char path[PATH_MAX];
    char relative[128];
    for (size_t i = 0; i < TB_ARRAY_LEN(places); i++) {
        (void)snprintf(relative, sizeof relative, "share/trollbridge/plugins/%s%s", places[i],
                       name);
        if (tb_place_of(relative, path) == 0)
            return cli_error(CLI_USAGE, "exists",
                             "%s: Trollbridge has a plugin of this name: choose another", name);
    }
    return CLI_DONE;
}

/* Where pkg-config has to be told to look; nothing where it looks by itself. */
static void find_pkg_config(struct plugin *plugin)
{
    char path[PATH_MAX];
    size_t n = 0;
    if (tb_place_of(TB_PKG_CONFIG "/trollbridge-plugin.pc", path) != 0 ||
        strncmp(path, "/usr/lib/", 9) == 0 || strncmp(path, "/usr/local/lib/", 15) == 0)
        return;
    *strrchr(path, '/') = 0;
    for (const char *c = path; *c && n + 3 < sizeof plugin->pkg_config; c++) {
        if (*c == '$' || *c == '#')
            plugin->pkg_config[n++] = *c == '$' ? '$' : '\\';
        plugin->pkg_config[n++] = *c;
    }
}

/* The text with its marks replaced, behind what `out` holds. */
static bool fill(struct tb_bytes text, const struct plugin *plugin, struct tb_buffer *out)
{
    const struct {
        const char *mark;
        const char *text;
    } marks[] = {{name_mark, plugin->name}, {path_mark, plugin->pkg_config}};
    bool good = true;
    for (size_t at = 0; at < text.n && good;) {
        struct tb_bytes rest = tb_bytes_of(text.data + at, text.n - at);
        struct tb_bytes put = tb_bytes_of(rest.data, 1);
        size_t used = 1;
        for (size_t i = 0; i < TB_ARRAY_LEN(marks) && rest.data[0] == '@'; i++) {
            if (tb_bytes_begin(rest, marks[i].mark)) {
                put = tb_bytes_of_string(marks[i].text);
                used = strlen(marks[i].mark);
            }
        }
        good = tb_buffer_append(out, put);
        at += used;
    }
    return good;
}

static int read_template(const char *name, uint8_t **ret_text, size_t *ret_n)
{
    char relative[128];
    char path[PATH_MAX];
    (void)snprintf(relative, sizeof relative, TEMPLATES "%s", name);
    int r = tb_place_of(relative, path);
    tb_fd fd = r < 0 ? r : open(path, O_RDONLY | O_CLOEXEC);
    if (r == 0)
        r = fd < 0 ? -errno : tb_fd_read_all(fd, FILE_MAX, ret_text, ret_n);
    if (r != 0)
        return cli_error(CLI_PART, "io", "%s: cannot be read: a part of Trollbridge is missing",
                         relative);
    return CLI_DONE;
}

static int write_file(int folder, const char *from, const char *to, const struct plugin *plugin)
{
    tb_cleanup(tb_bytes_free) uint8_t *text = NULL;
    tb_cleanup(tb_buffer_deinit) struct tb_buffer filled;
    char path[NAME_MAX_BYTES + 8];
    size_t n;
    tb_buffer_init(&filled, 2 * FILE_MAX);
    int status = read_template(from, &text, &n);
    if (status != CLI_DONE)
        return status;
    (void)snprintf(path, sizeof path, "%s%s", to ? to : plugin->name, to ? "" : ".c");
    if (!fill(tb_bytes_of(text, n), plugin, &filled))
        return cli_error(CLI_PART, "io", "%s: is too large", from);
    return new_folder_write(folder, path, tb_buffer_bytes(&filled)) ? CLI_DONE : CLI_USAGE;
}

static void print_next(const char *folder, const struct plugin *plugin)
{
    printf("%s: the plugin %s, and an app that uses it\n"
           "next: make -C %s\n"
           "      trollbridge call %s/app 'plugin:%s|greet' '{\"name\":\"Beowulf\"}'\n",
           folder, plugin->name, folder, folder, plugin->name);
}

int new_plugin(const char *path)
{
    static const struct {
        const char *from;
        const char *to; /* NULL: NAME.c */
    } files[] = {
        {"README.md", "README.md"},
        {"Makefile", "Makefile"},
        {"plugin.c", NULL},
        {"plugin.toml", "plugin.toml"},
        {"permissions/default.toml", "permissions/default.toml"},
        {"app/trollbridge.toml", "app/trollbridge.toml"},
        {"app/capabilities/main.toml", "app/capabilities/main.toml"},
    };
    struct plugin plugin = {0};
    tb_fd folder = -1;
    int status = read_name(path, &plugin);
    if (status == CLI_DONE)
        status = check_new(plugin.name);
    if (status == CLI_DONE)
        status = new_folder_open(path, &folder);
    find_pkg_config(&plugin);
    for (size_t i = 0; i < TB_ARRAY_LEN(files) && status == CLI_DONE; i++)
        status = write_file(folder, files[i].from, files[i].to, &plugin);
    if (status == CLI_DONE)
        print_next(path, &plugin);
    return status;
}
