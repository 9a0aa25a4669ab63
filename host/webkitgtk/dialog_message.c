#include "host/webkitgtk/dialog_message.h"

#include "base/compiler.h"
#include "host/webkitgtk/dialog_text.h"

#include <glib.h>

/* A set of buttons by its name, or by that of a map with as many labels of the page's own. */
struct set {
    const char *name;
    const char *custom;
    size_t n;
    const char *labels[TB_DIALOG_BUTTONS_MAX];
};

static const struct set sets[] = {
    {"Ok", "OkCustom", 1, {"Ok"}},
    {"OkCancel", "OkCancelCustom", 2, {"Ok", "Cancel"}},
    {"YesNo", NULL, 2, {"Yes", "No"}},
    {"YesNoCancel", "YesNoCancelCustom", 3, {"Yes", "No", "Cancel"}},
};

static bool refuse(struct tb_call *call, const char *expected)
{
    tb_reply_error(call, TB_CODE_INVALID_ARGS, 0, "buttons: expected %s", expected);
    return false;
}

/* ---- buttons ---- */

static void use_set(const struct set *set, struct tb_dialog_message *message)
{
    message->n_buttons = set->n;
    for (size_t i = 0; i < set->n; i++) {
        message->buttons[i].label = g_strdup(set->labels[i]);
        message->buttons[i].answer = g_strdup(set->labels[i]);
    }
}

static bool use_name(struct tb_call *call, struct tb_bytes name, struct tb_dialog_message *message)
{
    for (size_t i = 0; i < TB_ARRAY_LEN(sets); i++)
        if (tb_bytes_are(name, sets[i].name)) {
            use_set(&sets[i], message);
            return true;
        }
    return refuse(call, "Ok, OkCancel, YesNo or YesNoCancel");
}

/* The answer is told as text that ends with a NUL: one inside of it would cut it off. */
static bool is_label(const struct tb_value *value, struct tb_bytes *ret_text)
{
    return tb_value_str(value, ret_text) && ret_text->n <= TB_DIALOG_LABEL_MAX &&
           (ret_text->n == 0 || !memchr(ret_text->data, 0, ret_text->n));
}

static bool use_labels(struct tb_call *call, const struct set *set, const struct tb_value *labels,
                       struct tb_dialog_message *message)
{
    bool is_list = set->n > 1;
    if (is_list && (tb_value_type(labels) != TB_VALUE_ARRAY || tb_value_n(labels) != set->n))
        return refuse(call, "as many labels as there are buttons");
    for (size_t i = 0; i < set->n; i++) {
        struct tb_bytes text;
        if (!is_label(is_list ? tb_value_at(labels, (uint32_t)i) : labels, &text))
            return refuse(call, "labels of at most 128 bytes, without a NUL");
        message->buttons[i].label = tb_dialog_line(text, TB_DIALOG_LABEL_MAX);
        message->buttons[i].answer = g_strndup(text.n > 0 ? (const char *)text.data : "", text.n);
        message->n_buttons = i + 1;
    }
    return true;
}

static bool use_custom(struct tb_call *call, const struct tb_value *map,
                       struct tb_dialog_message *message)
{
    struct tb_bytes key = tb_value_key(map, 0);
    for (size_t i = 0; tb_value_n(map) == 1 && i < TB_ARRAY_LEN(sets); i++)
        if (sets[i].custom && tb_bytes_are(key, sets[i].custom))
            return use_labels(call, &sets[i], tb_value_at(map, 0), message);
    return refuse(call, "one of OkCustom, OkCancelCustom and YesNoCancelCustom");
}

static bool read_buttons(struct tb_call *call, struct tb_dialog_message *message)
{
    const struct tb_value *buttons = tb_value_get(call->args.map, "buttons");
    struct tb_bytes name;
    if (tb_value_type(buttons) == TB_VALUE_NULL) {
        use_set(&sets[0], message);
        return true;
    }
    if (tb_value_str(buttons, &name))
        return use_name(call, name, message);
    if (tb_value_type(buttons) == TB_VALUE_MAP)
        return use_custom(call, buttons, message);
    return refuse(call, "a string or an object");
}

/* ---- the rest ---- */

/* In any case, and what is none of them is `info`: so Tauri reads it. */
static enum tb_dialog_kind kind_of(struct tb_bytes name)
{
    g_autofree char *text = tb_dialog_line(name, name.n);
    if (g_ascii_strcasecmp(text, "warning") == 0)
        return TB_DIALOG_WARNING;
    return g_ascii_strcasecmp(text, "error") == 0 ? TB_DIALOG_ERROR : TB_DIALOG_INFO;
}

static bool read_all(struct tb_call *call, struct tb_dialog_message *message)
{
    struct tb_bytes text;
    struct tb_bytes title = {0};
    struct tb_bytes kind = tb_bytes_of_string("info");
    if (!tb_arg_str(call, call->args, "message", TB_REQUIRED, &text) ||
        !tb_arg_str(call, call->args, "title", TB_OPTIONAL, &title) ||
        !tb_arg_str(call, call->args, "kind", TB_OPTIONAL, &kind) || !read_buttons(call, message))
        return false;
    message->text = tb_dialog_lines(text, TB_DIALOG_TEXT_MAX);
    message->title = title.n > 0 ? tb_dialog_line(title, TB_DIALOG_TITLE_MAX) : NULL;
    message->kind = kind_of(kind);
    return true;
}

bool tb_dialog_message_read(struct tb_call *call, struct tb_dialog_message *ret_message)
{
    struct tb_dialog_message message = {0};
    if (!read_all(call, &message)) {
        tb_dialog_message_deinit(&message);
        return false;
    }
    *ret_message = message;
    return true;
}

void tb_dialog_message_deinit(struct tb_dialog_message *message)
{
    g_free(message->title);
    g_free(message->text);
    for (size_t i = 0; i < TB_DIALOG_BUTTONS_MAX; i++) {
        g_free(message->buttons[i].label);
        g_free(message->buttons[i].answer);
    }
}
