/*
 * A plugin that is told of picks, and opens what it is asked to, by whatever path.
 *
 *     picks {}                         [{"number", "path", "at", "folder", "recursive",
 * "writable"}] read {"path": str}               the text, or the errno as a name write {"path":
 * str}              makes the file, or writes over it list {"path": str}               names,
 * sorted rename {"path": str, "to": str} run {"path": str}                executes it in this
 * process's place
 */
#include "plugins/sdk/trollbridge-plugin.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PICKS = 64, PATH_SIZE = 4200, TEXT_MAX = 4096 };

struct pick {
    uint32_t number;
    char path[PATH_SIZE];
    char at[PATH_SIZE];
    bool folder;
    bool recursive;
    bool writable;
};

static struct pick picks[PICKS];
static size_t n_picks;

static void keep(char *to, struct tb_bytes text)
{
    if (text.n >= PATH_SIZE)
        abort();
    memcpy(to, text.data, text.n);
    to[text.n] = 0;
}

static void picked(void *state, const struct tb_pick *pick)
{
    (void)state;
    if (n_picks == PICKS)
        abort();
    struct pick *own = &picks[n_picks++];
    *own = (struct pick){.number = pick->number,
                         .folder = pick->folder,
                         .recursive = pick->recursive,
                         .writable = pick->writable};
    keep(own->path, pick->path);
    keep(own->at, pick->at);
}

static void tell_picks(struct tb_call *call)
{
    struct tb_packer *packer = tb_reply_value(call);
    tb_pack_array(packer, n_picks);
    for (size_t i = 0; i < n_picks; i++) {
        tb_pack_map(packer, 6);
        tb_pack_key_uint(packer, "number", picks[i].number);
        tb_pack_key_text(packer, "path", picks[i].path);
        tb_pack_key_text(packer, "at", picks[i].at);
        tb_pack_key_bool(packer, "folder", picks[i].folder);
        tb_pack_key_bool(packer, "recursive", picks[i].recursive);
        tb_pack_key_bool(packer, "writable", picks[i].writable);
    }
}

static bool path_of(struct tb_call *call, const char *name, char path[static PATH_SIZE])
{
    struct tb_bytes text;
    if (!tb_arg_str(call, call->args, name, TB_REQUIRED, &text))
        return false;
    keep(path, text);
    return true;
}

/* The errno's name, or "" for 0. */
static void answer(struct tb_call *call, int error)
{
    tb_pack_text(tb_reply_value(call), error ? strerrorname_np(error) : "");
}

static void read_file(struct tb_call *call)
{
    char path[PATH_SIZE];
    char text[TEXT_MAX];
    if (!path_of(call, "path", path))
        return;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text);
    int error = errno;
    if (fd >= 0)
        close(fd);
    if (n < 0)
        answer(call, error);
    else
        tb_pack_str(tb_reply_value(call), tb_bytes_of(text, (size_t)n));
}

static void write_file(struct tb_call *call)
{
    char path[PATH_SIZE];
    if (!path_of(call, "path", path))
        return;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK, 0600);
    bool ok = fd >= 0 && write(fd, "new", 3) == 3;
    int error = ok ? 0 : errno;
    if (fd >= 0)
        close(fd);
    answer(call, error);
}

static int is_name(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static void list(struct tb_call *call)
{
    char path[PATH_SIZE];
    struct dirent **entries;
    if (!path_of(call, "path", path))
        return;
    int n = scandir(path, &entries, is_name, alphasort);
    if (n < 0) {
        answer(call, errno);
        return;
    }
    struct tb_packer *packer = tb_reply_value(call);
    tb_pack_array(packer, (size_t)n);
    for (int i = 0; i < n; i++) {
        tb_pack_text(packer, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
}

static void rename_file(struct tb_call *call)
{
    char path[PATH_SIZE];
    char to[PATH_SIZE];
    if (path_of(call, "path", path) && path_of(call, "to", to))
        answer(call, rename(path, to) == 0 ? 0 : errno);
}

static void run(struct tb_call *call)
{
    char path[PATH_SIZE];
    char *const argv[] = {path, NULL};
    char *const environment[] = {NULL};
    if (!path_of(call, "path", path))
        return;
    execve(path, argv, environment);
    answer(call, errno);
}

int main(void)
{
    static const struct tb_plugin_command commands[] = {
        {"picks", tell_picks}, {"read", read_file},     {"write", write_file},
        {"list", list},        {"rename", rename_file}, {"run", run},
    };
    static const struct tb_plugin plugin = {
        .commands = commands,
        .n_commands = sizeof commands / sizeof commands[0],
        .picked = picked,
    };
    return tb_plugin_main(&plugin);
}
