/* Planted: a number that a call has is given to another one, under a number that is free. */
#include "endpoint/webkitgtk/calls.h"

#include "base/result.h"

int __real_tb_web_call(struct tb_web_link *link, const struct tb_web_request *request);
int __wrap_tb_web_call(struct tb_web_link *link, const struct tb_web_request *request);

int __wrap_tb_web_call(struct tb_web_link *link, const struct tb_web_request *request)
{
    static uint64_t n_again = 1000000;
    int r = __real_tb_web_call(link, request);
    if (r == TB_OK)
        return r;
    struct tb_web_request again = *request;
    again.id = ++n_again;
    return __real_tb_web_call(link, &again);
}
