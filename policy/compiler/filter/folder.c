/* `inside`: a folder, and from which base directories a relative path leads into it. */
#include "policy/compiler/filter/parts.h"
#include "policy/compiler/pattern.h"

/* Tauri's BaseDirectory. */
static const enum tb_variable bases[] = {
    [0] = TB_N_VARS,        [1] = TB_VAR_AUDIO,
    [2] = TB_VAR_CACHE,     [3] = TB_VAR_CONFIG,
    [4] = TB_VAR_DATA,      [5] = TB_VAR_LOCALDATA,
    [6] = TB_VAR_DOCUMENT,  [7] = TB_VAR_DOWNLOAD,
    [8] = TB_VAR_PICTURE,   [9] = TB_VAR_PUBLIC,
    [10] = TB_VAR_VIDEO,    [11] = TB_VAR_RESOURCE,
    [12] = TB_VAR_TEMP,     [13] = TB_VAR_APPCONFIG,
    [14] = TB_VAR_APPDATA,  [15] = TB_VAR_APPLOCALDATA,
    [16] = TB_VAR_APPCACHE, [17] = TB_VAR_APPLOG,
    [18] = TB_VAR_DESKTOP,  [19] = TB_VAR_EXE,
    [20] = TB_VAR_FONT,     [21] = TB_VAR_HOME,
    [22] = TB_VAR_RUNTIME,  [23] = TB_VAR_TEMPLATE,
};
_Static_assert(TB_ARRAY_LEN(bases) <= TB_BASES_MAX, "a grant holds them all");

/* What a path relative to `base` must begin with to be in the folder; false: nothing helps. */
static bool prefix_from(struct tb_bytes base, struct tb_bytes folder, struct tb_bytes *ret_prefix)
{
    if (base.n == 0)
        return false;
    if (tb_path_within(base, folder)) {
        *ret_prefix = tb_bytes_of_string("");
        return true;
    }
    if (!tb_path_within(folder, base))
        return false;
    *ret_prefix = tb_bytes_of(folder.data + base.n, folder.n - base.n);
    return true;
}

static struct tb_bytes base_path(const struct tb_filter_compiler *compiler, size_t number)
{
    return bases[number] < TB_N_VARS ? compiler->vars->paths[bases[number]] : (struct tb_bytes){0};
}

static void pack_bases(struct tb_filter_compiler *compiler, struct tb_bytes folder)
{
    struct tb_bytes prefix;
    size_t n = 0;
    for (size_t i = 0; i < TB_ARRAY_LEN(bases); i++)
        n += prefix_from(base_path(compiler, i), folder, &prefix);
    tb_pack_key(&compiler->packer, "bases");
    tb_pack_array(&compiler->packer, n);
    for (size_t i = 0; i < TB_ARRAY_LEN(bases); i++) {
        if (!prefix_from(base_path(compiler, i), folder, &prefix))
            continue;
        tb_pack_array(&compiler->packer, 2);
        tb_pack_uint(&compiler->packer, i);
        tb_pack_str(&compiler->packer, prefix);
    }
}

static void pack_folder(struct tb_filter_compiler *compiler, struct tb_bytes folder)
{
    struct tb_bytes prefix;
    bool relative = prefix_from(compiler->vars->paths[TB_VAR_RESOURCE], folder, &prefix);
    tb_pack_map(&compiler->packer, 2u + relative);
    tb_pack_key_str(&compiler->packer, "path", folder);
    if (relative)
        tb_pack_key_str(&compiler->packer, "relative", prefix);
    pack_bases(compiler, folder);
}

/* A folder as it is, its variable replaced. One whose variable has no value here has no data. */
static bool read_folder(struct tb_filter_compiler *compiler, const struct tb_value *value,
                        struct tb_bytes *ret_folder)
{
    struct tb_report *report = compiler->report;
    struct tb_bytes pattern;
    struct tb_root root;
    const char *wrong;
    switch (tb_pattern_expand(report->arena, compiler->vars, value->string, &pattern, &wrong)) {
    case TB_PATTERN_UNSET:
        tb_report_warning(report, "variable", value->place,
                          "`%.*s` resolves to nothing here: no path is inside",
                          TB_SHOWN(value->string));
        *ret_folder = (struct tb_bytes){0};
        return true;
    case TB_PATTERN_WRONG:
        tb_report_error(report, "value", value->place, "`%.*s`: %s", TB_SHOWN(value->string),
                        wrong);
        return false;
    case TB_PATTERN_OK:
        break;
    }
    if (!tb_pattern_root(report->arena, pattern, &root) || !root.whole) {
        tb_report_error(report, "value", value->place,
                        "`inside` takes a folder, not the pattern `%.*s`: everything below it is "
                        "inside, so write it without `*`",
                        TB_SHOWN(value->string));
        return false;
    }
    *ret_folder = root.path;
    return true;
}

bool tb_filter_pack_folders(struct tb_filter_compiler *compiler, const struct tb_value *value)
{
    struct tb_bytes folders[TB_FOLDERS_MAX];
    size_t n = 0;
    bool list = value->type == TB_VALUE_LIST;
    if (list && (value->n == 0 || value->n > TB_FOLDERS_MAX)) {
        tb_report_error(compiler->report, "value", value->place,
                        "`inside` takes one folder, or a list of 1 to 16");
        return false;
    }
    if (list && !tb_value_strings(compiler->report, value, "`inside`"))
        return false;
    for (const struct tb_value *item = list ? value->child : value; item;
         item = list ? item->next : NULL) {
        if (!read_folder(compiler, item, &folders[n]))
            return false;
        n += folders[n].n > 0;
    }
    tb_pack_array(&compiler->packer, n);
    for (size_t i = 0; i < n; i++)
        pack_folder(compiler, folders[i]);
    return true;
}

/* The commands of fs have `baseDir` for `path` and `paths`, and `oldPathBaseDir` for `oldPath`. */
struct tb_bytes tb_filter_base_of(struct tb_arena *arena, struct tb_bytes path)
{
    struct tb_bytes rest = path;
    (void)tb_bytes_cut(&rest, '/');
    struct tb_bytes name = tb_bytes_cut(&rest, '/');
    if (tb_bytes_are(name, "path") || tb_bytes_are(name, "paths"))
        return tb_bytes_of_string("/options/baseDir");
    if (name.n == 0 || tb_bytes_are(name, "*"))
        return (struct tb_bytes){0};
    return tb_bytes_of_string(
        tb_arena_format(arena, "/options/%.*sBaseDir", (int)name.n, (const char *)name.data));
}
