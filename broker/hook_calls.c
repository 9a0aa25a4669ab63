/* Calls and the app's hook: a call waits behind those that it has not judged yet. */
#include "broker/waiting.h"

enum tb_step tb_stage_hook(struct tb_request *request)
{
    struct tb_order *order = tb_waiting_order(request->session, request->call);
    if (tb_order_holds(order, request->call->number))
        return tb_waiting_queue(request, order, TB_STAGE_RULES);
    return TB_STEP_ON;
}
