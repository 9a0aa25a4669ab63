#include "policy/compiler/data/source.h"

#include "base/fd.h"
#include "base/result.h"
#include "sandbox/linux.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct tb_place file_place(const char *shown)
{
    return (struct tb_place){shown, 0};
}

static void tell_errno(struct tb_report *report, const char *shown, int error)
{
    if (error == EXDEV)
        tb_report_error(report, "symlink", file_place(shown),
                        "leads out of the project's folder by a symbolic link: put the file itself "
                        "here");
    else if (error == ELOOP || error == EMLINK)
        tb_report_error(report, "symlink", file_place(shown),
                        "is a symbolic link: put the file itself here");
    else
        tb_report_error(report, "io", file_place(shown), "cannot be read: %s",
                        strerrordesc_np(error));
}

int tb_source_folder(struct tb_report *report, int dir, const char *name, const char *shown)
{
    int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 || errno == ENOENT)
        return fd;
    /* The kernel says ENOTDIR of a link that it was told not to follow. */
    struct stat status;
    bool link = fstatat(dir, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(status.st_mode);
    tell_errno(report, shown, link ? ELOOP : errno);
    return -1;
}

static int open_folder_below(struct tb_report *report, int root, const char *path)
{
    int fd = tb_open_below(root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && errno != ENOENT)
        tell_errno(report, path, errno);
    return fd;
}

