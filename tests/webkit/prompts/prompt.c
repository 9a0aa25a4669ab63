/*
 * One dialog without a broker: prompt COMMAND ARGS RULE DAYS BODY, where "" leaves out RULE and
 * BODY. It is over the window `Under`; `Beside` is another, and where that is pressed something
 * pops up over the first. Tells on stderr what is pressed and typed in the two and what becomes of
 * that, and on stdout the answer, with which it ends.
 */
#include "host/webkitgtk/ask_dialog.h"

#include <stdio.h>
#include <stdlib.h>

static struct tb_ask_dialog *dialog;

static void on_answered(void *data, enum trollbridge_answered answered)
{
    (void)data;
    puts(trollbridge_answer_name(answered));
    tb_ask_dialog_free(dialog);
    gtk_main_quit();
}

static void on_popup(GtkWidget *popup, const char *what)
{
    (void)popup;
    fprintf(stderr, "POPUP %s\n", what);
}

/* Where the dialog is. */
static void pop_up(GtkWindow *over)
{
    GtkWidget *popup = gtk_window_new(GTK_WINDOW_POPUP);
    gtk_window_set_transient_for(GTK_WINDOW(popup), over);
    gtk_window_set_default_size(GTK_WINDOW(popup), 1000, 1000);
    g_signal_connect(popup, "map", G_CALLBACK(on_popup), (void *)"came");
    g_signal_connect(popup, "unmap", G_CALLBACK(on_popup), (void *)"went");
    gtk_widget_show(popup);
}

static gboolean on_event(GtkWidget *window, const GdkEvent *event, GtkWindow *under)
{
    if (event->type == GDK_BUTTON_PRESS || event->type == GDK_KEY_PRESS)
        fprintf(stderr, "GOT %s\n", gtk_window_get_title(GTK_WINDOW(window)));
    if (event->type == GDK_BUTTON_PRESS && under)
        pop_up(under);
    return FALSE;
}

static GtkWindow *window(const char *title, int x, GtkWindow *under)
{
    GtkWidget *made = gtk_window_new(GTK_WINDOW_TOPLEVEL);
    gtk_window_set_title(GTK_WINDOW(made), title);
    gtk_window_set_default_size(GTK_WINDOW(made), 600, 500);
    gtk_window_move(GTK_WINDOW(made), x, 0);
    gtk_widget_add_events(made, GDK_BUTTON_PRESS_MASK | GDK_KEY_PRESS_MASK);
    g_signal_connect(made, "event", G_CALLBACK(on_event), under);
    gtk_widget_show(made);
    return GTK_WINDOW(made);
}

int main(int argc, char **argv)
{
    if (!gtk_init_check(&argc, &argv) || argc != 6)
        return 2;
    const struct trollbridge_app app = {.id = "com.example.page", .name = "Page"};
    const struct trollbridge_ask ask = {
        .view = "main",
        .origin = "local",
        .command = argv[1],
        .args_json = argv[2],
        .rule = *argv[3] ? argv[3] : NULL,
        .remember_days = (uint32_t)strtoul(argv[4], NULL, 10),
        .has_body = *argv[5] != 0,
        .n_body = strtoull(argv[5], NULL, 10),
    };
    GtkWindow *under = window("Under", 0, NULL);
    window("Beside", 680, under);
    dialog = tb_ask_dialog_new(under, &app, &ask, on_answered, NULL);
    gtk_main();
    return 0;
}
