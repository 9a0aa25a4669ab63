#include "host/webkitgtk/dialog_chooser.h"

#include "host/webkitgtk/dialog_frame.h"
#include "host/webkitgtk/dialog_item.h"
#include "host/webkitgtk/prompt_facts.h"
#include "host/webkitgtk/view.h"

#include <errno.h>

enum { PICKS_MAX = 64 }; /* of a session: PROTOCOL.md, PICK */

struct tb_dialog_chooser {
    struct tb_dialog_choice choice;
    const struct tb_view *view;
    char *line; /* who asks, and for what */
    const char *name;
    struct tb_dialog *dialog;
    struct tb_prompt_window window;
    bool is_shown;
    GPtrArray *paths; /* chosen, as the page is told them */
    uint32_t ids[PICKS_MAX];
    size_t n_waiting; /* of them, for an answer of the session's */
};

/* ---- the answer ---- */

static void answer(struct tb_dialog_chooser *chooser)
{
    struct tb_packer *packer = tb_dialog_answer(chooser->dialog);
    if (chooser->choice.multiple)
        tb_pack_array(packer, chooser->paths->len);
    for (unsigned i = 0; i < chooser->paths->len; i++)
        tb_pack_text(packer, chooser->paths->pdata[i]);
    tb_dialog_end(chooser->dialog);
}

static void dismiss(struct tb_dialog_chooser *chooser)
{
    tb_pack_nil(tb_dialog_answer(chooser->dialog));
    tb_dialog_end(chooser->dialog);
}

static void on_picked(struct tb_dialog *dialog, uint32_t id, const char *code, const char *message)
{
    struct tb_dialog_chooser *chooser = tb_dialog_data(dialog);
    size_t i = 0;
    while (i < chooser->n_waiting && chooser->ids[i] != id)
        i++;
    if (i == chooser->n_waiting)
        return;
    chooser->ids[i] = chooser->ids[--chooser->n_waiting];
    if (code)
        tb_dialog_end_error(dialog, TB_CODE_IO, 0, "it could not be given to the page: %s",
                            message);
    else if (chooser->n_waiting == 0)
        answer(chooser);
}

/* ---- what was chosen ---- */

/* 0 or -errno. */
static int pick(struct tb_dialog_chooser *chooser, const char *path)
{
    struct tb_dialog_item item;
    int r = tb_dialog_item_open(path, chooser->choice.save, &item);
    if (r != 0)
        return r;
    const struct trollbridge_pick picked = {.view = chooser->view->label,
                                            .document = chooser->view->n_documents,
                                            .path = item.path,
                                            .fd = item.fd,
                                            .folder = item.folder,
                                            .recursive = chooser->choice.recursive,
                                            .writable = 1};
    if (item.folder != chooser->choice.folder)
        r = item.folder ? -EISDIR : -ENOTDIR;
    else if (trollbridge_pick(chooser->view->tw->bridge, &picked,
                              &chooser->ids[chooser->n_waiting]) != TROLLBRIDGE_OK)
        r = -EIO;
    if (r == 0) {
        chooser->n_waiting++;
        g_ptr_array_add(chooser->paths, g_strdup(item.path));
    }
    tb_dialog_item_deinit(&item);
    return r;
}

static void take(struct tb_dialog_chooser *chooser, GSList *files)
{
    int r = g_slist_length(files) <= PICKS_MAX ? 0 : -E2BIG;
    for (GSList *file = files; r == 0 && file; file = file->next)
        r = pick(chooser, file->data);
    gtk_widget_hide(GTK_WIDGET(chooser->window.dialog));
    if (r != 0)
        tb_dialog_end_error(chooser->dialog, TB_CODE_IO, -r, "what was chosen cannot be opened");
    else if (!files)
        dismiss(chooser);
}

static void on_readied(void *data, gboolean is_ready)
{
    struct tb_dialog_chooser *chooser = data;
    gtk_dialog_set_response_sensitive(chooser->window.dialog, GTK_RESPONSE_ACCEPT, is_ready);
}

/* GTK has its own mind of when there is something to accept: not before the person is at it. */
static void on_sensitive(GtkWidget *button, GParamSpec *property, struct tb_dialog_chooser *chooser)
{
    (void)property;
    if (!chooser->window.is_ready && gtk_widget_get_sensitive(button))
        gtk_widget_set_sensitive(button, FALSE);
}

static void on_responded(void *data, int response)
{
    struct tb_dialog_chooser *chooser = data;
    if (response != GTK_RESPONSE_ACCEPT) {
        dismiss(chooser);
        return;
    }
    if (!chooser->window.is_ready || chooser->n_waiting > 0)
        return;
    GSList *files = gtk_file_chooser_get_filenames(GTK_FILE_CHOOSER(chooser->window.dialog));
    take(chooser, files);
    g_slist_free_full(files, g_free);
}

/* ---- its making ---- */

static GtkFileChooserAction action_of(const struct tb_dialog_choice *choice)
{
    if (choice->save)
        return GTK_FILE_CHOOSER_ACTION_SAVE;
    return choice->folder ? GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER : GTK_FILE_CHOOSER_ACTION_OPEN;
}

