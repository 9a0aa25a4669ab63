#include "policy/compiler/variable.h"

#include "policy/compiler/pattern.h"

static const char *const names[TB_N_VARS] = {
    [TB_VAR_APPCACHE] = "APPCACHE", [TB_VAR_APPCONFIG] = "APPCONFIG",
    [TB_VAR_APPDATA] = "APPDATA",   [TB_VAR_APPLOCALDATA] = "APPLOCALDATA",
    [TB_VAR_APPLOG] = "APPLOG",     [TB_VAR_AUDIO] = "AUDIO",
    [TB_VAR_CACHE] = "CACHE",       [TB_VAR_CONFIG] = "CONFIG",
    [TB_VAR_DATA] = "DATA",         [TB_VAR_DESKTOP] = "DESKTOP",
    [TB_VAR_DOCUMENT] = "DOCUMENT", [TB_VAR_DOWNLOAD] = "DOWNLOAD",
    [TB_VAR_EXE] = "EXE",           [TB_VAR_FONT] = "FONT",
    [TB_VAR_HOME] = "HOME",         [TB_VAR_LOCALDATA] = "LOCALDATA",
    [TB_VAR_PICTURE] = "PICTURE",   [TB_VAR_PUBLIC] = "PUBLIC",
    [TB_VAR_RESOURCE] = "RESOURCE", [TB_VAR_RUNTIME] = "RUNTIME",
    [TB_VAR_TEMP] = "TEMP",         [TB_VAR_TEMPLATE] = "TEMPLATE",
    [TB_VAR_VIDEO] = "VIDEO",
};

const char *tb_variable_name(enum tb_variable variable)
{
    return names[variable];
}

enum tb_variable tb_variable_of(struct tb_bytes name)
{
    unsigned variable = 0;
    while (variable < TB_N_VARS && !tb_bytes_are(name, names[variable]))
        variable++;
    return (enum tb_variable)variable;
}

bool tb_user_set(struct tb_user *user, struct tb_bytes name, struct tb_bytes value)
{
    const struct {
        const char *name;
        struct tb_bytes *ret;
    } known[] = {
        {"HOME", &user->home},
        {"XDG_CONFIG_HOME", &user->config},
        {"XDG_DATA_HOME", &user->data},
        {"XDG_CACHE_HOME", &user->cache},
        {"XDG_STATE_HOME", &user->state},
        {"XDG_RUNTIME_DIR", &user->runtime},
        {"TMPDIR", &user->tmp},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(known); i++) {
        if (!tb_bytes_are(name, known[i].name))
            continue;
        *known[i].ret = value;
        return true;
    }
    return false;
}

/* `base` with `rest` behind it; nothing where base is nothing. */
static struct tb_bytes below(struct tb_arena *arena, struct tb_bytes base, const char *rest)
{
    if (base.n == 0)
        return base;
    const char *slash = base.n == 1 ? "" : "/";
    return tb_bytes_of_string(
        tb_arena_format(arena, "%.*s%s%s", (int)base.n, (const char *)base.data, slash, rest));
}

static struct tb_bytes plain(struct tb_arena *arena, struct tb_bytes path)
{
    struct tb_bytes normal;
    return tb_path_normalise(arena, path, &normal) ? normal : (struct tb_bytes){0};
}

static struct tb_bytes or_below(struct tb_arena *arena, struct tb_bytes path, struct tb_bytes home,
                                const char *rest)
{
    struct tb_bytes own = plain(arena, path);
    return own.n > 0 ? own : below(arena, home, rest);
}

struct tb_user tb_user_complete(struct tb_arena *arena, const struct tb_user *user)
{
    struct tb_bytes home = plain(arena, user->home);
    struct tb_bytes tmp = plain(arena, user->tmp);
    return (struct tb_user){
        .home = home,
        .config = or_below(arena, user->config, home, ".config"),
        .data = or_below(arena, user->data, home, ".local/share"),
        .cache = or_below(arena, user->cache, home, ".cache"),
        .state = or_below(arena, user->state, home, ".local/state"),
        .runtime = plain(arena, user->runtime),
        .tmp = tmp.n > 0 ? tmp : tb_bytes_of_string("/tmp"),
    };
}

