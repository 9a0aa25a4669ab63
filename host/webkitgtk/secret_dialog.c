#include "host/webkitgtk/secret_dialog.h"

#include "host/webkitgtk/prompt_facts.h"
#include "host/webkitgtk/prompt_window.h"
#include "host/webkitgtk/secret_field.h"

enum { FIELDS_MAX = 2, SPACE = 12 };

struct tb_secret_dialog {
    struct tb_prompt_window window;
    GtkEntry *fields[FIELDS_MAX];
    size_t n_fields; /* 2: a new one, typed twice */
    GtkLabel *state;
    GtkWidget *ok;
    tb_secret_typed *answered;
    void *data;
};

static const char *text_of(const struct tb_secret_dialog *dialog, size_t i, size_t *ret_n)
{
    return tb_secret_buffer_text(gtk_entry_get_buffer(dialog->fields[i]), ret_n);
}

static gboolean is_empty(const struct tb_secret_dialog *dialog, size_t i)
{
    return gtk_entry_get_text_length(dialog->fields[i]) == 0;
}

/* ---- whether it can be confirmed ---- */

/* Why not, as far as it needs to be said; NULL: it can. */
static const char *problem_of(const struct tb_secret_dialog *dialog)
{
    size_t n;
    (void)text_of(dialog, 0, &n);
    if (!dialog->window.is_ready)
        return "Wait a second: what is typed now is not taken.";
    if (n > TB_SECRET_MAX)
        return "It is longer than 1024 bytes.";
    if (n == 0 || (dialog->n_fields == FIELDS_MAX && is_empty(dialog, 1)))
        return "";
    if (dialog->n_fields == FIELDS_MAX &&
        !tb_secret_buffers_are_same(gtk_entry_get_buffer(dialog->fields[0]),
                                    gtk_entry_get_buffer(dialog->fields[1])))
        return "The two are not the same.";
    return NULL;
}

static void update(struct tb_secret_dialog *dialog)
{
    const char *problem = problem_of(dialog);
    gtk_label_set_text(dialog->state, problem ? problem : "");
    gtk_widget_set_sensitive(dialog->ok, problem == NULL);
}

static void on_changed(GtkEntry *field, struct tb_secret_dialog *dialog)
{
    (void)field;
    update(dialog);
}

/* ---- the keyboard ---- */

static size_t next_field(const struct tb_secret_dialog *dialog)
{
    size_t i = 0;
    while (i + 1 < dialog->n_fields && !is_empty(dialog, i))
        i++;
    return i;
}

static void on_readied(void *data, gboolean is_ready)
{
    struct tb_secret_dialog *dialog = data;
    for (size_t i = 0; i < dialog->n_fields; i++)
        gtk_widget_set_sensitive(GTK_WIDGET(dialog->fields[i]), is_ready);
    if (is_ready)
        gtk_entry_grab_focus_without_selecting(dialog->fields[next_field(dialog)]);
    else
        gtk_window_set_focus(GTK_WINDOW(dialog->window.dialog), NULL);
    update(dialog);
}

/* Who types on, elsewhere as they think, neither fills it in nor presses a button of it. */
static gboolean on_key(GtkWidget *window, const GdkEventKey *key,
                       const struct tb_secret_dialog *dialog)
{
    (void)window;
    return !dialog->window.is_ready && key->keyval != GDK_KEY_Escape;
}

static void on_return(GtkEntry *field, struct tb_secret_dialog *dialog)
{
    GtkEntry *next = dialog->fields[next_field(dialog)];
    if (gtk_widget_is_sensitive(dialog->ok))
        gtk_dialog_response(dialog->window.dialog, GTK_RESPONSE_OK);
    else if (next != field)
        gtk_entry_grab_focus_without_selecting(next);
    else
        gtk_widget_error_bell(GTK_WIDGET(field));
}

/* ---- its end ---- */

/* What is sensitive on the screen alone was pressed there, but a response can be anybody's. */
static void on_responded(void *data, int response)
{
    struct tb_secret_dialog *dialog = data;
    size_t n = 0;
    const char *passphrase = text_of(dialog, 0, &n);
    if (response == GTK_RESPONSE_OK && problem_of(dialog) == NULL)
        dialog->answered(dialog->data, passphrase, n);
    else
        dialog->answered(dialog->data, NULL, 0);
}

/* Others may hold a field, and so its buffer, for longer. */
static void wipe(struct tb_secret_dialog *dialog)
{
    for (size_t i = 0; i < dialog->n_fields; i++) {
        GtkEntryBuffer *buffer = gtk_entry_get_buffer(dialog->fields[i]);
        g_signal_handlers_disconnect_by_data(dialog->fields[i], dialog);
        gtk_entry_buffer_delete_text(buffer, 0, -1);
    }
}

