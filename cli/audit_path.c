#include "cli/audit.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

int audit_path_of(const char *app_or_file, char **ret_path)
{
    struct stat stat_of;
    if (stat(app_or_file, &stat_of) < 0)
        return cli_error(CLI_FILES, "io", "cannot open %s: %s", app_or_file, strerror(errno));
    if (!S_ISREG(stat_of.st_mode))
        return cli_error(CLI_FILES, "io", "%s is not a log file", app_or_file);
    char *path = strdup(app_or_file);
    if (!path)
        return cli_error(CLI_PART, "io", "out of memory");
    *ret_path = path;
    return CLI_DONE;
}
