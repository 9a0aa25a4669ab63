#include "host/webkitgtk/dialog.h"

#include "host/webkitgtk/dialog_box.h"
#include "host/webkitgtk/dialog_chooser.h"
#include "host/webkitgtk/view.h"
#include "host/webkitgtk/window.h"

static const struct trollbridge_app *app_of(const struct tb_call *call)
{
    return trollbridge_app(tb_window_app(call)->bridge);
}

static void message(struct tb_call *call)
{
    struct tb_dialog_message message;
    struct tb_view *view = tb_window_view_of(call);
    if (!view || !tb_dialog_message_read(call, &message))
        return;
    tb_dialogs_add(view->dialogs, call, &tb_dialog_box_type,
                   tb_dialog_box_new(app_of(call), call->init->origin, &message));
}

static void choose(struct tb_call *call, bool save)
{
    struct tb_dialog_choice choice;
    struct tb_view *view = tb_window_view_of(call);
    if (!view || !tb_dialog_choice_read(call, save, &choice))
        return;
    tb_dialogs_add(view->dialogs, call, &tb_dialog_chooser_type,
                   tb_dialog_chooser_new(view, call->init->origin, &choice));
}

static void open_items(struct tb_call *call)
{
    choose(call, false);
}

static void save_item(struct tb_call *call)
{
    choose(call, true);
}

static const struct tb_plugin_command commands[] = {
    {"message", message},
    {"open", open_items},
    {"save", save_item},
};

const struct tb_plugin tb_dialog_plugin = {.commands = commands,
                                           .n_commands = TB_ARRAY_LEN(commands)};
