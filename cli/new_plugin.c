#include "cli/new_plugin.h"

#include "base/fd.h"
#include "base/place.h"
#include "cli/cli.h"
#include "cli/new_folder.h"
#include "cli/new_template.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

struct plugin {
    char name[NEW_NAME_MAX + 1];
    char pkg_config[PATH_MAX]; /* as make reads it */
};

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

static int write_files(const struct plugin *plugin, int folder)
{
    char source[NEW_NAME_MAX + 8];
    (void)snprintf(source, sizeof source, "%s.c", plugin->name);
    const struct new_mark marks[] = {{"@NAME@", plugin->name},
                                     {"@PKG_CONFIG_PATH@", plugin->pkg_config}};
    const struct new_template template = {"plugin", marks, TB_ARRAY_LEN(marks)};
    static const char *const files[] = {"README.md",
                                        "Makefile",
                                        "plugin.toml",
                                        "commands.d.ts",
                                        "permissions/default.toml",
                                        "app/trollbridge.toml",
                                        "app/capabilities/main.toml",
                                        "app/policy.test.toml"};
    int status = new_template_write(&template, folder, "plugin.c", source);
    for (size_t i = 0; i < TB_ARRAY_LEN(files) && status == CLI_DONE; i++)
        status = new_template_write(&template, folder, files[i], files[i]);
    return status;
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
    struct plugin plugin = {0};
    tb_fd folder = -1;
    int status = new_template_name(path, "plugin", plugin.name);
    if (status == CLI_DONE)
        status = check_new(plugin.name);
    if (status == CLI_DONE)
        status = new_folder_open(path, &folder);
    find_pkg_config(&plugin);
    if (status == CLI_DONE)
        status = write_files(&plugin, folder);
    if (status == CLI_DONE)
        print_next(path, &plugin);
    return status;
}