bool tb_source_exists(int dir, const char *name)
{
    struct stat status;
    return fstatat(dir, name, &status, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool check_file(struct tb_report *report, int fd, const char *shown)
{
    struct stat status;
    if (fstat(fd, &status) < 0) {
        tell_errno(report, shown, errno);
        return false;
    }
    if (S_ISREG(status.st_mode) && status.st_size <= TB_FILE_MAX)
        return true;
    if (!S_ISREG(status.st_mode))
        tb_report_error(report, "io", file_place(shown), "is not a regular file");
    else
        tb_report_error(report, "too-large", file_place(shown), "is larger than 16 MiB: split it");
    return false;
}

static bool read_file(struct tb_report *report, int fd, const char *shown,
                      struct tb_bytes *ret_text)
{
    if (fd < 0) {
        tell_errno(report, shown, errno);
        return false;
    }
    if (!check_file(report, fd, shown))
        return false;
    uint8_t *data;
    size_t n;
    int r = tb_fd_read_all(fd, TB_FILE_MAX, &data, &n);
    if (r != TB_OK) {
        tell_errno(report, shown, r < 0 ? -r : EFBIG);
        return false;
    }
    *ret_text = tb_arena_copy(report->arena, tb_bytes_of(data, n));
    free(data);
    return true;
}

bool tb_source_read(struct tb_report *report, int dir, const char *name, const char *shown,
                    struct tb_bytes *ret_text)
{
    /* O_NONBLOCK: a pipe of that name must not hold the compiler. */
    tb_fd fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    return read_file(report, fd, shown, ret_text);
}

bool tb_source_read_below(struct tb_report *report, int root, const char *path,
                          struct tb_bytes *ret_text)
{
    tb_fd fd = tb_open_below(root, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    return read_file(report, fd, path, ret_text);
}

static int compare_names(const void *a, const void *b)
{
    const char *const *left = a;
    const char *const *right = b;
    return strcmp(*left, *right);
}

static void close_folder(DIR **folder)
{
    if (*folder)
        closedir(*folder);
}

size_t tb_source_names(struct tb_report *report, int dir, const char *shown,
                       const char ***ret_names)
{
    const char **names = NULL;
    size_t n = 0;
    /* The stream owns its descriptor; `dir` stays the caller's. */
    tb_fd own = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    tb_cleanup(close_folder) DIR *folder = own < 0 ? NULL : fdopendir(own);
    if (!folder) {
        tell_errno(report, shown, errno);
        return 0;
    }
    own = -1;
    for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (n == TB_FILES_MAX) {
            tb_report_error(report, "too-large", file_place(shown), "holds more than 65536 files");
            break;
        }
        names = tb_arena_grow(report->arena, names, n, sizeof *names);
        names[n++] = tb_arena_string(report->arena, tb_bytes_of_string(entry->d_name));
    }
    if (n > 0)
        qsort(names, n, sizeof *names, compare_names);
    *ret_names = names;
    return n;
}

struct walk {
    struct tb_report *report;
    struct tb_document *first;
    struct tb_document *last;
    size_t n_files;
    size_t n_names; /* links may lead to one folder again and again */
    enum tb_source_kind kind;
    int root; /* what links may not lead out of; -1: no link is followed */
};

static void add_document(struct walk *walk, const struct tb_value *root)
{
    struct tb_document *document = TB_NEW(walk->report->arena, struct tb_document);
    document->root = root;
    if (walk->last)
        walk->last->next = document;
    else
        walk->first = document;
    walk->last = document;
}

const struct tb_value *tb_source_document(struct tb_report *report, enum tb_format format,
                                          const char *shown, struct tb_bytes text,
                                          enum tb_source_kind kind)
{
    struct tb_value *root = tb_value_read(report, format, shown, text);
    if (!root)
        return NULL;
    /* What Tauri reads straight into its types: value.h. */
    bool typed = kind == TB_SOURCE_PERMISSIONS || root->type == TB_VALUE_LIST;
    tb_value_settle_duplicates(report, root, typed ? TB_DUPLICATES_TYPED : TB_DUPLICATES_LAST_WINS);
    return root;
}

static void visit_file(struct walk *walk, int dir, const char *name, const char *shown)
{
    enum tb_format format = tb_format_of(name);
    struct tb_bytes text;
    if (format == TB_FORMAT_JSON5 && walk->kind == TB_SOURCE_PERMISSIONS)
        tb_report_warning(walk->report, "ignored-file", file_place(shown),
                          "permissions are not read from JSON5: write JSON and name it .json");
    if (format == TB_FORMAT_NONE ||
        (format == TB_FORMAT_JSON5 && walk->kind == TB_SOURCE_PERMISSIONS))
        return;
    if (++walk->n_files > TB_FILES_MAX)
        tb_report_error(walk->report, "too-large", file_place(shown), "is one file too many");
    if (walk->n_files > TB_FILES_MAX)
        return;
    if (walk->root >= 0 ? !tb_source_read_below(walk->report, walk->root, shown, &text)
                        : !tb_source_read(walk->report, dir, name, shown, &text))
        return;
    const struct tb_value *root = tb_source_document(walk->report, format, shown, text, walk->kind);
    if (root)
        add_document(walk, root);
}

static void visit_folder(struct walk *walk, int dir, const char *shown, unsigned depth);

/* Without following a link, but where that is allowed. */
static int status_of(const struct walk *walk, int dir, const char *name, const char *shown,
                     struct stat *ret_status)
{
    if (walk->root < 0)
        return fstatat(dir, name, ret_status, AT_SYMLINK_NOFOLLOW);
    tb_fd fd = tb_open_below(walk->root, shown, O_PATH | O_CLOEXEC);
    return fd < 0 ? -1 : fstat(fd, ret_status);
}

/* Whether the folder that it lies in is one of schemas. What lies deeper counts, as for Tauri. */
static bool in_schemas(const char *shown)
{
    static const char folder[] = "/schemas";
    const char *end = strrchr(shown, '/');
    size_t n = end ? (size_t)(end - shown) : 0;
    return n >= sizeof folder - 1 &&
           memcmp(end - (sizeof folder - 1), folder, sizeof folder - 1) == 0;
}

/* The name goes into tables, the log and JSON. */
static bool is_showable(const char *name)
{
    struct tb_bytes text = tb_bytes_of_string(name);
    for (size_t i = 0; i < text.n; i++)
        if (text.data[i] < 0x20 || text.data[i] == 0x7f)
            return false;
    return tb_utf8_valid(text);
}

/* A linked folder must not be passed over as a file of another kind is: what it denies would be
 * lost. */
static bool links_to_folder(int dir, const char *name, const struct stat *status)
{
    struct stat target;
    return S_ISLNK(status->st_mode) && fstatat(dir, name, &target, 0) == 0 &&
           S_ISDIR(target.st_mode);
}

static void visit(struct walk *walk, int dir, const char *name, const char *folder, unsigned depth)
{
    const char *shown = tb_arena_format(walk->report->arena, "%s/%s", folder, name);
    struct stat status;
    if (!is_showable(name)) {
        tb_report_error(walk->report, "io", file_place(folder),
                        "the name of `%s` is not UTF-8 text without control characters: rename it",
                        name);
    } else if (status_of(walk, dir, name, shown, &status) < 0) {
        tell_errno(walk->report, shown, errno);
    } else if (links_to_folder(dir, name, &status)) {
        tell_errno(walk->report, shown, ELOOP);
    } else if (!S_ISDIR(status.st_mode)) {
        if (!in_schemas(shown))
            visit_file(walk, dir, name, shown);
    } else {
        tb_fd below = walk->root >= 0 ? open_folder_below(walk->report, walk->root, shown)
                                      : tb_source_folder(walk->report, dir, name, shown);
        if (below >= 0)
            visit_folder(walk, below, shown, depth + 1);
    }
}

static void visit_folder(struct walk *walk, int dir, const char *shown, unsigned depth)
{
    const char **names = NULL;
    size_t n = tb_source_names(walk->report, dir, shown, &names);
    walk->n_names += n;
    if (depth > TB_FOLDER_DEPTH || walk->n_names > 2 * TB_FILES_MAX) {
        tb_report_error(walk->report, "too-large", file_place(shown),
                        "is nested too deep, or a link in it leads round in a circle");
        return;
    }
    for (size_t i = 0; i < n; i++)
        visit(walk, dir, names[i], shown, depth);
}

struct tb_document *tb_source_walk(struct tb_report *report, int dir, const char *shown,
                                   enum tb_source_kind kind)
{
    struct walk walk = {.report = report, .kind = kind, .root = -1};
    visit_folder(&walk, dir, shown, 0);
    return walk.first;
}

struct tb_document *tb_source_walk_below(struct tb_report *report, int root, const char *path,
                                         enum tb_source_kind kind)
{
    struct walk walk = {.report = report, .kind = kind, .root = root};
    tb_fd dir = open_folder_below(report, root, path);
    if (dir >= 0)
        visit_folder(&walk, dir, path, 0);
    return walk.first;
}