void tb_secret_dialog_free(struct tb_secret_dialog *dialog)
{
    if (!dialog)
        return;
    wipe(dialog);
    tb_prompt_window_deinit(&dialog->window);
    for (size_t i = 0; i < dialog->n_fields; i++)
        g_object_unref(dialog->fields[i]);
    g_free(dialog);
}

/* ---- its making ---- */

static gboolean make_fields(struct tb_secret_dialog *dialog, gboolean is_new)
{
    size_t wanted = is_new ? FIELDS_MAX : 1;
    for (; dialog->n_fields < wanted; dialog->n_fields++) {
        GtkEntry *field = tb_secret_field_new();
        if (!field)
            return FALSE;
        dialog->fields[dialog->n_fields] = g_object_ref_sink(field);
        g_signal_connect(field, "changed", G_CALLBACK(on_changed), dialog);
        g_signal_connect(field, "activate", G_CALLBACK(on_return), dialog);
    }
    return TRUE;
}

static void add_facts(GtkBox *box, const struct trollbridge_app *app,
                      const struct trollbridge_secret *secret)
{
    GtkGrid *facts = tb_prompt_facts(box, app);
    tb_prompt_fact(facts, "Window", secret->view);
    tb_prompt_fact(facts, "Origin", secret->origin);
    tb_prompt_fact(facts, "Command", secret->command);
    tb_prompt_fact(facts, "Plugin", secret->plugin);
    tb_prompt_fact(facts, "It says", secret->what);
}

static void add_fields(struct tb_secret_dialog *dialog, GtkBox *box)
{
    const char *const names[FIELDS_MAX] = {
        dialog->n_fields == FIELDS_MAX ? "New passphrase" : "Passphrase", "The same again"};
    GtkWidget *grid = gtk_grid_new();
    gtk_grid_set_column_spacing(GTK_GRID(grid), SPACE);
    gtk_grid_set_row_spacing(GTK_GRID(grid), SPACE / 2);
    for (size_t i = 0; i < dialog->n_fields; i++) {
        GtkWidget *name = gtk_label_new(names[i]);
        GtkWidget *field = GTK_WIDGET(dialog->fields[i]);
        gtk_label_set_xalign(GTK_LABEL(name), 0);
        gtk_label_set_mnemonic_widget(GTK_LABEL(name), field);
        gtk_grid_attach(GTK_GRID(grid), name, 0, (int)i, 1, 1);
        gtk_grid_attach(GTK_GRID(grid), field, 1, (int)i, 1, 1);
    }
    gtk_box_pack_start(box, grid, FALSE, FALSE, 0);
}

static void add_buttons(struct tb_secret_dialog *dialog)
{
    GtkWidget *cancel =
        tb_prompt_window_button(&dialog->window, "Cancel", GTK_RESPONSE_DELETE_EVENT);
    dialog->ok = tb_prompt_window_button(&dialog->window, "OK", GTK_RESPONSE_OK);
    gtk_widget_set_can_default(cancel, TRUE);
    gtk_dialog_set_default_response(dialog->window.dialog, GTK_RESPONSE_DELETE_EVENT);
}

static void fill(struct tb_secret_dialog *dialog, const struct trollbridge_app *app,
                 const struct trollbridge_secret *secret)
{
    GtkBox *box = tb_prompt_box(secret->is_new ? "A plugin of the app asks for a new passphrase:"
                                               : "A plugin of the app asks for a passphrase:");
    add_facts(box, app, secret);
    tb_prompt_line(box, "What you type here goes to this plugin. The page does not get it.");
    add_fields(dialog, box);
    dialog->state = tb_prompt_line(box, "");
    gtk_container_add(GTK_CONTAINER(gtk_dialog_get_content_area(dialog->window.dialog)),
                      GTK_WIDGET(box));
    add_buttons(dialog);
}

struct tb_secret_dialog *tb_secret_dialog_new(GtkWindow *over, const struct trollbridge_app *app,
                                              const struct trollbridge_secret *secret,
                                              tb_secret_typed *answered, void *data)
{
    static const struct tb_prompt_handler handler = {on_readied, on_responded};
    struct tb_secret_dialog *dialog = g_new0(struct tb_secret_dialog, 1);
    dialog->answered = answered;
    dialog->data = data;
    tb_prompt_window_init(&dialog->window, over, secret->is_new ? "New passphrase" : "Passphrase",
                          &handler, dialog);
    if (!make_fields(dialog, secret->is_new)) {
        tb_secret_dialog_free(dialog);
        return NULL;
    }
    fill(dialog, app, secret);
    g_signal_connect(dialog->window.dialog, "key-press-event", G_CALLBACK(on_key), dialog);
    tb_prompt_window_show(&dialog->window);
    return dialog;
}
