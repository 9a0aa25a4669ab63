/*
 * Trollbridge's path plugin: Tauri's `plugin:path|…`, with the arguments of @tauri-apps/api and the
 * results that it gives on Linux. All of it is done on texts and on the variables that the broker
 * told at the start: it opens no file, and its hull holds none.
 */
#include "base/bytes.h"
#include "base/compiler.h"
#include "plugins/path/text.h"
#include "plugins/sdk/trollbridge-plugin.h"
#include "sandbox/enter.h"

enum {
    PATHS_MAX = 1024,
    TEXT_MAX = 1024 * 1024, /* what a frame holds */
};

/* ---- arguments; false: the call is answered ---- */

/* Texts with a NUL are one path here and another one to the system. */
static bool is_plain(struct tb_call *call, const char *key, struct tb_bytes text)
{
    if (text.n == 0 || !memchr(text.data, 0, text.n))
        return true;
    tb_reply_error(call, TB_CODE_INVALID_ARGS, 0, "%s: holds a NUL, which no path can", key);
    return false;
}

static bool read_text(struct tb_call *call, const char *key, struct tb_bytes *ret_text)
{
    return tb_arg_str(call, call->args, key, TB_REQUIRED, ret_text) &&
           is_plain(call, key, *ret_text);
}

/* Also empty it is another thing than one that is not there. */
static bool read_optional(struct tb_call *call, const char *key, bool *ret_given,
                          struct tb_bytes *ret_text)
{
    const struct tb_value *value = NULL;
    if (!tb_arg_value(call, call->args, key, TB_OPTIONAL, &value))
        return false;
    *ret_given = value != NULL;
    return !value || read_text(call, key, ret_text);
}

static bool read_paths(struct tb_call *call, struct tb_bytes ret_paths[static PATHS_MAX],
                       size_t *ret_n)
{
    if (!tb_arg_strs(call, call->args, "paths", TB_REQUIRED, PATHS_MAX, ret_paths, ret_n))
        return false;
    for (size_t i = 0; i < *ret_n; i++)
        if (!is_plain(call, "paths", ret_paths[i]))
            return false;
    return true;
}

/* ---- answers ---- */

static void answer(struct tb_call *call, bool made, const struct tb_buffer *text)
{
    if (made)
        tb_pack_str(tb_reply_value(call), tb_buffer_bytes(text));
    else
        tb_reply_error(call, TB_CODE_TOO_LARGE, 0, "the path is longer than an answer may be");
}

static void answer_part(struct tb_call *call, bool found, struct tb_bytes part, const char *what)
{
    if (found)
        tb_pack_str(tb_reply_value(call), part);
    else
        tb_reply_error(call, TB_CODE_INVALID_ARGS, 0, "path does not have %s", what);
}

/* ---- the commands ---- */

/* By Tauri's BaseDirectory. */
static const char *const folders[] = {
    NULL,       "AUDIO",  "CACHE",   "CONFIG",   "DATA", "LOCALDATA", "DOCUMENT", "DOWNLOAD",
    "PICTURE",  "PUBLIC", "VIDEO",   "RESOURCE", "TEMP", "APPCONFIG", "APPDATA",  "APPLOCALDATA",
    "APPCACHE", "APPLOG", "DESKTOP", "EXE",      "FONT", "HOME",      "RUNTIME",  "TEMPLATE",
};

static bool read_folder(struct tb_call *call, struct tb_bytes *ret_folder, bool *ret_resource)
{
    uint64_t number = 0;
    if (!tb_arg_uint(call, call->args, "directory", TB_REQUIRED, TB_ARRAY_LEN(folders) - 1,
                     &number))
        return false;
    if (number == 0) {
        tb_reply_error(call, TB_CODE_INVALID_ARGS, 0,
                       "directory: 0 is no BaseDirectory; they are 1 to 23");
        return false;
    }
    struct tb_bytes folder = tb_plugin_var(call->init, folders[number]);
    if (folder.n == 0) {
        tb_reply_error(call, TB_CODE_NOT_FOUND, 0, "unknown path: this user has no such folder");
        return false;
    }
    *ret_folder = folder;
    *ret_resource = strcmp(folders[number], "RESOURCE") == 0;
    return true;
}

