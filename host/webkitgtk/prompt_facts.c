#include "host/webkitgtk/prompt_facts.h"

#include "base/escape.h"
#include "host/webkitgtk/ask_text.h"

#include <string.h>

enum { SPACE = 12, COLUMNS = 60, WORD_MAX = 4 * COLUMNS };

/* Pango looks at the rest of a word again for each line that it breaks it into: 8 KiB without a
 * space take ten seconds in which the host answers nobody. */
static PangoWrapMode wrap_mode(const char *text)
{
    size_t n = 0;
    while (*text && n <= WORD_MAX) {
        text += strspn(text, " \n");
        n = strcspn(text, " \n");
        text += n;
    }
    return n > WORD_MAX ? PANGO_WRAP_CHAR : PANGO_WRAP_WORD_CHAR;
}

static GtkWidget *label(const char *text)
{
    GtkWidget *widget = gtk_label_new(text);
    gtk_label_set_xalign(GTK_LABEL(widget), 0);
    gtk_label_set_yalign(GTK_LABEL(widget), 0);
    gtk_label_set_line_wrap(GTK_LABEL(widget), TRUE);
    gtk_label_set_line_wrap_mode(GTK_LABEL(widget), wrap_mode(text));
    gtk_label_set_max_width_chars(GTK_LABEL(widget), COLUMNS);
    return widget;
}

GtkLabel *tb_prompt_line(GtkBox *box, const char *text)
{
    GtkWidget *line = label(text);
    gtk_box_pack_start(box, line, FALSE, FALSE, 0);
    return GTK_LABEL(line);
}

GtkBox *tb_prompt_box(const char *text)
{
    GtkBox *box = GTK_BOX(gtk_box_new(GTK_ORIENTATION_VERTICAL, SPACE));
    gtk_container_set_border_width(GTK_CONTAINER(box), SPACE);
    tb_prompt_line(box, text);
    return box;
}

/* What a reader sees as it is stays so, with quotes and all. */
void tb_prompt_fact(GtkGrid *facts, const char *name, const char *untrusted_text)
{
    bool is_plain = tb_is_plain_line(tb_bytes_of_string(untrusted_text));
    g_autofree char *text = is_plain ? g_strdup(untrusted_text) : tb_ask_plain(untrusted_text);
    GtkWidget *title = label(name);
    gtk_style_context_add_class(gtk_widget_get_style_context(title), GTK_STYLE_CLASS_DIM_LABEL);
    gtk_grid_attach_next_to(facts, title, NULL, GTK_POS_BOTTOM, 1, 1);
    gtk_grid_attach_next_to(facts, label(text), title, GTK_POS_RIGHT, 1, 1);
}

GtkGrid *tb_prompt_facts(GtkBox *box, const struct trollbridge_app *app)
{
    GtkGrid *facts = GTK_GRID(gtk_grid_new());
    gtk_grid_set_column_spacing(facts, SPACE);
    gtk_box_pack_start(box, GTK_WIDGET(facts), FALSE, FALSE, 0);
    if (*app->name)
        tb_prompt_fact(facts, "App", app->name);
    tb_prompt_fact(facts, "App's id", app->id);
    return facts;
}