static bool strip_prefix(struct tb_bytes *text, const char *prefix)
{
    size_t n = strlen(prefix);
    if (!tb_bytes_begin(*text, prefix))
        return false;
    *text = tb_bytes_of(text->data + n, text->n - n);
    return true;
}

/* The value between the quotes of `XDG_X_DIR="$HOME/x"` or `XDG_X_DIR="/x"`. A folder that is the
 * home folder itself is how xdg-user-dirs says that there is none. */
static struct tb_bytes user_dir_value(struct tb_arena *arena, struct tb_bytes value,
                                      struct tb_bytes home)
{
    struct tb_bytes none = {0};
    if (!strip_prefix(&value, "=\"") || value.n == 0)
        return none;
    const uint8_t *quote = memchr(value.data, '"', value.n);
    if (!quote || memchr(value.data, '\\', value.n))
        return none;
    value.n = (size_t)(quote - value.data);
    bool in_home = strip_prefix(&value, "$HOME/");
    if (in_home && (home.n == 0 || !tb_utf8_valid(value)))
        return none;
    struct tb_bytes path =
        plain(arena, in_home ? below(arena, home, tb_arena_string(arena, value)) : value);
    return tb_bytes_equal(path, home) ? none : path;
}

static struct tb_bytes user_dir(struct tb_arena *arena, struct tb_bytes text, const char *name,
                                struct tb_bytes home)
{
    struct tb_bytes found = {0};
    while (text.n > 0) {
        struct tb_bytes line = tb_bytes_cut(&text, '\n');
        while (strip_prefix(&line, " ") || strip_prefix(&line, "\t"))
            continue;
        if (strip_prefix(&line, name))
            found = user_dir_value(arena, line, home);
    }
    return found;
}

struct tb_vars tb_vars_of(struct tb_arena *arena, const struct tb_user *user,
                          struct tb_bytes user_dirs, struct tb_bytes app_id,
                          struct tb_bytes resource)
{
    const char *id = tb_arena_string(arena, app_id);
    struct tb_bytes home = user->home;
    struct tb_vars vars = {.state = user->state};
    struct tb_bytes *paths = vars.paths;
    paths[TB_VAR_APPCACHE] = below(arena, user->cache, id);
    paths[TB_VAR_APPCONFIG] = below(arena, user->config, id);
    paths[TB_VAR_APPDATA] = below(arena, user->data, id);
    paths[TB_VAR_APPLOCALDATA] = below(arena, user->data, id);
    paths[TB_VAR_APPLOG] = below(arena, paths[TB_VAR_APPLOCALDATA], "logs");
    paths[TB_VAR_CACHE] = user->cache;
    paths[TB_VAR_CONFIG] = user->config;
    paths[TB_VAR_DATA] = user->data;
    paths[TB_VAR_LOCALDATA] = user->data;
    paths[TB_VAR_EXE] = below(arena, home, ".local/bin");
    paths[TB_VAR_FONT] = below(arena, user->data, "fonts");
    paths[TB_VAR_HOME] = home;
    paths[TB_VAR_RESOURCE] = resource;
    paths[TB_VAR_RUNTIME] = user->runtime;
    paths[TB_VAR_TEMP] = user->tmp;
    paths[TB_VAR_AUDIO] = user_dir(arena, user_dirs, "XDG_MUSIC_DIR", home);
    paths[TB_VAR_DESKTOP] = user_dir(arena, user_dirs, "XDG_DESKTOP_DIR", home);
    paths[TB_VAR_DOCUMENT] = user_dir(arena, user_dirs, "XDG_DOCUMENTS_DIR", home);
    paths[TB_VAR_DOWNLOAD] = user_dir(arena, user_dirs, "XDG_DOWNLOAD_DIR", home);
    paths[TB_VAR_PICTURE] = user_dir(arena, user_dirs, "XDG_PICTURES_DIR", home);
    paths[TB_VAR_PUBLIC] = user_dir(arena, user_dirs, "XDG_PUBLICSHARE_DIR", home);
    paths[TB_VAR_TEMPLATE] = user_dir(arena, user_dirs, "XDG_TEMPLATES_DIR", home);
    paths[TB_VAR_VIDEO] = user_dir(arena, user_dirs, "XDG_VIDEOS_DIR", home);
    return vars;
}