/* resolve_directory {directory, path?} */
static void resolve_directory(struct tb_call *call)
{
    tb_cleanup(tb_buffer_deinit) struct tb_buffer text;
    struct tb_bytes folder;
    struct tb_bytes path = {0};
    bool resource;
    bool given;
    tb_buffer_init(&text, TEXT_MAX);
    if (!read_folder(call, &folder, &resource) || !read_optional(call, "path", &given, &path))
        return;
    if (!given)
        answer(call, tb_buffer_append(&text, folder), &text);
    else if (resource)
        answer(call, path_resource(&text, folder, path), &text);
    else
        answer(call, path_below(&text, folder, path), &text);
}

/* The last absolute one; n: there is none. */
static size_t find_absolute(const struct tb_bytes *paths, size_t n)
{
    for (size_t i = n; i > 0; i--)
        if (path_is_absolute(paths[i - 1]))
            return i - 1;
    return n;
}

/* resolve {paths}: from the right to the first absolute one; what is relative altogether is so to
 * the app's folder, as everywhere here. */
static void resolve(struct tb_call *call)
{
    tb_cleanup(tb_buffer_deinit) struct tb_buffer text;
    struct tb_bytes paths[PATHS_MAX];
    size_t n;
    tb_buffer_init(&text, TEXT_MAX);
    if (!read_paths(call, paths, &n))
        return;
    size_t absolute = find_absolute(paths, n);
    bool ok = absolute < n || path_add(&text, tb_plugin_var(call->init, "RESOURCE"));
    for (size_t i = absolute < n ? absolute : 0; ok && i < n; i++)
        ok = path_add(&text, paths[i]);
    answer(call, ok, &text);
}

/* normalize {path} */
static void normalize(struct tb_call *call)
{
    tb_cleanup(tb_buffer_deinit) struct tb_buffer text;
    struct tb_bytes path;
    tb_buffer_init(&text, TEXT_MAX);
    if (read_text(call, "path", &path))
        answer(call, path_normalize(&text, path), &text);
}

/* join {paths} */
static void join(struct tb_call *call)
{
    tb_cleanup(tb_buffer_deinit) struct tb_buffer text;
    struct tb_bytes paths[PATHS_MAX];
    size_t n;
    tb_buffer_init(&text, TEXT_MAX);
    if (read_paths(call, paths, &n))
        answer(call, path_join(&text, paths, n), &text);
}

/* dirname {path} */
static void dirname(struct tb_call *call)
{
    struct tb_bytes path;
    struct tb_bytes parent = {0};
    if (read_text(call, "path", &path))
        answer_part(call, path_parent(path, &parent), parent, "a parent");
}

/* extname {path} */
static void extname(struct tb_call *call)
{
    struct tb_bytes path;
    struct tb_bytes extension = {0};
    if (read_text(call, "path", &path))
        answer_part(call, path_extension(path, &extension), extension, "an extension");
}

/* basename {path, ext?} */
static void basename_of(struct tb_call *call)
{
    struct tb_bytes path;
    struct tb_bytes end = {0};
    struct tb_bytes name = {0};
    bool given;
    if (!read_text(call, "path", &path) || !read_optional(call, "ext", &given, &end))
        return;
    bool found = path_name(path, &name);
    if (end.n > 0 && end.n <= name.n && memcmp(name.data + name.n - end.n, end.data, end.n) == 0)
        name.n -= end.n;
    answer_part(call, found, name, "a basename");
}

/* is_absolute {path} */
static void is_absolute(struct tb_call *call)
{
    struct tb_bytes path;
    if (read_text(call, "path", &path))
        tb_pack_bool(tb_reply_value(call), path_is_absolute(path));
}

/* The launcher's list is one for plugins in any language; these commands need next to none of it.
 */
static int seal(void *state)
{
    (void)state;
    return tb_sandbox_tighten(&tb_role_path);
}

int main(void)
{
    static const struct tb_plugin_command commands[] = {
        {"resolve_directory", resolve_directory},
        {"resolve", resolve},
        {"normalize", normalize},
        {"join", join},
        {"dirname", dirname},
        {"extname", extname},
        {"basename", basename_of},
        {"is_absolute", is_absolute},
    };
    static const struct tb_plugin plugin = {
        .commands = commands, .n_commands = TB_ARRAY_LEN(commands), .seal = seal};
    return tb_plugin_main(&plugin);
}
