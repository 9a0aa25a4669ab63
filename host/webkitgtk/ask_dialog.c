#include "host/webkitgtk/ask_dialog.h"

#include "host/webkitgtk/ask_facts.h"
#include "host/webkitgtk/ask_text.h"
#include "host/webkitgtk/prompt_window.h"

enum { N_YES = 3 };

struct tb_ask_dialog {
    struct tb_prompt_window window;
    GtkWidget *no;
    GtkWidget *yes[N_YES];
    void (*answered)(void *data, enum trollbridge_answered answered);
    void *data;
};

/* When it comes to the front the keyboard is at "no" again: a key that is held down goes on
 * there. */
static void on_readied(void *data, gboolean is_ready)
{
    struct tb_ask_dialog *dialog = data;
    if (!is_ready)
        gtk_widget_grab_focus(dialog->no);
    for (size_t i = 0; i < N_YES; i++)
        gtk_widget_set_sensitive(dialog->yes[i], is_ready);
}

static void on_responded(void *data, int response)
{
    struct tb_ask_dialog *dialog = data;
    enum trollbridge_answered answered = response >= TROLLBRIDGE_DISMISSED
                                             ? (enum trollbridge_answered)response
                                             : TROLLBRIDGE_DISMISSED;
    dialog->answered(dialog->data, answered);
}

void tb_ask_dialog_free(struct tb_ask_dialog *dialog)
{
    if (!dialog)
        return;
    tb_prompt_window_deinit(&dialog->window);
    g_free(dialog);
}

/* ---- its making ---- */

static GtkWidget *add_button(struct tb_ask_dialog *dialog, const char *text,
                             enum trollbridge_answered answered)
{
    GtkWidget *button = tb_prompt_window_button(&dialog->window, text, (int)answered);
    gtk_widget_set_can_default(button, answered == TROLLBRIDGE_DISMISSED);
    return button;
}

static void add_buttons(struct tb_ask_dialog *dialog, const struct trollbridge_ask *ask)
{
    g_autofree char *days = tb_ask_days(ask);
    g_autofree char *always = days ? g_strdup_printf("Always (%s)", days) : g_strdup("Always");
    g_autofree char *never = days ? g_strdup_printf("Never (%s)", days) : g_strdup("Never");
    dialog->no = add_button(dialog, "Deny", TROLLBRIDGE_DISMISSED);
    add_button(dialog, never, TROLLBRIDGE_NEVER);
    dialog->yes[0] = add_button(dialog, "Allow once", TROLLBRIDGE_ONCE);
    dialog->yes[1] = add_button(dialog, "Allow this session", TROLLBRIDGE_SESSION);
    dialog->yes[2] = add_button(dialog, always, TROLLBRIDGE_ALWAYS);
    gtk_dialog_set_default_response(dialog->window.dialog, TROLLBRIDGE_DISMISSED);
}

struct tb_ask_dialog *
tb_ask_dialog_new(GtkWindow *over, const struct trollbridge_app *app,
                  const struct trollbridge_ask *ask,
                  void (*answered)(void *data, enum trollbridge_answered answered), void *data)
{
    static const struct tb_prompt_handler handler = {on_readied, on_responded};
    struct tb_ask_dialog *dialog = g_new0(struct tb_ask_dialog, 1);
    dialog->answered = answered;
    dialog->data = data;
    tb_prompt_window_init(&dialog->window, over, "Allow this call?", &handler, dialog);
    gtk_container_add(GTK_CONTAINER(gtk_dialog_get_content_area(dialog->window.dialog)),
                      tb_ask_facts(app, ask));
    add_buttons(dialog, ask);
    tb_prompt_window_show(&dialog->window);
    return dialog;
}
