/* Calls that wait. Telling the script of an end may add calls, cancel others and end the link: so
 * each step below looks anew at what there is. */
#include "base/result.h"
#include "endpoint/webkitgtk/call.h"

static void put(struct tb_web_call *call, GQueue *queue, struct tb_bytes args)
{
    if (queue->length >= TB_WEB_WAITING_MAX) {
        tb_web_call_fail(call, TB_CODE_LIMIT, "too many calls wait");
        return;
    }
    call->args = g_bytes_new(args.data, args.n);
    call->in = queue;
    call->place.data = call;
    g_queue_push_tail_link(queue, &call->place);
}

void tb_web_wait_early(struct tb_web_call *call, struct tb_bytes args)
{
    put(call, &call->link->calls.early, args);
}

bool tb_web_is_waited_for(const struct tb_web_link *link, uint32_t command)
{
    const struct tb_web_queue *queue =
        g_hash_table_lookup(link->calls.queues, GUINT_TO_POINTER(command));
    return queue && queue->calls.length > 0;
}

static struct tb_web_queue *queue_of(struct tb_web_calls *calls, uint32_t command)
{
    struct tb_web_queue *queue = g_hash_table_lookup(calls->queues, GUINT_TO_POINTER(command));
    if (queue)
        return queue;
    queue = g_new0(struct tb_web_queue, 1);
    queue->command = command;
    queue->place.data = queue;
    g_hash_table_insert(calls->queues, GUINT_TO_POINTER(command), queue);
    g_queue_push_tail_link(&calls->order, &queue->place);
    return queue;
}

void tb_web_wait(struct tb_web_call *call, uint32_t command, struct tb_bytes args)
{
    put(call, &queue_of(&call->link->calls, command)->calls, args);
}

void tb_web_wait_no_more(struct tb_web_call *call)
{
    if (!call->in)
        return;
    g_queue_unlink(call->in, &call->place);
    call->in = NULL;
    g_clear_pointer(&call->args, g_bytes_unref);
}

/* The call is out of the queue while it starts, and back at its head if there is no handle. */
static bool start_first(struct tb_web_queue *queue)
{
    struct tb_web_call *call = queue->calls.head->data;
    GBytes *args = g_steal_pointer(&call->args);
    g_queue_unlink(&queue->calls, &call->place);
    call->in = NULL;
    gsize n;
    const void *data = g_bytes_get_data(args, &n);
    int r = tb_web_call_start(call, queue->command, tb_bytes_of(data, n));
    if (r != TB_AGAIN) {
        g_bytes_unref(args);
        return true;
    }
    call->args = args;
    call->in = &queue->calls;
    g_queue_push_head_link(&queue->calls, &call->place);
    return false;
}

static void drop_queue(struct tb_web_calls *calls, struct tb_web_queue *queue)
{
    g_queue_unlink(&calls->order, &queue->place);
    g_hash_table_remove(calls->queues, GUINT_TO_POINTER(queue->command));
}

void tb_web_calls_pump(struct tb_web_link *link)
{
    GList *next;
    for (GList *place = link->calls.order.head; place && link->endpoint; place = next) {
        struct tb_web_queue *queue = place->data;
        while (link->endpoint && queue->calls.length > 0 && start_first(queue))
            continue;
        next = place->next;
        if (queue->calls.length == 0)
            drop_queue(&link->calls, queue);
    }
}

void tb_web_calls_begin(struct tb_web_link *link)
{
    GQueue *early = &link->calls.early;
    while (link->endpoint && early->length > 0) {
        struct tb_web_call *call = early->head->data;
        g_autoptr(GBytes) args = g_bytes_ref(call->args);
        tb_web_wait_no_more(call);
        gsize n;
        const void *data = g_bytes_get_data(args, &n);
        tb_web_call_submit(call, tb_bytes_of(data, n));
    }
}

static void fail_all(GQueue *queue)
{
    while (queue->length > 0) {
        struct tb_web_call *call = queue->head->data;
        tb_web_wait_no_more(call);
        tb_web_call_fail_lost(call);
    }
}

void tb_web_calls_fail(struct tb_web_link *link)
{
    struct tb_web_calls *calls = &link->calls;
    fail_all(&calls->early);
    while (calls->order.length > 0) {
        struct tb_web_queue *queue = calls->order.head->data;
        fail_all(&queue->calls);
        drop_queue(calls, queue);
    }
}
