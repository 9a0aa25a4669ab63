/*
 * What calls use up of their command's limits, and what becomes of those for which nothing is left.
 *
 * A command without limits pays nothing here. A call that is refused costs its REPLY: of a flood of
 * them the log is told in part, with the number of those that it was not told of.
 */
#include "broker/filter.h"

#include <stdio.h>

/* A reply as short as that is an error, or says little more than that it was done, which is not
 * kept from who asked for it. */
enum { SHORT_REPLY = 1024 };
/* While there is no memory for a meter. */
enum { MEMORY_RETRY_MS = 1000 };

static const char over_limit[] = "more calls or bytes a second than the command may have";

static bool is_limited(const struct tb_grant_command *granted)
{
    return granted && (granted->rates.calls_per_s != 0 || granted->rates.bytes_in != 0 ||
                       granted->rates.bytes_out != 0);
}

/* The meter of a command; NULL: no memory. The view keeps it at least as long as the
 * session. */
static struct tb_meter *meter_of(struct tb_broker *broker, struct tb_session *session,
                                 uint32_t index)
{
    struct tb_named *command = &session->commands[index];
    if (!command->meter)
        command->meter = tb_limits_meter(&broker->views.slots[session->slot].limits, command->name);
    return command->meter;
}

typedef uint64_t meter_take(struct tb_meter *meter, const struct tb_grant_rates *rates, uint64_t n,
                            uint64_t now_ns);

/* 0: taken. Else what the page is told. */
static uint32_t charge(struct tb_broker *broker, struct tb_session *session,
                       const struct tb_live_call *call, meter_take *take, uint64_t n)
{
    const struct tb_grant_command *granted = tb_session_command(session, call->command)->granted;
    if (!is_limited(granted))
        return 0;
    struct tb_meter *meter = meter_of(broker, session, call->command);
    return meter ? tb_meter_retry_ms(take(meter, &granted->rates, n, broker->now_ns))
                 : MEMORY_RETRY_MS;
}

bool tb_charge_would_pass(struct tb_broker *broker, struct tb_session *session, uint32_t index)
{
    const struct tb_grant_command *granted = tb_session_command(session, index)->granted;
    if (!is_limited(granted))
        return true;
    const struct tb_meter *meter = meter_of(broker, session, index);
    struct tb_meter copy = meter ? *meter : (struct tb_meter){0};
    return meter && tb_meter_call(&copy, &granted->rates, 0, broker->now_ns) == 0;
}

/* Of the limits' own refusals the log is told in part. */
static void refuse(const struct tb_request *request, uint32_t retry_ms)
{
    char reason[128];
    uint64_t n_untold;
    const struct tb_session *session = request->session;
    struct tb_limits *told = &request->broker->views.slots[session->slot].told;
    struct tb_denial denial = {.code = TB_CODE_LIMIT, .message = over_limit, .retry_ms = retry_ms};
    if (!tb_limits_tell(told, request->granted->name, request->broker->now_ns, &n_untold)) {
        tb_answer_error(request->broker, request->session, request->call, TB_CODE_LIMIT, over_limit,
                        retry_ms);
        return;
    }
    (void)snprintf(reason, sizeof reason, "%s; %llu more were refused since the last record",
                   over_limit, (unsigned long long)n_untold);
    if (n_untold > 0)
        denial.reason = tb_bytes_of_string(reason);
    tb_dispatch_deny(request, &denial);
}

enum tb_step tb_stage_limits(struct tb_request *request)
{
    uint32_t retry_ms = charge(request->broker, request->session, request->call, tb_meter_call,
                               request->call->n_in);
    if (retry_ms == 0)
        return TB_STEP_ON;
    refuse(request, retry_ms);
    return TB_STEP_OVER;
}

void tb_charge_over(struct tb_broker *broker, struct tb_session *session, struct tb_live_call *call,
                    uint32_t retry_ms)
{
    tb_answer_give_up(broker, session, call, TB_CODE_LIMIT, over_limit, retry_ms);
}

bool tb_charge_part(struct tb_broker *broker, struct tb_session *session, struct tb_live_call *call,
                    uint64_t n)
{
    uint32_t retry_ms = charge(broker, session, call, tb_meter_in, n);
    if (retry_ms > 0)
        tb_charge_over(broker, session, call, retry_ms);
    return retry_ms == 0;
}

bool tb_charge_chunk(struct tb_broker *broker, struct tb_session *session,
                     struct tb_live_call *call, uint64_t n)
{
    uint32_t retry_ms = charge(broker, session, call, tb_meter_out, n);
    if (retry_ms > 0)
        tb_charge_over(broker, session, call, retry_ms);
    return retry_ms == 0;
}

uint32_t tb_charge_event(struct tb_broker *broker, struct tb_session *session,
                         const struct tb_live_call *call, uint64_t n)
{
    return charge(broker, session, call, tb_meter_out, n);
}

bool tb_charge_reply(struct tb_broker *broker, struct tb_session *session,
                     struct tb_live_call *call, uint64_t n)
{
    uint32_t retry_ms = charge(broker, session, call, tb_meter_out, n);
    if (retry_ms == 0 || n <= SHORT_REPLY)
        return true;
    tb_charge_over(broker, session, call, retry_ms);
    return false;
}
