#include "host/webkitgtk/secret_field.h"

enum { COLUMNS = 40 };

/*
 * Dots are all that GTK copies of it, to the clipboard, to what is dragged and to those who help
 * people who do not see it. An input method would be told of every key, in a process of its own
 * that may learn words: the one that is in GTK has dead keys and Compose, and that is all of it.
 * And nobody drops something of the page's in here.
 */
GtkEntry *tb_secret_field_new(void)
{
    g_autoptr(GtkEntryBuffer) buffer = tb_secret_buffer_new();
    if (!buffer)
        return NULL;
    GtkWidget *field = gtk_entry_new_with_buffer(buffer);
    GtkEntry *entry = GTK_ENTRY(field);
    gtk_entry_set_visibility(entry, FALSE);
    gtk_entry_set_input_purpose(entry, GTK_INPUT_PURPOSE_PASSWORD);
    gtk_entry_set_input_hints(entry, GTK_INPUT_HINT_NO_SPELLCHECK | GTK_INPUT_HINT_NO_EMOJI);
    gtk_entry_set_width_chars(entry, COLUMNS);
    g_object_set(field, "im-module", "gtk-im-context-simple", "truncate-multiline", TRUE, NULL);
    gtk_widget_set_hexpand(field, TRUE);
    gtk_drag_dest_unset(field);
    return entry;
}
