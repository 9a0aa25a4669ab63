#include "host/webkitgtk/ask_facts.h"

#include "base/compiler.h"
#include "host/webkitgtk/ask_text.h"

enum { SPACE = 12, MARGIN = 4, COLUMNS = 60, ARGS_WIDTH = 560, ARGS_HEIGHT = 180 };

static GtkWidget *label(const char *text)
{
    GtkWidget *widget = gtk_label_new(text);
    gtk_label_set_xalign(GTK_LABEL(widget), 0);
    gtk_label_set_yalign(GTK_LABEL(widget), 0);
    gtk_label_set_line_wrap(GTK_LABEL(widget), TRUE);
    gtk_label_set_line_wrap_mode(GTK_LABEL(widget), PANGO_WRAP_WORD_CHAR);
    gtk_label_set_max_width_chars(GTK_LABEL(widget), COLUMNS);
    return widget;
}

static void add_fact(GtkGrid *grid, const char *name, const char *untrusted_text)
{
    g_autofree char *text = tb_ask_plain(untrusted_text);
    GtkWidget *title = label(name);
    gtk_style_context_add_class(gtk_widget_get_style_context(title), GTK_STYLE_CLASS_DIM_LABEL);
    gtk_grid_attach_next_to(grid, title, NULL, GTK_POS_BOTTOM, 1, 1);
    gtk_grid_attach_next_to(grid, label(text), title, GTK_POS_RIGHT, 1, 1);
}

static void add_body(GtkGrid *grid, const struct trollbridge_ask *ask)
{
    g_autofree char *size =
        g_strdup_printf("%" G_GUINT64_FORMAT " bytes%s, which are not shown", ask->n_body,
                        ask->more ? " and whatever more the page sends" : "");
    add_fact(grid, "Raw data", size);
}

static GtkWidget *facts(const struct trollbridge_app *app, const struct trollbridge_ask *ask)
{
    GtkGrid *grid = GTK_GRID(gtk_grid_new());
    gtk_grid_set_column_spacing(grid, SPACE);
    if (*app->name)
        add_fact(grid, "App", app->name);
    add_fact(grid, "App's id", app->id);
    add_fact(grid, "Window", ask->view);
    add_fact(grid, "Origin", ask->origin);
    add_fact(grid, "Command", ask->command);
    if (ask->rule)
        add_fact(grid, "Rule", ask->rule);
    if (ask->has_body)
        add_body(grid, ask);
    return GTK_WIDGET(grid);
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
    GtkBox *box = GTK_BOX(gtk_box_new(GTK_ORIENTATION_VERTICAL, SPACE));
    gtk_container_set_border_width(GTK_CONTAINER(box), SPACE);
    gtk_box_pack_start(box, label("A page of the app asks to make this call:"), FALSE, FALSE, 0);
    gtk_box_pack_start(box, facts(app, ask), FALSE, FALSE, 0);
    gtk_box_pack_start(box, label("With these arguments:"), FALSE, FALSE, 0);
    gtk_box_pack_start(box, arguments(ask), TRUE, TRUE, 0);
    return GTK_WIDGET(box);
}
