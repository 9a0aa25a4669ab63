#include "dev/names.h"

#include <string.h>

static bool begins(const char *name, const char *with)
{
    return strncmp(name, with, strlen(with)) == 0;
}

static bool ends(const char *name, size_t n, const char *with)
{
    size_t n_with = strlen(with);
    return n > n_with && strcmp(name + n - n_with, with) == 0;
}

/* Vim asks by this name whether it may make files in a folder; if it is taken, by the next ones. */
static bool is_probe(const char *name, size_t n)
{
    unsigned number = 0;
    if (n < 4 || n > 5 || name[0] == '0')
        return false;
    for (size_t i = 0; i < n; i++) {
        if (name[i] < '0' || name[i] > '9')
            return false;
        number = number * 10 + (unsigned)(name[i] - '0');
    }
    return number >= 4913 && (number - 4913) % 123 == 0;
}

bool dev_name_is_temporary(const char *name)
{
    static const char *const fronts[] = {".#", ".goutputstream-"};
    static const char *const backs[] = {"~",         ".swp", ".swo",         ".swx",        ".swpx",
                                        ".kate-swp", ".tmp", "___jb_tmp___", "___jb_old___"};
    size_t n = strlen(name);
    for (size_t i = 0; i < TB_ARRAY_LEN(fronts); i++)
        if (begins(name, fronts[i]))
            return true;
    for (size_t i = 0; i < TB_ARRAY_LEN(backs); i++)
        if (ends(name, n, backs[i]))
            return true;
    return (n > 2 && name[0] == '#' && name[n - 1] == '#') || is_probe(name, n);
}

bool dev_name_is_foreign(const char *name)
{
    return strcmp(name, ".git") == 0 || strcmp(name, "node_modules") == 0;
}

bool dev_path_is_below(const char *path, const char *folder)
{
    size_t n = strlen(folder);
    return n == 0 || (strncmp(path, folder, n) == 0 && (path[n] == 0 || path[n] == '/'));
}
