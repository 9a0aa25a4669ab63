#include "base/fd.h"
#include "plugins/fs/commands.h"
#include "plugins/fs/entries.h"

#include <dirent.h>
#include <fcntl.h>

enum { NAME_ROOM = 3 * 256 }; /* each byte of a name may become a replacement character */

static uint8_t type_of(int folder, const struct fs_entry_head *entry)
{
    struct stat status;
    if (entry->type != DT_UNKNOWN)
        return entry->type;
    /* Some file systems do not say. */
    if (fstatat(folder, entry->name, &status, AT_SYMLINK_NOFOLLOW) < 0)
        return DT_UNKNOWN;
    return (uint8_t)IFTODT(status.st_mode);
}

/* Names are bytes; what is not UTF-8 in them is shown as the replacement character. */
static struct tb_bytes readable(struct tb_bytes name, uint8_t out[static NAME_ROOM])
{
    size_t n = 0;
    if (tb_utf8_valid(name))
        return name;
    for (size_t at = 0; at < name.n && n + 4 <= NAME_ROOM;) {
        size_t size = 1;
        while (size <= 4 &&
               (at + size > name.n || !tb_utf8_valid(tb_bytes_of(name.data + at, size))))
            size++;
        bool good = size <= 4;
        memcpy(out + n, good ? name.data + at : (const uint8_t *)"\xef\xbf\xbd", good ? size : 3);
        n += good ? size : 3;
        at += good ? size : 1;
    }
    return tb_bytes_of(out, n);
}

static void pack_entry(struct tb_packer *packer, int folder, const struct fs_entry_head *entry)
{
    uint8_t room[NAME_ROOM];
    uint8_t type = type_of(folder, entry);
    tb_pack_map(packer, 4);
    tb_pack_key_str(packer, "name", readable(tb_bytes_of_string(entry->name), room));
    tb_pack_key_bool(packer, "isDirectory", type == DT_DIR);
    tb_pack_key_bool(packer, "isFile", type == DT_REG);
    tb_pack_key_bool(packer, "isSymlink", type == DT_LNK);
}

/* The number of entries, or -errno. */
static long pack_entries(struct tb_packer *packer, int folder)
{
    struct fs_entries entries;
    const struct fs_entry_head *entry;
    long n = 0;
    fs_entries_begin(&entries, folder);
    for (;;) {
        int r = fs_entries_next(&entries, &entry);
        if (r < 0)
            return r;
        if (!entry || tb_pack_failed(packer))
            return n;
        pack_entry(packer, folder, entry);
        n++;
    }
}

void fs_read_dir(struct tb_call *call)
{
    struct fs_path path;
    struct tb_args options;
    struct stat status;
    tb_fd fd = -1;
    const struct fs_how how = {.intent = FS_LIST};
    if (!fs_read_target(call, &path, &options) || !fs_open_for(call, &path, &how, &status, &fd))
        return;
    struct tb_packer *packer = tb_reply_value(call);
    size_t array = tb_pack_array_begin(packer);
    long n = pack_entries(packer, fd);
    if (n < 0)
        fs_answer_failure(call, fs_failure_of((int)n));
    else
        tb_pack_array_end(packer, array, (uint32_t)n);
}
