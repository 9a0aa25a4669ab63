#include "host/webkitgtk/dialog.h"

#include "host/webkitgtk/dialog_box.h"
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

static const struct tb_plugin_command commands[] = {
    {"message", message},
};

const struct tb_plugin tb_dialog_plugin = {.commands = commands,
                                           .n_commands = TB_ARRAY_LEN(commands)};
