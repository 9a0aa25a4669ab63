/*
 * One dialog for a passphrase without a broker: secret WHAT NEW, where NEW is `new` or "". It is
 * over the window `Under`; `Beside` is another. Tells on stderr which of the two is typed in, and
 * on stdout what came of it: `+` and the passphrase, or `dismissed`; it goes on then, so that its
 * memory can be looked at. What it reads from stdin at once is `over` (nobody waits any more),
 * `destroy` (another takes the window away), `copied` (tell what can be pasted), or something to be
 * pasted; the end of it is the program's.
 */
#include "host/webkitgtk/secret_dialog.h"

#include <glib-unix.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct tb_secret_dialog *dialog;

/* No stream of C's: it would keep what it was given. */
static void on_answered(void *data, const char *passphrase, size_t n)
{
    (void)data;
    if (passphrase)
        (void)!write(STDOUT_FILENO, "+", 1);
    (void)!write(STDOUT_FILENO, passphrase ? passphrase : "dismissed", passphrase ? n : 9);
    (void)!write(STDOUT_FILENO, "\n", 1);
    tb_secret_dialog_free(g_steal_pointer(&dialog));
}

static void tell_copied(GdkAtom selection)
{
    g_autofree char *text = gtk_clipboard_wait_for_text(gtk_clipboard_get(selection));
    fprintf(stderr, "COPIED %s\n", text ? text : "nothing");
}

static void destroy(void)
{
    GList *windows = gtk_window_list_toplevels();
    for (GList *at = windows; at; at = at->next)
        if (GTK_IS_DIALOG(at->data)) {
            gtk_widget_destroy(at->data);
            break;
        }
    g_list_free(windows);
}

static void obey(const char *line)
{
    if (strcmp(line, "over") == 0) {
        tb_secret_dialog_free(g_steal_pointer(&dialog));
    } else if (strcmp(line, "destroy") == 0) {
        destroy();
    } else if (strcmp(line, "copied") == 0) {
        tell_copied(GDK_SELECTION_CLIPBOARD);
        tell_copied(GDK_SELECTION_PRIMARY);
    } else {
        gtk_clipboard_set_text(gtk_clipboard_get(GDK_SELECTION_CLIPBOARD), line, -1);
        fputs("TAKEN\n", stderr);
    }
}

static gboolean on_input(int fd, GIOCondition condition, void *data)
{
    char line[4096]; /* as much as comes at once */
    (void)condition, (void)data;
    ssize_t n = read(fd, line, sizeof line - 1);
    if (n > 0) {
        line[n] = 0;
        obey(line);
        return G_SOURCE_CONTINUE;
    }
    gtk_main_quit();
    return G_SOURCE_REMOVE;
}

static gboolean on_key(GtkWidget *window, const GdkEvent *event, void *data)
{
    (void)event, (void)data;
    fprintf(stderr, "GOT %s\n", gtk_window_get_title(GTK_WINDOW(window)));
    return FALSE;
}

static GtkWindow *window(const char *title, int x)
{
    GtkWidget *made = gtk_window_new(GTK_WINDOW_TOPLEVEL);
    gtk_window_set_title(GTK_WINDOW(made), title);
    gtk_window_set_default_size(GTK_WINDOW(made), 600, 500);
    gtk_window_move(GTK_WINDOW(made), x, 0);
    gtk_widget_add_events(made, GDK_KEY_PRESS_MASK);
    g_signal_connect(made, "key-press-event", G_CALLBACK(on_key), NULL);
    gtk_widget_show(made);
    return GTK_WINDOW(made);
}

int main(int argc, char **argv)
{
    if (!gtk_init_check(&argc, &argv) || argc != 3)
        return 2;
    const struct trollbridge_app app = {.id = "com.example.page", .name = "Page"};
    const struct trollbridge_secret secret = {
        .view = "main",
        .origin = "local",
        .command = "plugin:enclave|import_key",
        .plugin = "enclave",
        .what = argv[1],
        .is_new = *argv[2] != 0,
    };
    GtkWindow *under = window("Under", 0);
    window("Beside", 680);
    dialog = tb_secret_dialog_new(under, &app, &secret, on_answered, NULL);
    g_unix_fd_add(STDIN_FILENO, G_IO_IN | G_IO_HUP, on_input, NULL);
    gtk_main();
    return 0;
}
