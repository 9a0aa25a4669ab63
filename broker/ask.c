/* Asking a person. What nobody has to be asked for passes. */
#include "broker/filter.h"

enum tb_step tb_stage_ask(struct tb_request *request)
{
    (void)request;
    return TB_STEP_ON;
}
