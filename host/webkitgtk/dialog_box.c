#include "host/webkitgtk/dialog_box.h"

#include "host/webkitgtk/dialog_frame.h"
#include "host/webkitgtk/prompt_facts.h"

enum { SPACE = 12, LINES_WIDTH = 420, LINES_HEIGHT = 320 };

struct tb_dialog_box {
    struct tb_dialog_message message;
    char *line; /* who says it */
    const char *name;
    struct tb_dialog *dialog;
    struct tb_prompt_window window;
    bool is_shown;
};

static void on_readied(void *data, gboolean is_ready)
{
    (void)data, (void)is_ready; /* what is said here gives the page nothing */
}

static void on_responded(void *data, int response)
{
    struct tb_dialog_box *box = data;
    bool is_button = response >= 0 && (size_t)response < box->message.n_buttons;
    tb_pack_text(tb_dialog_answer(box->dialog),
                 is_button ? box->message.buttons[response].answer : TB_DIALOG_CLOSED);
    tb_dialog_end(box->dialog);
}

/* ---- its making ---- */

static GtkWidget *icon(enum tb_dialog_kind kind)
{
    static const char *const names[] = {
        [TB_DIALOG_INFO] = "dialog-information",
        [TB_DIALOG_WARNING] = "dialog-warning",
        [TB_DIALOG_ERROR] = "dialog-error",
    };
    GtkWidget *image = gtk_image_new_from_icon_name(names[kind], GTK_ICON_SIZE_DIALOG);
    gtk_widget_set_valign(image, GTK_ALIGN_START);
    return image;
}

/* However long it is, the buttons stay on the screen. */
static GtkWidget *scrolled(GtkWidget *child)
{
    GtkScrolledWindow *scroll = GTK_SCROLLED_WINDOW(gtk_scrolled_window_new(NULL, NULL));
    gtk_scrolled_window_set_policy(scroll, GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
    gtk_scrolled_window_set_propagate_natural_height(scroll, TRUE);
    gtk_scrolled_window_set_max_content_height(scroll, LINES_HEIGHT);
    gtk_widget_set_size_request(GTK_WIDGET(scroll), LINES_WIDTH, -1);
    gtk_container_add(GTK_CONTAINER(scroll), child);
    return GTK_WIDGET(scroll);
}

static GtkWidget *lines(const struct tb_dialog_message *message)
{
    GtkBox *box = GTK_BOX(gtk_box_new(GTK_ORIENTATION_VERTICAL, SPACE));
    if (message->title) {
        PangoAttrList *bold = pango_attr_list_new();
        GtkLabel *title = tb_prompt_line(box, message->title);
        pango_attr_list_insert(bold, pango_attr_weight_new(PANGO_WEIGHT_BOLD));
        gtk_label_set_attributes(title, bold);
        pango_attr_list_unref(bold);
    }
    tb_prompt_line(box, message->text);
    return scrolled(GTK_WIDGET(box));
}

static void add_buttons(struct tb_dialog_box *box)
{
    for (size_t i = box->message.n_buttons; i-- > 0;) {
        GtkWidget *button =
            tb_prompt_window_button(&box->window, box->message.buttons[i].label, (int)i);
        gtk_widget_set_can_default(button, TRUE);
        if (i == 0)
            gtk_widget_grab_focus(button);
    }
    gtk_dialog_set_default_response(box->window.dialog, 0);
}

static void on_show(struct tb_dialog *dialog, GtkWindow *over)
{
    static const struct tb_prompt_handler handler = {on_readied, on_responded};
    struct tb_dialog_box *box = tb_dialog_data(dialog);
    box->dialog = dialog;
    tb_prompt_window_init(&box->window, over, box->name, &handler, box);
    box->is_shown = true;
    GtkBox *frame = tb_dialog_frame(box->window.dialog, box->line);
    GtkBox *row = GTK_BOX(gtk_box_new(GTK_ORIENTATION_HORIZONTAL, SPACE));
    gtk_box_pack_start(row, icon(box->message.kind), FALSE, FALSE, 0);
    gtk_box_pack_start(row, lines(&box->message), TRUE, TRUE, 0);
    gtk_box_pack_start(frame, GTK_WIDGET(row), TRUE, TRUE, 0);
    tb_dialog_frame_end(frame, dialog);
    add_buttons(box);
    tb_prompt_window_show(&box->window);
}

static void on_free(void *data)
{
    struct tb_dialog_box *box = data;
    if (box->is_shown)
        tb_prompt_window_deinit(&box->window);
    tb_dialog_message_deinit(&box->message);
    g_free(box->line);
    g_free(box);
}

const struct tb_dialog_type tb_dialog_box_type = {.show = on_show, .free = on_free};

struct tb_dialog_box *tb_dialog_box_new(const struct trollbridge_app *app, struct tb_bytes origin,
                                        const struct tb_dialog_message *message)
{
    g_autofree char *speaker = tb_dialog_speaker(app, origin);
    struct tb_dialog_box *box = g_new0(struct tb_dialog_box, 1);
    box->message = *message;
    box->name = *app->name ? app->name : app->id;
    box->line = g_strdup_printf("%s says:", speaker);
    return box;
}
