#include "host/webkitgtk/alerts.h"

struct alert {
    char *view;
    char *event;
    char *message;
};

static void free_alert(void *data)
{
    struct alert *alert = data;
    g_free(alert->view);
    g_free(alert->event);
    g_free(alert->message);
    g_free(alert);
}

void tb_alerts_init(struct tb_alerts *alerts,
                    void (*tell)(void *data, const char *view, const char *event,
                                 const char *message),
                    void *data)
{
    *alerts = (struct tb_alerts){.tell = tell, .data = data};
    g_queue_init(&alerts->waiting);
}

void tb_alerts_deinit(struct tb_alerts *alerts)
{
    g_queue_clear_full(&alerts->waiting, free_alert);
    if (alerts->source != 0)
        g_source_remove(alerts->source);
    alerts->source = 0;
}

static gboolean tell_next(void *data)
{
    struct tb_alerts *alerts = data;
    struct alert *alert = g_queue_pop_head(&alerts->waiting);
    gboolean more = alerts->waiting.length > 0;
    if (!more)
        alerts->source = 0;
    alerts->tell(alerts->data, alert->view, alert->event, alert->message);
    free_alert(alert);
    return more;
}

void tb_alerts_add(struct tb_alerts *alerts, const char *view, const char *event,
                   const char *message)
{
    if (!alerts->tell)
        return;
    struct alert *alert = g_new0(struct alert, 1);
    alert->view = g_strdup(view);
    alert->event = g_strdup(event);
    alert->message = g_strdup(message);
    g_queue_push_tail(&alerts->waiting, alert);
    if (alerts->source == 0)
        alerts->source = g_idle_add_full(G_PRIORITY_DEFAULT, tell_next, alerts, NULL);
}
