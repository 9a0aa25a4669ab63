#include "cli/audit.h"

#include "cli/app.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

static int path_of_app(const char *app, char **ret_path)
{
    struct tb_settings settings;
    int status = cli_app_settings(app, &settings);
    if (status != CLI_DONE)
        return status;
    struct tb_bytes file = settings.audit_file;
    char *path = strndup((const char *)file.data, file.n);
    tb_settings_deinit(&settings);
    if (!path)
        return cli_error(CLI_PART, "io", "out of memory");
    *ret_path = path;
    return CLI_DONE;
}

int audit_path_of(const char *app_or_file, char **ret_path)
{
    struct stat stat_of;
    if (stat(app_or_file, &stat_of) < 0)
        return cli_error(CLI_FILES, "io", "cannot open %s: %s", app_or_file, strerror(errno));
    if (S_ISDIR(stat_of.st_mode))
        return path_of_app(app_or_file, ret_path);
    if (!S_ISREG(stat_of.st_mode))
        return cli_error(CLI_FILES, "io", "%s is neither an app's folder nor a log file",
                         app_or_file);
    char *path = strdup(app_or_file);
    if (!path)
        return cli_error(CLI_PART, "io", "out of memory");
    *ret_path = path;
    return CLI_DONE;
}
