#include "host/webkitgtk/ask_dialog.h"

#include "base/compiler.h"
#include "host/webkitgtk/ask_facts.h"
#include "host/webkitgtk/ask_popups.h"
#include "host/webkitgtk/ask_text.h"

enum { ALONE_MS = 1000, N_YES = 3, BORDER = 6 };

struct tb_ask_dialog {
    GtkDialog *window;
    GtkWidget *no;
    GtkWidget *yes[N_YES];
    GtkGesture *press;
    struct tb_ask_popups *popups;
    guint timer; /* 0: it does not run */
    void (*answered)(void *data, enum trollbridge_answered answered);
    void *data;
};

/* ---- when it can be allowed ---- */

static void allow(struct tb_ask_dialog *dialog, gboolean can)
{
    for (size_t i = 0; i < N_YES; i++)
        gtk_widget_set_sensitive(dialog->yes[i], can);
}

static gboolean on_left_alone(void *data)
{
    struct tb_ask_dialog *dialog = data;
    dialog->timer = 0;
    allow(dialog, TRUE);
    return G_SOURCE_REMOVE;
}

/* Its second begins anew; none does for a window that the person is not at. */
static void wait_again(struct tb_ask_dialog *dialog)
{
    if (dialog->timer != 0)
        g_source_remove(dialog->timer);
    gboolean is_active = gtk_window_is_active(GTK_WINDOW(dialog->window));
    dialog->timer = is_active ? g_timeout_add(ALONE_MS, on_left_alone, dialog) : 0;
}

/* The keyboard is at "no" again: a key that is held down goes on there. */
static void on_active(GtkWindow *window, GParamSpec *property, struct tb_ask_dialog *dialog)
{
    (void)window, (void)property;
    gtk_widget_grab_focus(dialog->no);
    allow(dialog, FALSE);
    wait_again(dialog);
}

/* Who clicks or types on does not look yet. */
static void on_press(GtkGestureMultiPress *press, int n, double x, double y,
                     struct tb_ask_dialog *dialog)
{
    (void)press, (void)n, (void)x, (void)y;
    if (dialog->timer != 0)
        wait_again(dialog);
}

static gboolean on_key(GtkWidget *window, GdkEventKey *key, struct tb_ask_dialog *dialog)
{
    (void)window, (void)key;
    if (dialog->timer != 0)
        wait_again(dialog);
    return FALSE;
}

static void watch(struct tb_ask_dialog *dialog)
{
    GtkWidget *window = GTK_WIDGET(dialog->window);
    /* In front of the buttons: one that is not sensitive lets nothing through. */
    dialog->press = gtk_gesture_multi_press_new(window);
    gtk_gesture_single_set_button(GTK_GESTURE_SINGLE(dialog->press), 0);
    gtk_event_controller_set_propagation_phase(GTK_EVENT_CONTROLLER(dialog->press),
                                               GTK_PHASE_CAPTURE);
    g_signal_connect(dialog->press, "pressed", G_CALLBACK(on_press), dialog);
    g_signal_connect(window, "key-press-event", G_CALLBACK(on_key), dialog);
    g_signal_connect(window, "notify::is-active", G_CALLBACK(on_active), dialog);
}

/* ---- its end ---- */

/* Escape and the window's own button are GTK_RESPONSE_DELETE_EVENT, and so no. */
static void on_response(GtkDialog *window, int response, struct tb_ask_dialog *dialog)
{
    (void)window;
    enum trollbridge_answered answered = response >= TROLLBRIDGE_DISMISSED
                                             ? (enum trollbridge_answered)response
                                             : TROLLBRIDGE_DISMISSED;
    dialog->answered(dialog->data, answered);
}

/* Not by us: who destroys windows of the host's has dismissed this one. */
static void on_destroy(GtkWidget *window, struct tb_ask_dialog *dialog)
{
    (void)window;
    dialog->answered(dialog->data, TROLLBRIDGE_DISMISSED);
}

void tb_ask_dialog_free(struct tb_ask_dialog *dialog)
{
    if (!dialog)
        return;
    g_signal_handlers_disconnect_by_data(dialog->window, dialog);
    if (dialog->timer != 0)
        g_source_remove(dialog->timer);
    g_object_unref(dialog->press);
    tb_ask_popups_free(dialog->popups);
    gtk_widget_destroy(GTK_WIDGET(dialog->window));
    g_object_unref(dialog->window);
    g_free(dialog);
}

/* ---- its making ---- */

static GtkWidget *add_button(struct tb_ask_dialog *dialog, const char *text,
                             enum trollbridge_answered answered)
{
    GtkWidget *button = gtk_button_new_with_label(text); /* no letter of it is a key */
    gtk_widget_set_can_default(button, answered == TROLLBRIDGE_DISMISSED);
    gtk_dialog_add_action_widget(dialog->window, button, (int)answered);
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
    gtk_dialog_set_default_response(dialog->window, TROLLBRIDGE_DISMISSED);
}

/* A modal window takes the input of all in its group, which by default is the whole program. The
 * window under it keeps its own: another view's prompt may be there, too. */
static void be_modal(struct tb_ask_dialog *dialog, GtkWindow *over)
{
    GtkWindow *window = GTK_WINDOW(dialog->window);
    g_autoptr(GtkWindowGroup) own = gtk_window_group_new();
    if (!gtk_window_has_group(over))
        gtk_window_group_add_window(own, over);
    gtk_window_group_add_window(gtk_window_get_group(over), window);
    gtk_window_set_transient_for(window, over);
    gtk_window_set_modal(window, TRUE);
}

struct tb_ask_dialog *
tb_ask_dialog_new(GtkWindow *over, const struct trollbridge_app *app,
                  const struct trollbridge_ask *ask,
                  void (*answered)(void *data, enum trollbridge_answered answered), void *data)
{
    struct tb_ask_dialog *dialog = g_new0(struct tb_ask_dialog, 1);
    dialog->answered = answered;
    dialog->data = data;
    dialog->window = g_object_ref(g_object_new(GTK_TYPE_DIALOG, "use-header-bar", FALSE, NULL));
    GtkWindow *window = GTK_WINDOW(dialog->window);
    gtk_window_set_title(window, "Allow this call?");
    gtk_window_set_position(window, GTK_WIN_POS_CENTER_ON_PARENT);
    gtk_window_set_type_hint(window, GDK_WINDOW_TYPE_HINT_DIALOG);
    gtk_container_set_border_width(GTK_CONTAINER(window), BORDER);
    gtk_container_add(GTK_CONTAINER(gtk_dialog_get_content_area(dialog->window)),
                      tb_ask_facts(app, ask));
    add_buttons(dialog, ask);
    allow(dialog, FALSE);
    be_modal(dialog, over);
    watch(dialog);
    dialog->popups = tb_ask_popups_forbid(over);
    g_signal_connect(window, "response", G_CALLBACK(on_response), dialog);
    g_signal_connect(window, "destroy", G_CALLBACK(on_destroy), dialog);
    gtk_widget_grab_focus(dialog->no);
    gtk_widget_show_all(GTK_WIDGET(window));
    return dialog;
}
