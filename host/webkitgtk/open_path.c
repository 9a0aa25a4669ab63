#include "host/webkitgtk/open_path.h"

#include "base/fd.h"
#include "base/result.h"
#include "plugins/fs/glob.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

/* Desktops run these, or have programs run them, whether or not they may be executed. */
static const char *const runnable_types[] = {
    "application/java-archive",
    "application/vnd.appimage",
    "application/vnd.debian.binary-package",
    "application/vnd.flatpak",
    "application/vnd.flatpak.ref",
    "application/vnd.flatpak.repo",
    "application/vnd.microsoft.portable-executable",
    "application/vnd.snap",
    "application/x-desktop",
    "application/x-executable",
    "application/x-java-archive",
    "application/x-java-jnlp-file",
    "application/x-ms-dos-executable",
    "application/x-ms-shortcut",
    "application/x-msdownload",
    "application/x-msi",
    "application/x-pie-executable",
    "application/x-rpm",
    "application/x-sharedlib",
};

/* ---- where a path leads ---- */

static char *absolute(struct tb_bytes untrusted_path)
{
    g_autofree char *text = g_strndup((const char *)untrusted_path.data, untrusted_path.n);
    if (untrusted_path.n >= PATH_MAX || strlen(text) != untrusted_path.n)
        return NULL;
    if (g_ascii_strncasecmp(text, "file:", 5) == 0) {
        g_autofree char *host = NULL;
        g_autofree char *path = g_filename_from_uri(text, &host, NULL);
        return host && *host ? NULL : g_steal_pointer(&path);
    }
    return text[0] == '/' ? g_steal_pointer(&text) : NULL;
}

/* Of what an open descriptor is, as the kernel has it. NULL: it has no path any more. */
static char *path_of(int fd)
{
    char path[PATH_MAX];
    g_autofree char *link = g_strdup_printf("/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path);
    struct stat here, there;
    if (n <= 0 || n == (ssize_t)sizeof path || path[0] != '/')
        return NULL;
    path[n] = '\0';
    /* A file that was taken away is named with words behind it, and so may another one be. */
    if (fstat(fd, &here) < 0 || lstat(path, &there) < 0 || here.st_dev != there.st_dev ||
        here.st_ino != there.st_ino)
        return NULL;
    return g_utf8_validate(path, n, NULL) ? g_strdup(path) : NULL;
}

char *tb_open_path_real(struct tb_bytes untrusted_path)
{
    struct stat status;
    g_autofree char *path = absolute(untrusted_path);
    tb_fd fd = path ? open(path, O_PATH | O_CLOEXEC) : -1;
    if (fd < 0 || fstat(fd, &status) < 0)
        return NULL;
    return S_ISREG(status.st_mode) || S_ISDIR(status.st_mode) ? path_of(fd) : NULL;
}

/* ---- patterns ---- */

static void free_glob(struct tb_glob **glob)
{
    tb_glob_free(*glob);
}

/* The path as the pattern would name it, if what the pattern begins with leads there. NULL: it does
 * not. */
static char *as_pattern_names_it(const char *real, const struct tb_glob *glob)
{
    bool whole, below;
    struct tb_bytes root = tb_glob_root(glob, &whole, &below);
    g_autofree char *named = g_strndup((const char *)root.data, root.n);
    g_autofree char *led = realpath(named, NULL);
    size_t n = led ? strlen(led) : 0;
    if (n == 1)
        return g_strdup(real);
    if (n == 0 || strncmp(real, led, n) != 0 || (real[n] && real[n] != '/'))
        return NULL;
    return g_strconcat(named, real + n, NULL);
}

static bool matches(const struct tb_glob *glob, const char *path, bool deny)
{
    struct tb_bytes text = tb_bytes_of_string(path);
    return deny ? tb_glob_covers(glob, text, TB_DOTS_ANY)
                : tb_glob_matches(glob, text, TB_DOTS_LITERAL);
}

bool tb_open_path_matches(const char *real, struct tb_bytes pattern, bool deny)
{
    tb_cleanup(free_glob) struct tb_glob *glob = NULL;
    if (strlen(real) >= TB_GLOB_MAX || tb_glob_compile(pattern, &glob) != TB_OK)
        return deny;
    g_autofree char *named = as_pattern_names_it(real, glob);
    return matches(glob, real, deny) || (named && matches(glob, named, deny));
}

/* ---- kinds ---- */

static bool is_runnable(const char *type, bool may_execute)
{
    for (size_t i = 0; i < TB_ARRAY_LEN(runnable_types); i++)
        if (g_content_type_is_a(type, runnable_types[i]))
            return true;
    return may_execute && g_content_type_can_be_executable(type);
}

char *tb_open_path_type(const char *real)
{
    static const char asked[] =
        G_FILE_ATTRIBUTE_STANDARD_CONTENT_TYPE "," G_FILE_ATTRIBUTE_UNIX_MODE;
    g_autoptr(GFile) file = g_file_new_for_path(real);
    g_autoptr(GFileInfo) info =
        g_file_query_info(file, asked, G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, NULL, NULL);
    const char *type = info ? g_file_info_get_content_type(info) : NULL;
    if (!type)
        return NULL;
    guint32 mode = g_file_info_get_attribute_uint32(info, G_FILE_ATTRIBUTE_UNIX_MODE);
    return is_runnable(type, S_ISREG(mode) && (mode & 0111)) ? NULL : g_strdup(type);
}
