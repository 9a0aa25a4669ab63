#include "host/webkitgtk/dialog_frame.h"

#include "host/webkitgtk/dialog_text.h"
#include "host/webkitgtk/prompt_facts.h"

enum { NAME_MAX_SHOWN = 128 };

char *tb_dialog_speaker(const struct trollbridge_app *app, struct tb_bytes origin)
{
    const char *known = *app->name ? app->name : app->id;
    g_autofree char *name = tb_dialog_line(tb_bytes_of_string(known), NAME_MAX_SHOWN);
    g_autofree char *from = tb_dialog_line(origin, NAME_MAX_SHOWN);
    return tb_bytes_are(origin, "local") ? g_strdup_printf("A page of %s", name)
                                         : g_strdup_printf("A page of %s, in %s", from, name);
}

GtkBox *tb_dialog_frame(GtkDialog *window, const char *line)
{
    GtkBox *box = tb_prompt_box(line);
    gtk_box_pack_start(GTK_BOX(gtk_dialog_get_content_area(window)), GTK_WIDGET(box), FALSE, FALSE,
                       0);
    return box;
}

static void on_toggled(GtkToggleButton *button, struct tb_dialog *dialog)
{
    tb_dialog_stop(dialog, gtk_toggle_button_get_active(button));
}

void tb_dialog_frame_end(GtkBox *box, struct tb_dialog *dialog)
{
    if (!tb_dialog_is_one_more(dialog))
        return;
    GtkWidget *button = gtk_check_button_new_with_label("No more dialogs of this page");
    g_signal_connect(button, "toggled", G_CALLBACK(on_toggled), dialog);
    gtk_box_pack_start(box, button, FALSE, FALSE, 0);
}
