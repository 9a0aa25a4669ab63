#include "tests/webkit/races/orders.h"

#include "tests/webkit/races/evil.h"
#include "tests/webkit/races/say.h"

enum { PHASES = 4, STALL_US = 100000 };

struct orders {
    WebKitWebView *view;
    GMainLoop *loop;
    GIOChannel *input;
    guint watch;
    char *early[PHASES];
    char *late[PHASES];
    char *decided;
};

/* As WebKitLoadEvent counts. */
static const char *const phases[PHASES] = {"started", "redirected", "committed", "finished"};

static void take_order(struct orders *orders, const char *order);

static void on_value(GObject *view, GAsyncResult *result, void *data)
{
    g_autofree char *number = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(JSCValue) value = webkit_web_view_call_async_javascript_function_finish(
        WEBKIT_WEB_VIEW(view), result, &error);
    g_autofree char *text = value ? jsc_value_to_json(value, 0) : NULL;
    say("value", "of", number, "value", text, "error", error ? error->message : NULL, NULL);
}

static void order_eval(struct orders *orders, const char *rest)
{
    g_auto(GStrv) parts = g_strsplit(rest, " ", 2);
    if (g_strv_length(parts) == 2)
        webkit_web_view_call_async_javascript_function(orders->view, parts[1], -1, NULL, NULL, NULL,
                                                       NULL, on_value, g_strdup(parts[0]));
}

/* The host does nothing for so long, and everything waits for it. */
static void order_stall(struct orders *orders, const char *rest)
{
    (void)orders;
    g_usleep((gulong)g_ascii_strtoull(rest, NULL, 10) * 1000);
}

static void keep(char *slots[PHASES], const char *rest)
{
    g_auto(GStrv) parts = g_strsplit(rest, " ", 2);
    for (size_t i = 0; i < PHASES && g_strv_length(parts) == 2; i++)
        if (g_str_equal(phases[i], parts[0])) {
            g_free(slots[i]);
            slots[i] = g_strdup(parts[1]);
        }
}

static void order_early(struct orders *orders, const char *rest)
{
    keep(orders->early, rest);
}

static void order_late(struct orders *orders, const char *rest)
{
    keep(orders->late, rest);
}

static void order_forget(struct orders *orders, const char *rest)
{
    (void)rest;
    for (size_t i = 0; i < PHASES; i++) {
        g_clear_pointer(&orders->early[i], g_free);
        g_clear_pointer(&orders->late[i], g_free);
    }
    g_clear_pointer(&orders->decided, g_free);
}

static void order_decided(struct orders *orders, const char *rest)
{
    g_free(orders->decided);
    orders->decided = g_strdup(rest);
}

static void order_load(struct orders *orders, const char *rest)
{
    webkit_web_view_load_uri(orders->view, rest);
}

static void order_reload(struct orders *orders, const char *rest)
{
    (void)rest;
    webkit_web_view_reload(orders->view);
}

static void order_back(struct orders *orders, const char *rest)
{
    (void)rest;
    webkit_web_view_go_back(orders->view);
}

static void order_forward(struct orders *orders, const char *rest)
{
    (void)rest;
    webkit_web_view_go_forward(orders->view);
}

static void order_stop(struct orders *orders, const char *rest)
{
    (void)rest;
    webkit_web_view_stop_loading(orders->view);
}

static void order_crash(struct orders *orders, const char *rest)
{
    (void)rest;
    webkit_web_view_terminate_web_process(orders->view);
}

static void order_release(struct orders *orders, const char *rest)
{
    (void)orders;
    (void)rest;
    evil_release();
}

static void order_quit(struct orders *orders, const char *rest)
{
    (void)rest;
    g_main_loop_quit(orders->loop);
}

static const struct {
    const char *name;
    void (*take)(struct orders *orders, const char *rest);
} table[] = {
    {"back", order_back},       {"crash", order_crash},     {"early", order_early},
    {"decided", order_decided}, {"eval", order_eval},       {"forget", order_forget},
    {"forward", order_forward}, {"late", order_late},       {"load", order_load},
    {"quit", order_quit},       {"release", order_release}, {"reload", order_reload},
    {"stall", order_stall},     {"stop", order_stop},
};

static void take_order(struct orders *orders, const char *order)
{
    g_auto(GStrv) parts = g_strsplit(order, " ", 2);
    for (size_t i = 0; i < G_N_ELEMENTS(table) && parts[0]; i++)
        if (g_str_equal(table[i].name, parts[0])) {
            table[i].take(orders, parts[1] ? parts[1] : "");
            return;
        }
    say("unknown", "order", order, NULL);
}

static gboolean on_input(GIOChannel *input, GIOCondition condition, void *data)
{
    struct orders *orders = data;
    g_autofree char *line = NULL;
    gsize end = 0;
    (void)condition;
    if (g_io_channel_read_line(input, &line, NULL, &end, NULL) != G_IO_STATUS_NORMAL) {
        g_main_loop_quit(orders->loop);
        orders->watch = 0;
        return G_SOURCE_REMOVE;
    }
    line[end] = '\0';
    take_order(orders, line);
    return G_SOURCE_CONTINUE;
}

static void run_slot(struct orders *orders, char **slot)
{
    g_autofree char *order = *slot;
    *slot = NULL;
    if (order)
        take_order(orders, order);
}

static void on_early(WebKitWebView *view, WebKitLoadEvent event, struct orders *orders)
{
    say("load", "phase", phases[event], "uri", webkit_web_view_get_uri(view), NULL);
    run_slot(orders, &orders->early[event]);
}

static void on_late(WebKitWebView *view, WebKitLoadEvent event, struct orders *orders)
{
    (void)view;
    run_slot(orders, &orders->late[event]);
}

static gboolean on_decided(void *data)
{
    struct orders *orders = data;
    g_usleep(STALL_US);
    run_slot(orders, &orders->decided);
    return G_SOURCE_REMOVE;
}

/* The web process has its answer when this is back, and commits while the host does nothing. */
static gboolean on_decide(WebKitWebView *view, WebKitPolicyDecision *decision,
                          WebKitPolicyDecisionType type, struct orders *orders)
{
    (void)view;
    (void)decision;
    if (orders->decided && type == WEBKIT_POLICY_DECISION_TYPE_RESPONSE)
        g_idle_add_full(G_PRIORITY_HIGH, on_decided, orders, NULL);
    return FALSE;
}

void orders_watch_early(struct orders *orders)
{
    g_signal_connect(orders->view, "decide-policy", G_CALLBACK(on_decide), orders);
    g_signal_connect(orders->view, "load-changed", G_CALLBACK(on_early), orders);
}

void orders_watch_late(struct orders *orders)
{
    g_signal_connect(orders->view, "load-changed", G_CALLBACK(on_late), orders);
}

struct orders *orders_new(WebKitWebView *view, GMainLoop *loop)
{
    struct orders *orders = g_new0(struct orders, 1);
    orders->view = view;
    orders->loop = loop;
    orders->input = g_io_channel_unix_new(0);
    orders->watch = g_io_add_watch(orders->input, G_IO_IN | G_IO_HUP, on_input, orders);
    return orders;
}

void orders_free(struct orders *orders)
{
    order_forget(orders, "");
    g_clear_handle_id(&orders->watch, g_source_remove);
    g_io_channel_unref(orders->input);
    g_free(orders);
}
