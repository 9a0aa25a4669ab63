#include "host/webkitgtk/ask_facts.h"

#include "host/webkitgtk/ask_text.h"
#include "host/webkitgtk/prompt_facts.h"

enum { MARGIN = 4, ARGS_WIDTH = 560, ARGS_HEIGHT = 180 };

static void add_body(GtkGrid *facts, const struct trollbridge_ask *ask)
{
    g_autofree char *size =
        g_strdup_printf("%" G_GUINT64_FORMAT " bytes%s, which are not shown", ask->n_body,
                        ask->more ? " and whatever more the page sends" : "");
    tb_prompt_fact(facts, "Raw data", size);
}

static void add_facts(GtkGrid *facts, const struct trollbridge_ask *ask)
{
    tb_prompt_fact(facts, "Window", ask->view);
    tb_prompt_fact(facts, "Origin", ask->origin);
    tb_prompt_fact(facts, "Command", ask->command);
    if (ask->rule)
        tb_prompt_fact(facts, "Rule", ask->rule);
    if (ask->has_body)
        add_body(facts, ask);
}

static GtkWidget *arguments(const struct trollbridge_ask *ask)
{
    g_autofree char *lines = tb_ask_lines(ask->args_json);
    GtkWidget *view = gtk_text_view_new();
    gtk_text_buffer_set_text(gtk_text_view_get_buffer(GTK_TEXT_VIEW(view)), lines, -1);
    gtk_text_view_set_editable(GTK_TEXT_VIEW(view), FALSE);
    gtk_text_view_set_monospace(GTK_TEXT_VIEW(view), TRUE);
    gtk_text_view_set_accepts_tab(GTK_TEXT_VIEW(view), FALSE);
    gtk_text_view_set_left_margin(GTK_TEXT_VIEW(view), MARGIN);
    gtk_text_view_set_top_margin(GTK_TEXT_VIEW(view), MARGIN);
    gtk_text_view_set_wrap_mode(GTK_TEXT_VIEW(view), GTK_WRAP_CHAR);
    GtkWidget *scroll = gtk_scrolled_window_new(NULL, NULL);
    gtk_scrolled_window_set_shadow_type(GTK_SCROLLED_WINDOW(scroll), GTK_SHADOW_IN);
    gtk_scrolled_window_set_overlay_scrolling(GTK_SCROLLED_WINDOW(scroll), FALSE);
    gtk_widget_set_size_request(scroll, ARGS_WIDTH, ARGS_HEIGHT);
    gtk_container_add(GTK_CONTAINER(scroll), view);
    return scroll;
}

GtkWidget *tb_ask_facts(const struct trollbridge_app *app, const struct trollbridge_ask *ask)
{
    GtkBox *box = tb_prompt_box("A page of the app asks to make this call:");
    add_facts(tb_prompt_facts(box, app), ask);
    tb_prompt_line(box, "With these arguments:");
    gtk_box_pack_start(box, arguments(ask), TRUE, TRUE, 0);
    return GTK_WIDGET(box);
}
