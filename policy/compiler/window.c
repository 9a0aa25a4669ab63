/* [[window]]: what a host shows when the app starts. */
#include "policy/compiler/facts.h"
#include "policy/compiler/label.h"
#include "policy/compiler/manifest.h"
#include "proto/limits.h"

enum {
    WIDTH_DEFAULT = 800,
    HEIGHT_DEFAULT = 600,
    SIDE_MAX = 16384,
    URL_MAX = 1024,
};

struct values {
    const struct tb_value *label;
    const struct tb_value *title;
    const struct tb_value *url;
    const struct tb_value *width;
    const struct tb_value *height;
    const struct tb_value *resizable;
};

static struct tb_bytes default_title(const struct tb_manifest *manifest)
{
    return manifest->name.n > 0 ? manifest->name : manifest->app;
}

/* What may stand behind tauri://localhost/ as it is: RFC 3986's characters, no step upwards. */
static bool url_valid(struct tb_bytes url)
{
    static const char marks[] = "-._~!$&'()*+,;=:@/?#%";
    for (size_t i = 0; i < url.n; i++) {
        uint8_t c = url.data[i];
        bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!alnum && (c == 0 || !strchr(marks, c)))
            return false;
    }
    return url.n <= URL_MAX && !(url.n > 0 && url.data[0] == '/') &&
           !memmem(url.data, url.n, "://", 3) && !memmem(url.data, url.n, "..", 2);
}

static uint32_t side(struct tb_report *report, const struct tb_value *value, const char *what,
                     uint32_t otherwise)
{
    if (!value)
        return otherwise;
    if (value->integer >= 1 && value->integer <= SIDE_MAX)
        return (uint32_t)value->integer;
    tb_report_error(report, "value", value->place, "`%s` of a window must be from 1 to %d", what,
                    SIDE_MAX);
    return otherwise;
}

static void check_label(struct tb_report *report, const struct tb_value *label,
                        struct tb_table *labels)
{
    if (!tb_label_valid(label->string))
        tb_report_error(report, "value", label->place,
                        "`%.*s` cannot be a window's label: write 1 to 64 letters, digits, `-`, "
                        "`_`, `/` or `:`",
                        TB_SHOWN(label->string));
    else if (tb_table_find(labels, label->string))
        tb_report_error(report, "value", label->place,
                        "two windows have the label `%.*s`: a label names one",
                        TB_SHOWN(label->string));
    else
        tb_table_put(report->arena, labels, label->string, (void *)(uintptr_t)label);
}

static void check_texts(struct tb_report *report, const struct values *values)
{
    if (values->title && !tb_facts_line(values->title->string))
        tb_report_error(
            report, "value", values->title->place,
            "`title` must be one line of at most %d bytes without control and invisible characters",
            TB_LINE_MAX);
    if (values->url && !url_valid(values->url->string))
        tb_report_error(report, "value", values->url->place,
                        "`url` of a window must be a path below the frontend, such as "
                        "settings.html#general: no `/` in front, no `..`, no other origin");
}

static struct tb_window *read_window(struct tb_report *report, const struct tb_value *map,
                                     struct tb_manifest *manifest, struct tb_table *labels)
{
    struct values values;
    const struct tb_want wants[] = {
        {"label", TB_VALUE_STRING, &values.label, true},
        {"title", TB_VALUE_STRING, &values.title, false},
        {"url", TB_VALUE_STRING, &values.url, false},
        {"width", TB_VALUE_INT, &values.width, false},
        {"height", TB_VALUE_INT, &values.height, false},
        {"resizable", TB_VALUE_BOOL, &values.resizable, false},
    };
    tb_value_fields(report, map, "[[window]]", wants, TB_ARRAY_LEN(wants), TB_UNKNOWN_ERROR);
    if (values.label)
        check_label(report, values.label, labels);
    check_texts(report, &values);
    struct tb_window *window = TB_NEW(report->arena, struct tb_window);
    *window = (struct tb_window){
        .label = tb_value_text(values.label),
        .place = map->place,
        .title = values.title ? values.title->string : default_title(manifest),
        .url = tb_value_text(values.url),
        .width = side(report, values.width, "width", WIDTH_DEFAULT),
        .height = side(report, values.height, "height", HEIGHT_DEFAULT),
        .resizable = !values.resizable || values.resizable->boolean,
    };
    return window;
}

static void add_default(struct tb_report *report, struct tb_manifest *manifest)
{
    struct tb_window *window = TB_NEW(report->arena, struct tb_window);
    *window = (struct tb_window){
        .label = tb_bytes_of_string("main"),
        .place = {TB_MANIFEST_FILE, 0},
        .title = default_title(manifest),
        .width = WIDTH_DEFAULT,
        .height = HEIGHT_DEFAULT,
        .resizable = true,
    };
    manifest->windows = window;
    manifest->n_windows = 1;
}

void tb_windows_read(struct tb_report *report, const struct tb_value *list,
                     struct tb_manifest *manifest)
{
    struct tb_table labels = {0};
    struct tb_window **end = &manifest->windows;
    if (!list || list->n == 0) {
        add_default(report, manifest);
        return;
    }
    if (list->n > TB_WINDOWS_MAX) {
        tb_report_error(report, "too-large", list->place,
                        "there are more than %d windows: open others when they are wanted",
                        TB_WINDOWS_MAX);
        return;
    }
    for (const struct tb_value *item = list->child; item; item = item->next) {
        if (item->type != TB_VALUE_MAP) {
            tb_report_error(report, "type", item->place, "`window` holds tables: write [[window]]");
            continue;
        }
        *end = read_window(report, item, manifest, &labels);
        end = &(*end)->next;
        manifest->n_windows++;
    }
}
