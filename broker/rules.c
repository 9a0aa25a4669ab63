/* Rules: what the manifest says of a call by its args. A command without one passes. */
#include "broker/filter.h"

#include <stdio.h>

static const char denied[] = "a rule of the app denied the call";
static const char too_large[] = "the arguments are too many for the app's rules";

/* The rule's place in the manifest. */
static struct tb_rule place_of(const struct tb_filter_rule *rule)
{
    return (struct tb_rule){.file = rule->file, .line = rule->line};
}

/* ---- alerts ---- */

/* What the log is told; and the host, with the place in front, which says whose flood it is that
 * others are not to be hidden by. */
struct alert {
    char text[TB_ERROR_MESSAGE_MAX];
    size_t n_place;
};

static struct alert alert_of(const struct tb_filter_rule *rule)
{
    struct alert alert;
    int n = snprintf(alert.text, sizeof alert.text / 2, "%.*s:%u: ", (int)rule->file.n,
                     (const char *)rule->file.data, rule->line);
    alert.n_place = (size_t)n < sizeof alert.text / 2 ? (size_t)n : sizeof alert.text / 2 - 1;
    return alert;
}

static void complete(struct alert *alert, const struct tb_filter_rule *rule, uint64_t n_untold)
{
    static const struct tb_bytes none = {(const uint8_t *)"a rule matched", 14};
    char more[48] = "";
    struct tb_bytes message = rule->message.n > 0 ? rule->message : none;
    if (n_untold > 0)
        (void)snprintf(more, sizeof more, "; %llu more since the last one",
                       (unsigned long long)n_untold);
    (void)snprintf(alert->text + alert->n_place, sizeof alert->text - alert->n_place, "%.*s%s",
                   (int)message.n, (const char *)message.data, more);
}

static void record_alert(const struct tb_request *request, struct tb_rule rule, const char *reason)
{
    struct tb_record record = {
        .event = TB_EVENT_ALERT,
        .verdict = TB_ALLOW, /* what becomes of the call is in its own record */
        .code = TB_CODE_RULE,
        .command = request->granted->name,
        .rule = rule,
        .reason = tb_bytes_of_string(reason),
    };
    (void)tb_flush_record(request->broker, request->session, &record);
}

static void raise_alert(const struct tb_request *request, const struct tb_filter_rule *rule)
{
    uint64_t n_untold;
    struct tb_broker *broker = request->broker;
    struct tb_view *view = &broker->views.slots[request->session->slot];
    struct alert alert = alert_of(rule);
    if (!tb_limits_tell(&view->told, tb_bytes_of(alert.text, alert.n_place), broker->now_ns,
                        &n_untold))
        return;
    complete(&alert, rule, n_untold);
    record_alert(request, place_of(rule), alert.text + alert.n_place);
    tb_control_alert_often(broker, view->label, "rule", alert.text);
}

/* Those that are not told of one by one are not hidden by those that are. */
static void raise_rest(const struct tb_request *request, size_t n)
{
    char text[64];
    uint64_t n_untold;
    struct tb_broker *broker = request->broker;
    struct tb_view *view = &broker->views.slots[request->session->slot];
    if (!tb_limits_tell(&view->told, tb_bytes_of_string("further rules"), broker->now_ns,
                        &n_untold))
        return;
    (void)snprintf(text, sizeof text, "%zu further rules alert of the same call", n);
    record_alert(request, (struct tb_rule){0}, text);
    tb_control_alert_often(broker, view->label, "rule", text);
}

/* ---- what the rules say ---- */

/* The log is told of the args that the rules were given. */
static void deny(const struct tb_request *request, const struct tb_filter_verdict *verdict,
                 struct tb_buffer *args)
{
    const struct tb_rule rule = place_of(verdict->rule);
    const struct tb_denial denial = {
        .code = verdict->too_large ? TB_CODE_TOO_LARGE : TB_CODE_RULE,
        .message = verdict->too_large ? too_large : denied,
        .reason = verdict->reason,
        .rule = &rule,
        .args = tb_request_pack(request, args),
    };
    tb_dispatch_deny(request, &denial);
}

/* Whether the request goes on, with what the rules have made of it. */
static bool follow(struct tb_request *request, const struct tb_filter_verdict *verdict,
                   struct tb_buffer *args)
{
    for (size_t i = 0; i < verdict->n_alerts && i < TB_FILTER_ALERTS_MAX; i++)
        raise_alert(request, verdict->alerts[i]);
    if (verdict->n_alerts > TB_FILTER_ALERTS_MAX)
        raise_rest(request, verdict->n_alerts - TB_FILTER_ALERTS_MAX);
    request->ask = verdict->ask;
    if (verdict->verdict == TB_REWRITE) {
        request->rule = place_of(verdict->rule);
        if (tb_request_rewrite(request, args) == TB_OK)
            return true;
        tb_dispatch_refuse(request, TB_CODE_TOO_LARGE, too_large, 0);
    } else if (verdict->verdict != TB_ALLOW) {
        deny(request, verdict, args);
    }
    return verdict->verdict == TB_ALLOW;
}

enum tb_step tb_stage_rules(struct tb_request *request)
{
    const struct tb_grant_command *granted = request->granted;
    struct tb_filter_verdict verdict;
    if (granted->n_rules == 0)
        return TB_STEP_ON;
    tb_cleanup(tb_buffer_deinit) struct tb_buffer args;
    tb_buffer_init(&args, TB_FRAME_MAX);
    int r = tb_filter_apply(request->session->grant->rules, granted->rules, granted->n_rules,
                            request->message.args, &args, &verdict);
    if (r == TB_OK)
        return follow(request, &verdict, &args) ? TB_STEP_ON : TB_STEP_OVER;
    tb_dispatch_refuse(request, TB_CODE_LIMIT, "out of memory", 1000);
    return TB_STEP_OVER;
}
