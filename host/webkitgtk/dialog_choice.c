#include "host/webkitgtk/dialog_choice.h"

#include "host/webkitgtk/dialog_message.h"
#include "host/webkitgtk/dialog_text.h"

#include <glib.h>

static bool refuse(struct tb_call *call, const char *what)
{
    tb_reply_error(call, TB_CODE_INVALID_ARGS, 0, "%s", what);
    return false;
}

/* ---- filters ---- */

/* `png` as `*.png`; `*` is every file. What would mean something to a pattern is a letter here. */
static char *pattern_of(struct tb_bytes extension)
{
    GString *pattern = g_string_new("*.");
    if (tb_bytes_are(extension, "*"))
        return g_string_free(g_string_truncate(pattern, 1), FALSE);
    for (size_t i = 0; i < extension.n; i++) {
        if (strchr("*?[]\\", extension.data[i]))
            g_string_append_c(pattern, '\\');
        g_string_append_c(pattern, (char)extension.data[i]);
    }
    return g_string_free(pattern, FALSE);
}

static bool is_extension(struct tb_bytes text)
{
    return text.n > 0 && text.n <= TB_DIALOG_EXTENSION_MAX && !memchr(text.data, 0, text.n) &&
           !memchr(text.data, '/', text.n);
}

static bool read_extensions(struct tb_call *call, const struct tb_value *extensions,
                            struct tb_dialog_filter *filter)
{
    uint32_t n = tb_value_n(extensions);
    if (tb_value_type(extensions) != TB_VALUE_ARRAY || n == 0 || n > TB_DIALOG_EXTENSIONS_MAX)
        return refuse(call, "options.filters: expected 1 to 64 extensions in each");
    filter->patterns = g_new0(char *, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        struct tb_bytes text;
        if (!tb_value_str(tb_value_at(extensions, i), &text) || !is_extension(text))
            return refuse(call,
                          "options.filters: expected extensions as `txt`, of 64 bytes at most");
        filter->patterns[i] = pattern_of(text);
    }
    return true;
}

static bool read_filters(struct tb_call *call, const struct tb_value *filters,
                         struct tb_dialog_choice *choice)
{
    uint32_t n = tb_value_n(filters);
    if (tb_value_type(filters) == TB_VALUE_NULL)
        return true;
    if (tb_value_type(filters) != TB_VALUE_ARRAY || n > TB_DIALOG_FILTERS_MAX)
        return refuse(call, "options.filters: expected at most 16 of them");
    for (uint32_t i = 0; i < n; i++) {
        const struct tb_value *filter = tb_value_at(filters, i);
        struct tb_bytes name;
        if (!tb_value_str(tb_value_get(filter, "name"), &name))
            return refuse(call, "options.filters: expected {name, extensions}");
        choice->filters[i].name = tb_dialog_line(name, TB_DIALOG_LABEL_MAX);
        choice->n_filters = i + 1;
        if (!read_extensions(call, tb_value_get(filter, "extensions"), &choice->filters[i]))
            return false;
    }
    return true;
}

/* ---- the rest ---- */

/* A path that is no absolute one says nothing: there is no folder that it would begin in. */
static bool read_path(struct tb_call *call, struct tb_args options, struct tb_dialog_choice *choice)
{
    struct tb_bytes path = {0};
    if (!tb_arg_str(call, options, "defaultPath", TB_OPTIONAL, &path))
        return false;
    if (path.n > TB_DIALOG_PATH_MAX || (path.n > 0 && memchr(path.data, 0, path.n)))
        return refuse(call, "options.defaultPath: expected at most 4,096 bytes without a NUL");
    if (path.n > 0 && path.data[0] == '/')
        choice->path = g_strndup((const char *)path.data, path.n);
    return true;
}

static bool read_all(struct tb_call *call, struct tb_dialog_choice *choice)
{
    struct tb_args options;
    struct tb_bytes title = {0};
    if (!tb_arg_args(call, call->args, "options", TB_OPTIONAL, &options) ||
        !tb_arg_str(call, options, "title", TB_OPTIONAL, &title) ||
        !tb_arg_bool(call, options, "canCreateDirectories", TB_OPTIONAL, &choice->makes_folders) ||
        !read_path(call, options, choice) ||
        !read_filters(call, tb_value_get(options.map, "filters"), choice))
        return false;
    choice->title = title.n > 0 ? tb_dialog_line(title, TB_DIALOG_TITLE_MAX) : NULL;
    return choice->save ||
           (tb_arg_bool(call, options, "multiple", TB_OPTIONAL, &choice->multiple) &&
            tb_arg_bool(call, options, "directory", TB_OPTIONAL, &choice->folder) &&
            tb_arg_bool(call, options, "recursive", TB_OPTIONAL, &choice->recursive));
}

bool tb_dialog_choice_read(struct tb_call *call, bool save, struct tb_dialog_choice *ret_choice)
{
    struct tb_dialog_choice choice = {.save = save, .makes_folders = true};
    if (!read_all(call, &choice)) {
        tb_dialog_choice_deinit(&choice);
        return false;
    }
    *ret_choice = choice;
    return true;
}

void tb_dialog_choice_deinit(struct tb_dialog_choice *choice)
{
    for (size_t i = 0; i < choice->n_filters; i++) {
        g_free(choice->filters[i].name);
        g_strfreev(choice->filters[i].patterns);
    }
    g_free(choice->title);
    g_free(choice->path);
}
