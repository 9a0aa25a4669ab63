#include "host/webkitgtk/prompt_window.h"

enum { ALONE_MS = 1000, BORDER = 6 };

/* ---- when it is ready ---- */

static void be_ready(struct tb_prompt_window *window, gboolean is_ready)
{
    window->is_ready = is_ready;
    window->handler->readied(window->data, is_ready);
}

static gboolean on_left_alone(void *data)
{
    struct tb_prompt_window *window = data;
    window->timer = 0;
    be_ready(window, TRUE);
    return G_SOURCE_REMOVE;
}

/* Its second begins anew; none does for a window that the person is not at. */
static void wait_again(struct tb_prompt_window *window)
{
    if (window->timer != 0)
        g_source_remove(window->timer);
    gboolean is_active = gtk_window_is_active(GTK_WINDOW(window->dialog));
    window->timer = is_active ? g_timeout_add(ALONE_MS, on_left_alone, window) : 0;
}

static void on_active(GtkWindow *dialog, GParamSpec *property, struct tb_prompt_window *window)
{
    (void)dialog, (void)property;
    be_ready(window, FALSE);
    wait_again(window);
}

/* Who clicks or types on does not look yet. */
static void on_press(GtkGestureMultiPress *press, int n, double x, double y,
                     struct tb_prompt_window *window)
{
    (void)press, (void)n, (void)x, (void)y;
    if (window->timer != 0)
        wait_again(window);
}

static gboolean on_key(GtkWidget *dialog, GdkEventKey *key, struct tb_prompt_window *window)
{
    (void)dialog, (void)key;
    if (window->timer != 0)
        wait_again(window);
    return FALSE;
}

static void watch(struct tb_prompt_window *window)
{
    GtkWidget *dialog = GTK_WIDGET(window->dialog);
    /* In front of the buttons: one that is not sensitive lets nothing through. */
    window->press = gtk_gesture_multi_press_new(dialog);
    gtk_gesture_single_set_button(GTK_GESTURE_SINGLE(window->press), 0);
    gtk_event_controller_set_propagation_phase(GTK_EVENT_CONTROLLER(window->press),
                                               GTK_PHASE_CAPTURE);
    g_signal_connect(window->press, "pressed", G_CALLBACK(on_press), window);
    g_signal_connect(dialog, "key-press-event", G_CALLBACK(on_key), window);
    g_signal_connect(dialog, "notify::is-active", G_CALLBACK(on_active), window);
}

/* ---- its end ---- */

static void on_response(GtkDialog *dialog, int response, struct tb_prompt_window *window)
{
    (void)dialog;
    window->handler->responded(window->data, response);
}

/* Not by us: who destroys windows of the host's has dismissed this one. */
static void on_destroy(GtkWidget *dialog, struct tb_prompt_window *window)
{
    (void)dialog;
    window->handler->responded(window->data, GTK_RESPONSE_DELETE_EVENT);
}

void tb_prompt_window_deinit(struct tb_prompt_window *window)
{
    g_signal_handlers_disconnect_by_data(window->dialog, window);
    if (window->timer != 0)
        g_source_remove(window->timer);
    g_object_unref(window->press);
    tb_ask_popups_free(window->popups);
    gtk_widget_destroy(GTK_WIDGET(window->dialog));
    g_object_unref(window->dialog);
}

/* ---- its making ---- */

/* A modal window takes the input of all in its group, which by default is the whole program. The
 * window under it keeps its own: another view's prompt may be there, too. */
static void be_modal(GtkWindow *dialog, GtkWindow *over)
{
    g_autoptr(GtkWindowGroup) own = gtk_window_group_new();
    if (!gtk_window_has_group(over))
        gtk_window_group_add_window(own, over);
    gtk_window_group_add_window(gtk_window_get_group(over), dialog);
    gtk_window_set_transient_for(dialog, over);
    gtk_window_set_modal(dialog, TRUE);
}

void tb_prompt_window_take(struct tb_prompt_window *window, GtkWindow *dialog, GtkWindow *over,
                           const char *title, const struct tb_prompt_handler *handler, void *data)
{
    *window = (struct tb_prompt_window){
        .dialog = GTK_DIALOG(g_object_ref(dialog)), .handler = handler, .data = data};
    gtk_window_set_title(dialog, title);
    gtk_window_set_position(dialog, GTK_WIN_POS_CENTER_ON_PARENT);
    gtk_window_set_type_hint(dialog, GDK_WINDOW_TYPE_HINT_DIALOG);
    gtk_container_set_border_width(GTK_CONTAINER(dialog), BORDER);
    be_modal(dialog, over);
    watch(window);
    window->popups = tb_ask_popups_forbid(over);
    g_signal_connect(dialog, "response", G_CALLBACK(on_response), window);
    g_signal_connect(dialog, "destroy", G_CALLBACK(on_destroy), window);
}

void tb_prompt_window_init(struct tb_prompt_window *window, GtkWindow *over, const char *title,
                           const struct tb_prompt_handler *handler, void *data)
{
    GtkWindow *dialog = g_object_new(GTK_TYPE_DIALOG, "use-header-bar", FALSE, NULL);
    tb_prompt_window_take(window, dialog, over, title, handler, data);
}

GtkWidget *tb_prompt_window_button(const struct tb_prompt_window *window, const char *text,
                                   int response)
{
    GtkWidget *button = gtk_button_new_with_label(text); /* no letter of it is a key */
    gtk_dialog_add_action_widget(window->dialog, button, response);
    return button;
}

void tb_prompt_window_show(struct tb_prompt_window *window)
{
    be_ready(window, FALSE);
    gtk_widget_show_all(GTK_WIDGET(window->dialog));
}