static void add_filters(GtkFileChooser *files, const struct tb_dialog_choice *choice)
{
    for (size_t i = 0; i < choice->n_filters; i++) {
        GtkFileFilter *filter = gtk_file_filter_new();
        gtk_file_filter_set_name(filter, choice->filters[i].name);
        for (char **pattern = choice->filters[i].patterns; *pattern; pattern++)
            gtk_file_filter_add_pattern(filter, *pattern);
        gtk_file_chooser_add_filter(files, filter);
    }
}

/* In that folder; or in the one above it, with the name of the file. */
static void begin_at(GtkFileChooser *files, const struct tb_dialog_choice *choice)
{
    const char *path = choice->path ? choice->path : g_get_home_dir();
    if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
        gtk_file_chooser_set_current_folder(files, path);
        return;
    }
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *shown = g_filename_display_name(name);
    gtk_file_chooser_set_current_folder(files, folder);
    if (choice->save)
        gtk_file_chooser_set_current_name(files, shown);
    else if (g_file_test(path, G_FILE_TEST_EXISTS))
        gtk_file_chooser_set_filename(files, path);
}

static GtkWindow *new_window(const struct tb_dialog_choice *choice)
{
    GtkWidget *dialog = g_object_new(
        GTK_TYPE_FILE_CHOOSER_DIALOG, "use-header-bar", FALSE, "action", action_of(choice),
        "select-multiple", choice->multiple, "local-only", TRUE, "create-folders",
        choice->makes_folders, "do-overwrite-confirmation", TRUE, NULL);
    gtk_dialog_add_button(GTK_DIALOG(dialog), "Cancel", GTK_RESPONSE_CANCEL);
    gtk_dialog_add_button(GTK_DIALOG(dialog), choice->save ? "Save" : "Open", GTK_RESPONSE_ACCEPT);
    gtk_dialog_set_default_response(GTK_DIALOG(dialog), GTK_RESPONSE_ACCEPT);
    add_filters(GTK_FILE_CHOOSER(dialog), choice);
    begin_at(GTK_FILE_CHOOSER(dialog), choice);
    return GTK_WINDOW(dialog);
}

static void on_show(struct tb_dialog *dialog, GtkWindow *over)
{
    static const struct tb_prompt_handler handler = {on_readied, on_responded};
    struct tb_dialog_chooser *chooser = tb_dialog_data(dialog);
    chooser->dialog = dialog;
    tb_prompt_window_take(&chooser->window, new_window(&chooser->choice), over, chooser->name,
                          &handler, chooser);
    chooser->is_shown = true;
    GtkBox *frame = tb_dialog_frame(chooser->window.dialog, chooser->line);
    gtk_box_reorder_child(GTK_BOX(gtk_dialog_get_content_area(chooser->window.dialog)),
                          GTK_WIDGET(frame), 0);
    if (chooser->choice.title)
        tb_prompt_line(frame, chooser->choice.title);
    tb_dialog_frame_end(frame, dialog);
    gtk_widget_show_all(GTK_WIDGET(frame));
    on_readied(chooser, FALSE);
    g_signal_connect(
        gtk_dialog_get_widget_for_response(chooser->window.dialog, GTK_RESPONSE_ACCEPT),
        "notify::sensitive", G_CALLBACK(on_sensitive), chooser);
    gtk_widget_show(GTK_WIDGET(chooser->window.dialog));
}

static void on_free(void *data)
{
    struct tb_dialog_chooser *chooser = data;
    if (chooser->is_shown)
        tb_prompt_window_deinit(&chooser->window);
    tb_dialog_choice_deinit(&chooser->choice);
    g_ptr_array_unref(chooser->paths);
    g_free(chooser->line);
    g_free(chooser);
}

const struct tb_dialog_type tb_dialog_chooser_type = {
    .show = on_show, .free = on_free, .picked = on_picked};

static const char *what_of(const struct tb_dialog_choice *choice)
{
    if (choice->save)
        return "for a file to save to, which it can then read and write";
    if (!choice->folder)
        return choice->multiple ? "for files, which it can then read and write"
                                : "for a file, which it can then read and write";
    return choice->recursive ? "for a folder, in which it can then reach everything"
                             : "for a folder, in which it can then reach the files";
}

struct tb_dialog_chooser *tb_dialog_chooser_new(const struct tb_view *view, struct tb_bytes origin,
                                                const struct tb_dialog_choice *choice)
{
    const struct trollbridge_app *app = trollbridge_app(view->tw->bridge);
    g_autofree char *speaker = tb_dialog_speaker(app, origin);
    struct tb_dialog_chooser *chooser = g_new0(struct tb_dialog_chooser, 1);
    chooser->choice = *choice;
    chooser->view = view;
    chooser->name = *app->name ? app->name : app->id;
    chooser->line = g_strdup_printf("%s asks %s.", speaker, what_of(choice));
    chooser->paths = g_ptr_array_new_with_free_func(g_free);
    return chooser;
}
