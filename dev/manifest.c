#include "dev/manifest.h"

enum table { TABLE_OTHER, TABLE_HOOK, TABLE_PLUGIN };

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct tb_bytes trim(struct tb_bytes text)
{
    while (text.n > 0 && is_blank(text.data[0]))
        text = tb_bytes_of(text.data + 1, text.n - 1);
    while (text.n > 0 && is_blank(text.data[text.n - 1]))
        text.n--;
    return text;
}

/* What a header says is in it; the name of a plugin may hold a `]` only between quotes. */
static enum table table_of(struct tb_bytes line)
{
    struct tb_bytes rest = tb_bytes_of(line.data + 1, line.n - 1);
    struct tb_bytes name = trim(tb_bytes_cut(&rest, ']'));
    if (tb_bytes_are(name, "hook"))
        return TABLE_HOOK;
    struct tb_bytes first = trim(tb_bytes_cut(&name, '.'));
    return tb_bytes_are(first, "plugins") && name.n > 0 ? TABLE_PLUGIN : TABLE_OTHER;
}

/* A string between quotes of either kind, without escapes, behind which nothing but a comment
 * stands. */
static bool take_string(struct tb_bytes text, struct tb_bytes *ret_string)
{
    if (text.n < 2 || (text.data[0] != '"' && text.data[0] != '\''))
        return false;
    struct tb_bytes rest = tb_bytes_of(text.data + 1, text.n - 1);
    const uint8_t *end = memchr(rest.data, text.data[0], rest.n);
    if (!end || memchr(rest.data, '\\', (size_t)(end - rest.data)))
        return false;
    size_t n = (size_t)(end - rest.data);
    struct tb_bytes behind = trim(tb_bytes_of(end + 1, rest.n - n - 1));
    *ret_string = tb_bytes_of(rest.data, n);
    return behind.n == 0 || behind.data[0] == '#';
}

static bool is_name(struct tb_bytes name)
{
    return name.n > 0 && !tb_bytes_are(name, ".") && !tb_bytes_are(name, "..") &&
           !memchr(name.data, 0, name.n);
}

static bool take_path(struct tb_bytes untrusted_path, char ret_path[static DEV_NAME_MAX])
{
    struct tb_bytes path = untrusted_path;
    while (tb_bytes_begin(path, "./"))
        path = tb_bytes_of(path.data + 2, path.n - 2);
    while (path.n > 0 && path.data[path.n - 1] == '/')
        path.n--;
    if (path.n == 0 || path.n >= DEV_NAME_MAX || path.data[0] == '/')
        return false;
    for (struct tb_bytes left = path; left.n > 0;)
        if (!is_name(tb_bytes_cut(&left, '/')))
            return false;
    memcpy(ret_path, path.data, path.n);
    ret_path[path.n] = 0;
    return true;
}

static void read_key(struct dev_manifest *manifest, enum table table, struct tb_bytes line)
{
    struct tb_bytes value = line;
    struct tb_bytes path;
    struct tb_bytes key = trim(tb_bytes_cut(&value, '='));
    if (!take_string(trim(value), &path))
        return;
    if (table == TABLE_HOOK && tb_bytes_are(key, "file"))
        (void)take_path(path, manifest->hook);
    if (table == TABLE_PLUGIN && tb_bytes_are(key, "permissions") &&
        manifest->n_plugins < DEV_PLUGINS_MAX)
        manifest->n_plugins += take_path(path, manifest->plugins[manifest->n_plugins]);
}

void dev_manifest_read(struct tb_bytes untrusted_text, struct dev_manifest *ret_manifest)
{
    struct tb_bytes left = untrusted_text;
    enum table table = TABLE_OTHER;
    memset(ret_manifest, 0, sizeof *ret_manifest);
    if (left.n > DEV_MANIFEST_MAX)
        return;
    while (left.n > 0) {
        struct tb_bytes line = trim(tb_bytes_cut(&left, '\n'));
        if (line.n > 0 && line.data[0] == '[')
            table = table_of(line);
        else if (table != TABLE_OTHER)
            read_key(ret_manifest, table, line);
    }
}
