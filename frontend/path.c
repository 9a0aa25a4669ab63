#include "frontend/path.h"

#include <stdio.h>

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool put(struct tb_frontend_path *path, int c)
{
    if (c < 0x20 || c == 0x7f || path->n == TB_FRONTEND_PATH_MAX)
        return false;
    path->text[path->n++] = (char)c;
    path->text[path->n] = 0;
    return true;
}

static bool decode(struct tb_bytes encoded, struct tb_frontend_path *path)
{
    for (size_t i = 0; i < encoded.n; i++) {
        int c = encoded.data[i];
        if (c == '%') {
            int high = i + 2 < encoded.n ? hex((char)encoded.data[i + 1]) : -1;
            int low = high >= 0 ? hex((char)encoded.data[i + 2]) : -1;
            if (low < 0)
                return false;
            c = 16 * high + low;
            i += 2;
        }
        if (!put(path, c))
            return false;
    }
    return true;
}

/* A step upwards or an empty name has no business here: WebKit has resolved what the page wrote, so
 * that what is left was encoded to get by somebody. */
static bool names_valid(struct tb_bytes path)
{
    if (path.data[path.n - 1] == '/')
        return false;
    while (path.n > 0) {
        struct tb_bytes name = tb_bytes_cut(&path, '/');
        if (name.n == 0 || tb_bytes_are(name, ".") || tb_bytes_are(name, ".."))
            return false;
    }
    return true;
}

/* The names without the slashes around them, of which the last one says that a folder is meant. */
static bool finish(struct tb_frontend_path *path)
{
    path->folder = path->n == 0 || path->text[path->n - 1] == '/';
    if (path->n > 0) {
        path->n -= path->folder;
        path->text[path->n] = 0;
        if (path->n == 0 || !names_valid(tb_bytes_of(path->text, path->n)))
            return false;
    }
    return tb_utf8_valid(tb_bytes_of(path->text, path->n));
}

static struct tb_bytes behind_slash(struct tb_bytes path)
{
    return path.n > 0 ? tb_bytes_of(path.data + 1, path.n - 1) : path;
}

bool tb_frontend_path_take(struct tb_bytes untrusted_target, struct tb_frontend_path *ret_path)
{
    struct tb_frontend_path path = {.n = 0};
    struct tb_bytes encoded = tb_bytes_cut(&untrusted_target, '#');
    encoded = tb_bytes_cut(&encoded, '?');
    if ((encoded.n > 0 && encoded.data[0] != '/') || !decode(behind_slash(encoded), &path) ||
        !finish(&path))
        return false;
    *ret_path = path;
    return true;
}

bool tb_frontend_path_read(const char *untrusted_uri, struct tb_frontend_path *ret_path)
{
    struct tb_bytes uri = tb_bytes_of_string(untrusted_uri);
    size_t n = strlen(TB_FRONTEND_ORIGIN);
    return tb_bytes_begin(uri, TB_FRONTEND_ORIGIN) &&
           tb_frontend_path_take(tb_bytes_of(uri.data + n, uri.n - n), ret_path);
}

static void add(struct tb_frontend_path *tries, size_t *n, const struct tb_frontend_path *path,
                const char *suffix)
{
    struct tb_frontend_path *next = &tries[*n];
    int length = snprintf(next->text, sizeof next->text, "%s%s", path->text, suffix);
    next->n = (size_t)length;
    next->folder = false;
    *n += next->n <= TB_FRONTEND_PATH_MAX; /* one that is too long cannot be there */
}

size_t tb_frontend_tries(const struct tb_frontend_path *path,
                         struct tb_frontend_path ret_tries[static TB_FRONTEND_TRIES])
{
    static const struct tb_frontend_path top;
    const char *slash = strrchr(path->text, '/');
    const char *last = slash ? slash + 1 : path->text;
    size_t n = 0;
    if (path->n == 0) {
        add(ret_tries, &n, &top, "index.html");
        return n;
    }
    if (!path->folder) {
        add(ret_tries, &n, path, "");
        add(ret_tries, &n, path, ".html");
    }
    add(ret_tries, &n, path, "/index.html");
    if (!strchr(last, '.'))
        add(ret_tries, &n, &top, "index.html");
    return n;
}
