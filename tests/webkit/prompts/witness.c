/*
 * A module of GTK's for a host under test (GTK_MODULES): tells on stderr what a person sees of its
 * windows, one line of JSON whenever it is another: PROMPT {dialogs: [{id, title, active, labels,
 * text, fields, buttons, focus}], popups}. Places are those of the screen. Of a field it tells what
 * those hear who help people who do not see it.
 */
#include <gdk/gdkx.h>
#include <gtk/gtk.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVERY_MS = 10 };

void gtk_module_init(int *argc, char ***argv);

static json_t *text_of(GtkTextView *view)
{
    GtkTextIter first;
    GtkTextIter last;
    GtkTextBuffer *buffer = gtk_text_view_get_buffer(view);
    gtk_text_buffer_get_bounds(buffer, &first, &last);
    g_autofree char *text = gtk_text_buffer_get_text(buffer, &first, &last, TRUE);
    return json_string(text);
}

/* Where its middle is on the screen. */
static json_t *place_of(GtkWidget *widget)
{
    int x = 0;
    int y = 0;
    GtkAllocation box;
    GtkWidget *top = gtk_widget_get_toplevel(widget);
    gtk_widget_get_allocation(widget, &box);
    gtk_widget_translate_coordinates(widget, top, box.width / 2, box.height / 2, &x, &y);
    int left = 0;
    int above = 0;
    gdk_window_get_origin(gtk_widget_get_window(top), &left, &above);
    return json_pack("[i,i]", left + x, above + y);
}

static json_t *button_of(GtkWidget *widget)
{
    return json_pack("{s:s, s:b, s:o}", "label", gtk_button_get_label(GTK_BUTTON(widget)),
                     "sensitive", gtk_widget_is_sensitive(widget), "at", place_of(widget));
}

static json_t *field_of(GtkWidget *widget)
{
    AtkObject *heard = gtk_widget_get_accessible(widget);
    g_autofree char *text = atk_text_get_text(ATK_TEXT(heard), 0, -1);
    return json_pack("{s:s, s:b, s:b, s:b, s:i, s:o}", "text", text, "secret",
                     atk_object_get_role(heard) == ATK_ROLE_PASSWORD_TEXT, "sensitive",
                     gtk_widget_is_sensitive(widget), "focus", gtk_widget_is_focus(widget),
                     "length", gtk_entry_get_text_length(GTK_ENTRY(widget)), "at",
                     place_of(widget));
}

static void add(GtkWidget *widget, void *data)
{
    json_t *dialog = data;
    if (GTK_IS_BUTTON(widget))
        json_array_append_new(json_object_get(dialog, "buttons"), button_of(widget));
    else if (GTK_IS_ENTRY(widget))
        json_array_append_new(json_object_get(dialog, "fields"), field_of(widget));
    else if (GTK_IS_LABEL(widget))
        json_array_append_new(json_object_get(dialog, "labels"),
                              json_string(gtk_label_get_text(GTK_LABEL(widget))));
    else if (GTK_IS_TEXT_VIEW(widget))
        json_object_set_new(dialog, "text", text_of(GTK_TEXT_VIEW(widget)));
    else if (GTK_IS_CONTAINER(widget))
        gtk_container_foreach(GTK_CONTAINER(widget), add, dialog);
}

static json_t *dialog_of(GtkWindow *window)
{
    json_t *dialog = json_pack("{s:s, s:b, s:s, s:[], s:[], s:[]}", "title",
                               gtk_window_get_title(window), "active", gtk_window_is_active(window),
                               "text", "", "labels", "fields", "buttons");
    g_autofree char *id =
        g_strdup_printf("%lu", gdk_x11_window_get_xid(gtk_widget_get_window(GTK_WIDGET(window))));
    json_object_set_new(dialog, "id", json_string(id));
    GtkWidget *focus = gtk_window_get_focus(window);
    const char *name = !focus                 ? ""
                       : GTK_IS_BUTTON(focus) ? gtk_button_get_label(GTK_BUTTON(focus))
                                              : G_OBJECT_TYPE_NAME(focus);
    json_object_set_new(dialog, "focus", json_string(name));
    gtk_container_foreach(GTK_CONTAINER(window), add, dialog);
    return dialog;
}

static gboolean tell(void *data)
{
    char **last = data;
    int n_popups = 0;
    json_t *dialogs = json_array();
    GList *windows = gtk_window_list_toplevels();
    for (GList *at = windows; at; at = at->next)
        if (!gtk_widget_get_mapped(at->data))
            continue;
        else if (GTK_IS_DIALOG(at->data))
            json_array_append_new(dialogs, dialog_of(at->data));
        else
            n_popups += gtk_window_get_window_type(at->data) == GTK_WINDOW_POPUP;
    g_list_free(windows);
    json_t *seen = json_pack("{s:o, s:i}", "dialogs", dialogs, "popups", n_popups);
    char *line = json_dumps(seen, JSON_COMPACT);
    json_decref(seen);
    if (*last && strcmp(*last, line) == 0) {
        free(line);
        return G_SOURCE_CONTINUE;
    }
    gdk_display_sync(gdk_display_get_default()); /* it is so on the screen, too */
    fprintf(stderr, "PROMPT %s\n", line);
    free(*last);
    *last = line;
    return G_SOURCE_CONTINUE;
}

void gtk_module_init(int *argc, char ***argv)
{
    static char *last;
    (void)argc, (void)argv;
    g_timeout_add(EVERY_MS, tell, &last);
}
