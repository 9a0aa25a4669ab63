/* Planted: an endpoint that the second call breaks, as a bug in it might. */
#include "endpoint/endpoint.h"

#include <stdlib.h>

int __real_tb_endpoint_call(struct tb_endpoint *endpoint, uint32_t command,
                            const struct tb_endpoint_request *request,
                            const struct tb_endpoint_handler *handler, void *data,
                            uint64_t *ret_id);
int __wrap_tb_endpoint_call(struct tb_endpoint *endpoint, uint32_t command,
                            const struct tb_endpoint_request *request,
                            const struct tb_endpoint_handler *handler, void *data,
                            uint64_t *ret_id);

int __wrap_tb_endpoint_call(struct tb_endpoint *endpoint, uint32_t command,
                            const struct tb_endpoint_request *request,
                            const struct tb_endpoint_handler *handler, void *data, uint64_t *ret_id)
{
    static int n_calls;
    if (++n_calls == 2)
        abort();
    return __real_tb_endpoint_call(endpoint, command, request, handler, data, ret_id);
}
