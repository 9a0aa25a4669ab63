/* Planted: what a page asks for in vain is not told. */
#include "endpoint/endpoint.h"

#include "base/result.h"

int __wrap_tb_endpoint_miss(struct tb_endpoint *endpoint, struct tb_bytes name);

int __wrap_tb_endpoint_miss(struct tb_endpoint *endpoint, struct tb_bytes name)
{
    (void)endpoint, (void)name;
    return TB_OK;
}
