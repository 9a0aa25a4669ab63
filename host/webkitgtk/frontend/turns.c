#include "host/webkitgtk/frontend/turns.h"

/* Each body that is being sent has a reference. */
struct tb_turns {
    void (*serve)(WebKitURISchemeRequest *request, void *data); /* NULL: freed */
    void *data;
    unsigned n_held;
    GQueue waiting; /* of requests, each with a reference */
    guint source;   /* 0: none is needed */
};

struct tb_turns *tb_turns_new(void (*serve)(WebKitURISchemeRequest *request, void *data),
                              void *data)
{
    struct tb_turns *turns = g_rc_box_new0(struct tb_turns);
    turns->serve = serve;
    turns->data = data;
    g_queue_init(&turns->waiting);
    return turns;
}

void tb_turns_free(struct tb_turns *turns)
{
    if (!turns)
        return;
    turns->serve = NULL;
    g_queue_clear_full(&turns->waiting, g_object_unref);
    g_clear_handle_id(&turns->source, g_source_remove);
    g_rc_box_release(turns);
}

/* One at a time: a document is read as a whole, and the loop has other things to do. */
static gboolean on_turn(void *data)
{
    struct tb_turns *turns = data;
    if (turns->waiting.length > 0 && turns->n_held < TB_TURNS_MAX) {
        g_autoptr(WebKitURISchemeRequest) request = g_queue_pop_head(&turns->waiting);
        turns->serve(request, turns->data);
        return G_SOURCE_CONTINUE;
    }
    turns->source = 0;
    return G_SOURCE_REMOVE;
}

static gboolean on_released(void *data)
{
    struct tb_turns *turns = data;
    turns->n_held--;
    if (turns->waiting.length > 0 && turns->source == 0)
        turns->source = g_idle_add(on_turn, turns);
    g_rc_box_release(turns);
    return G_SOURCE_REMOVE;
}

/* From the loop: a body goes in the middle of what WebKit does, and from any thread, since a read
 * of a file is done by another one, which may be the last that has it. */
static void on_gone(void *data, GObject *body)
{
    (void)body;
    g_idle_add_full(G_PRIORITY_DEFAULT, on_released, data, NULL);
}

gboolean tb_turns_take(struct tb_turns *turns, WebKitURISchemeRequest *request)
{
    if (turns->waiting.length == TB_TURNS_WAITING)
        return FALSE;
    if (turns->waiting.length == 0 && turns->n_held < TB_TURNS_MAX)
        turns->serve(request, turns->data);
    else
        g_queue_push_tail(&turns->waiting, g_object_ref(request));
    return TRUE;
}

void tb_turns_hold(struct tb_turns *turns, GInputStream *body)
{
    turns->n_held++;
    g_object_weak_ref(G_OBJECT(body), on_gone, g_rc_box_acquire(turns));
}
