#include "plugins/fs/path.h"

static const char *const base_variables[] = {
    [1] = "AUDIO",      [2] = "CACHE",    [3] = "CONFIG",        [4] = "DATA",
    [5] = "LOCALDATA",  [6] = "DOCUMENT", [7] = "DOWNLOAD",      [8] = "PICTURE",
    [9] = "PUBLIC",     [10] = "VIDEO",   [11] = "RESOURCE",     [12] = "TEMP",
    [13] = "APPCONFIG", [14] = "APPDATA", [15] = "APPLOCALDATA", [16] = "APPCACHE",
    [17] = "APPLOG",    [18] = "DESKTOP", [19] = "EXE",          [20] = "FONT",
    [21] = "HOME",      [22] = "RUNTIME", [23] = "TEMPLATE",
};

const char *fs_base_variable(uint64_t number)
{
    return number < TB_ARRAY_LEN(base_variables) ? base_variables[number] : NULL;
}

static bool is_letter(uint8_t c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* The length of a URL's scheme, or 0. One letter is no scheme, as in Tauri. */
static size_t scheme_length(struct tb_bytes text)
{
    size_t n = 0;
    while (n < text.n &&
           (is_letter(text.data[n]) || (n > 0 && ((text.data[n] >= '0' && text.data[n] <= '9') ||
                                                  memchr("+-.", text.data[n], 3)))))
        n++;
    return n >= 2 && n < text.n && text.data[n] == ':' ? n : 0;
}

static int hex_value(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

static bool skip(struct tb_bytes *text, const char *prefix)
{
    size_t n = strlen(prefix);
    if (text->n < n || memcmp(text->data, prefix, n) != 0)
        return false;
    *text = tb_bytes_of(text->data + n, text->n - n);
    return true;
}

/* The path of a file URL, decoded. NULL, or what is wrong. */
static const char *decode_url(struct tb_bytes url, uint8_t out[static FS_PATH_MAX],
                              struct tb_bytes *ret_path)
{
    static const char wrong[] = "not a file URL that names a local file";
    if (!skip(&url, "file://"))
        return "only file URLs and paths are accepted";
    (void)skip(&url, "localhost");
    if (url.n == 0 || url.data[0] != '/')
        return wrong;
    size_t n = 0;
    for (size_t i = 0; i < url.n; i++) {
        uint8_t c = url.data[i];
        if (n == FS_PATH_MAX)
            return "longer than 4096 bytes";
        if (c == '?' || c == '#')
            return wrong;
        if (c == '%') {
            int high = i + 2 < url.n ? hex_value(url.data[i + 1]) : -1;
            int low = i + 2 < url.n ? hex_value(url.data[i + 2]) : -1;
            if (high < 0 || low < 0)
                return wrong;
            c = (uint8_t)(high << 4 | low);
            i += 2;
        }
        out[n++] = c;
    }
    *ret_path = tb_bytes_of(out, n);
    return NULL;
}

/* Characters that no validator and kernel may see differently. */
static const char *check_characters(struct tb_bytes text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.data[i] < 0x20 || text.data[i] == 0x7f)
            return "has a control character";
    return tb_utf8_valid(text) ? NULL : "not valid UTF-8";
}

struct builder {
    struct fs_path *path;
    size_t n_parts;
};

static const char *append_part(struct builder *builder, struct tb_bytes part)
{
    struct fs_path *path = builder->path;
    if (part.n == 0 || tb_bytes_are(part, "."))
        return NULL;
    if (tb_bytes_are(part, ".."))
        return "`..` is not accepted";
    if (part.n + 1 > FS_PATH_MAX - path->n)
        return "longer than 4096 bytes";
    if (++builder->n_parts >= TB_GLOB_PARTS_MAX)
        return "too many folders deep";
    path->text[path->n++] = '/';
    memcpy(path->text + path->n, part.data, part.n);
    path->n += part.n;
    return NULL;
}

static const char *append(struct builder *builder, struct tb_bytes text)
{
    const char *wrong = NULL;
    for (size_t at = 0; at < text.n && !wrong;) {
        const uint8_t *slash = memchr(text.data + at, '/', text.n - at);
        size_t end = slash ? (size_t)(slash - text.data) : text.n;
        wrong = append_part(builder, tb_bytes_of(text.data + at, end - at));
        at = end + 1;
    }
    return wrong;
}

const char *fs_path_read(struct tb_bytes untrusted_text, struct tb_bytes base,
                         struct fs_path *ret_path)
{
    uint8_t decoded[FS_PATH_MAX];
    struct tb_bytes text = untrusted_text;
    if (text.n > FS_PATH_MAX * 3) /* a URL may escape each byte */
        return "longer than 4096 bytes";
    const char *wrong = scheme_length(text) ? decode_url(text, decoded, &text) : NULL;
    if (!wrong)
        wrong = check_characters(text);
    if (wrong)
        return wrong;
    bool absolute = text.n > 0 && text.data[0] == '/';
    if (!absolute && base.n == 0)
        return text.n == 0 ? "empty" : "a relative path has nothing to be relative to";

    ret_path->n = 0;
    struct builder builder = {.path = ret_path};
    if (!absolute)
        wrong = append(&builder, base);
    if (!wrong)
        wrong = append(&builder, text);
    if (wrong)
        return wrong;
    if (ret_path->n == 0)
        ret_path->text[ret_path->n++] = '/';
    ret_path->text[ret_path->n] = 0;
    return NULL;
}

bool fs_path_enter(struct fs_path *path, const char *untrusted_name)
{
    struct tb_bytes name = tb_bytes_of_string(untrusted_name);
    size_t n = path->n == 1 ? 0 : path->n; /* "/" ends with its slash */
    if (check_characters(name) || name.n + 1 > FS_PATH_MAX - n)
        return false;
    path->text[n] = '/';
    memcpy(path->text + n + 1, name.data, name.n + 1);
    path->n = n + 1 + name.n;
    return true;
}
