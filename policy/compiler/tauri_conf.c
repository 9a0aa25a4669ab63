#include "policy/compiler/tauri_conf.h"

#include "policy/compiler/data/source.h"
#include "policy/compiler/merge.h"

/* In Tauri's order: the first one that is there counts. */
static const struct {
    const char *file;
    const char *before; /* the platform's name, */
    const char *behind; /* in the name of its file */
    enum tb_format format;
} forms[] = {
    /* Tauri takes JSON5 also where the name says JSON. */
    {"tauri.conf.json", "tauri.", ".conf.json", TB_FORMAT_JSON5},
    {"tauri.conf.json5", "tauri.", ".conf.json5", TB_FORMAT_JSON5},
    {"Tauri.toml", "Tauri.", ".toml", TB_FORMAT_TOML},
};

bool tb_tauri_found(int app)
{
    for (size_t i = 0; i < TB_ARRAY_LEN(forms); i++)
        if (tb_source_exists(app, forms[i].file))
            return true;
    return false;
}

static struct tb_value *read_file(struct tb_report *report, int app, const char *file,
                                  enum tb_format format)
{
    struct tb_bytes text;
    if (!tb_source_read_below(report, app, file, &text))
        return NULL;
    struct tb_value *root = tb_value_read(report, format, file, text);
    if (root)
        tb_value_settle_duplicates(report, root, TB_DUPLICATES_LAST_WINS);
    if (!root || root->type == TB_VALUE_MAP)
        return root;
    tb_report_error(report, "type", root->place, "a configuration must be a table, not %s",
                    tb_value_type_name(root->type));
    return NULL;
}

/* The first of the three forms that is there; false if that one cannot be read. */
static bool read_first(struct tb_report *report, int app, const char *platform,
                       struct tb_value **ret_root)
{
    for (size_t i = 0; i < TB_ARRAY_LEN(forms); i++) {
        const char *file = platform ? tb_arena_format(report->arena, "%s%s%s", forms[i].before,
                                                      platform, forms[i].behind)
                                    : forms[i].file;
        if (!tb_source_exists(app, file))
            continue;
        struct tb_value *root = read_file(report, app, file, forms[i].format);
        if (!root)
            return false;
        *ret_root = root;
        return true;
    }
    return true;
}

static const struct tb_value *find(const struct tb_value *map, const char *key)
{
    const struct tb_value *child = map && map->type == TB_VALUE_MAP ? map->child : NULL;
    while (child && !tb_bytes_are(child->key, key))
        child = child->next;
    return child;
}

const struct tb_value *tb_tauri_conf_at(const struct tb_tauri_conf *conf, const char *const *keys,
                                        size_t n_keys)
{
    const struct tb_value *value = conf->root;
    for (size_t i = 0; i < n_keys; i++)
        value = find(value, keys[i]);
    return value;
}

static bool refuse_v1(struct tb_report *report, const struct tb_value *root)
{
    const struct tb_value *old = find(root, "tauri");
    if (!old)
        old = find(root, "package");
    if (!old)
        return false;
    tb_report_error(report, "tauri-v1", old->place,
                    "`%.*s` is of Tauri 1, whose allowlist is not read: move the project to Tauri "
                    "2 first, with `tauri migrate`",
                    TB_SHOWN(old->key));
    return true;
}

/* A value under one of two names, which TOML files like to write with hyphens. A null that
 * `types` allows counts as absent; *ok is cleared where it has another type. */
static const struct tb_value *take(struct tb_report *report, const struct tb_value *map,
                                   const char *key, const char *alias, unsigned types, bool *ok)
{
    const struct tb_value *value = find(map, key);
    if (!value && alias)
        value = find(map, alias);
    if (!value || (value->type & types))
        return value && value->type != TB_VALUE_NULL ? value : NULL;
    tb_report_error(report, "type", value->place, "`%.*s` cannot be %s here", TB_SHOWN(value->key),
                    tb_value_type_name(value->type));
    *ok = false;
    return NULL;
}

static bool read_parts(struct tb_report *report, struct tb_tauri_conf *conf)
{
    bool ok = true;
    const struct tb_value *root = conf->root;
    const struct tb_value *app = take(report, root, "app", NULL, TB_VALUE_MAP, &ok);
    const struct tb_value *security = take(report, app, "security", NULL, TB_VALUE_MAP, &ok);
    const struct tb_value *build = take(report, root, "build", NULL, TB_VALUE_MAP, &ok);
    conf->identifier = take(report, root, "identifier", NULL, TB_VALUE_STRING, &ok);
    conf->name =
        take(report, root, "productName", "product-name", TB_VALUE_STRING | TB_VALUE_NULL, &ok);
    conf->frontend = take(report, build, "frontendDist", "frontend-dist",
                          TB_VALUE_STRING | TB_VALUE_LIST | TB_VALUE_NULL, &ok);
    conf->dev_url = take(report, build, "devUrl", "dev-url", TB_VALUE_STRING | TB_VALUE_NULL, &ok);
    conf->csp =
        take(report, security, "csp", NULL, TB_VALUE_STRING | TB_VALUE_MAP | TB_VALUE_NULL, &ok);
    conf->capabilities = take(report, security, "capabilities", NULL, TB_VALUE_LIST, &ok);
    if (conf->identifier || !ok)
        return ok;
    tb_report_error(report, "missing-key", root->place,
                    "a Tauri project needs an `identifier`, such as com.example.notes");
    return false;
}

bool tb_tauri_conf_of(struct tb_report *report, struct tb_value *root, struct tb_value *patch,
                      struct tb_tauri_conf *ret_conf)
{
    struct tb_tauri_conf conf = {.file = root->place.file};
    conf.overlay = patch ? patch->place.file : NULL;
    conf.root = patch ? tb_value_merge(report->arena, root, patch) : root;
    if (refuse_v1(report, conf.root) || !read_parts(report, &conf))
        return false;
    *ret_conf = conf;
    return true;
}

bool tb_tauri_conf_read(struct tb_report *report, int app, enum tb_platform target,
                        struct tb_tauri_conf *ret_conf)
{
    static const char *const platforms[TB_N_PLATFORMS] = {[TB_LINUX] = "linux",
                                                          [TB_MACOS] = "macos",
                                                          [TB_WINDOWS] = "windows",
                                                          [TB_ANDROID] = "android",
                                                          [TB_IOS] = "ios"};
    struct tb_value *root = NULL;
    struct tb_value *patch = NULL;
    return read_first(report, app, NULL, &root) &&
           read_first(report, app, platforms[target], &patch) && root &&
           tb_tauri_conf_of(report, root, patch, ret_conf);
}

const struct tb_value *tb_tauri_conf_closes(const struct tb_tauri_conf *conf)
{
    static const char *const way[] = {"plugins", "shell", "open"};
    const struct tb_value *open = tb_tauri_conf_at(conf, way, TB_ARRAY_LEN(way));
    bool usual =
        !open || open->type == TB_VALUE_NULL || (open->type == TB_VALUE_BOOL && open->boolean);
    return usual ? NULL : open;
}
