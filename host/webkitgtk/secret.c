#include "host/webkitgtk/secret.h"

#include "host/webkitgtk/ask.h"
#include "host/webkitgtk/secret_dialog.h"

static void dismiss(const struct trollbridge_webkit *tw, uint32_t id)
{
    (void)trollbridge_answer_secret(tw->bridge, id, NULL, 0);
}

/* Before the dialog goes, which holds it. What the bridge does not take has not been given. */
static void on_answered(void *data, const char *passphrase, size_t n)
{
    struct tb_view *view = data;
    uint32_t id = view->prompt_id;
    bool was_taken = passphrase && trollbridge_answer_secret(view->tw->bridge, id, passphrase, n) ==
                                       TROLLBRIDGE_OK;
    tb_ask_close(view);
    if (!was_taken)
        dismiss(view->tw, id);
}

void tb_secret_show(struct trollbridge_webkit *tw, const struct trollbridge_secret *secret)
{
    struct tb_view *view = g_hash_table_lookup(tw->views, secret->view);
    GtkWindow *over = view ? tb_ask_window(view) : NULL;
    if (over) {
        view->prompt_id = secret->id;
        view->secret =
            tb_secret_dialog_new(over, trollbridge_app(tw->bridge), secret, on_answered, view);
    }
    if (!over || !view->secret)
        dismiss(tw, secret->id);
}
