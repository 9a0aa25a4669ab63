#include "cli/new_template.h"

#include "base/buffer.h"
#include "base/fd.h"
#include "base/place.h"
#include "cli/cli.h"
#include "cli/new_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { FILE_MAX = 256 * 1024 };

static bool may_stand_in_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

int new_template_name(const char *folder, const char *what, char ret_name[static NEW_NAME_MAX + 1])
{
    size_t end = strlen(folder);
    while (end > 0 && folder[end - 1] == '/')
        end--;
    size_t start = end;
    while (start > 0 && folder[start - 1] != '/')
        start--;
    size_t n = end - start;
    bool good = n > 0 && n <= NEW_NAME_MAX && folder[start] >= 'a' && folder[start] <= 'z' &&
                folder[end - 1] != '-';
    for (size_t i = start; i < end && good; i++)
        good = may_stand_in_name(folder[i]);
    if (!good)
        return cli_usage("new",
                         "%s: the %s is named like its folder: use a to z, 0 to 9 and -, "
                         "and begin with a letter",
                         folder, what);
    memcpy(ret_name, folder + start, n);
    ret_name[n] = 0;
    return CLI_DONE;
}

/* What stands there instead, and how much of the text that takes. */
static struct tb_bytes replaced(const struct new_template *template, struct tb_bytes rest,
                                size_t *ret_used)
{
    for (size_t i = 0; i < template->n_marks && rest.data[0] == '@'; i++) {
        const struct new_mark *mark = &template->marks[i];
        if (!tb_bytes_begin(rest, mark->mark))
            continue;
        *ret_used = strlen(mark->mark);
        return tb_bytes_of_string(mark->text);
    }
    *ret_used = 1;
    return tb_bytes_of(rest.data, 1);
}

static bool fill(const struct new_template *template, struct tb_bytes text, struct tb_buffer *out)
{
    bool good = true;
    for (size_t at = 0, used; at < text.n && good; at += used)
        good = tb_buffer_append(
            out, replaced(template, tb_bytes_of(text.data + at, text.n - at), &used));
    return good;
}

static int read_file(const struct new_template *template, const char *from, uint8_t **ret_text,
                     size_t *ret_n)
{
    char relative[PATH_MAX];
    char path[PATH_MAX];
    (void)snprintf(relative, sizeof relative, "share/trollbridge/templates/%s/%s", template->name,
                   from);
    int r = tb_place_of(relative, path);
    tb_fd fd = r < 0 ? r : open(path, O_RDONLY | O_CLOEXEC);
    if (r == 0)
        r = fd < 0 ? -errno : tb_fd_read_all(fd, FILE_MAX, ret_text, ret_n);
    if (r != 0)
        return cli_error(CLI_PART, "io", "%s: cannot be read: a part of Trollbridge is missing",
                         relative);
    return CLI_DONE;
}

int new_template_write(const struct new_template *template, int folder, const char *from,
                       const char *to)
{
    tb_cleanup(tb_bytes_free) uint8_t *text = NULL;
    tb_cleanup(tb_buffer_deinit) struct tb_buffer filled;
    size_t n;
    tb_buffer_init(&filled, 2 * FILE_MAX);
    int status = read_file(template, from, &text, &n);
    if (status != CLI_DONE)
        return status;
    if (!fill(template, tb_bytes_of(text, n), &filled))
        return cli_error(CLI_PART, "io", "%s: is too large", from);
    return new_folder_write(folder, to, tb_buffer_bytes(&filled)) ? CLI_DONE : CLI_USAGE;
}
