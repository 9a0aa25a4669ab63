#include "broker/handle_pool.h"

#include "base/result.h"

#include <errno.h>
#include <stdlib.h>

#define LIVE UINT32_C(0x80000000)

int tb_handle_pool_init(struct tb_handle_pool *pool, uint32_t n_commands)
{
    *pool = (struct tb_handle_pool){.n_commands = n_commands};
    pool->n_outstanding = calloc(n_commands ? n_commands : 1, sizeof *pool->n_outstanding);
    if (!pool->n_outstanding)
        return -ENOMEM;
    tb_handle_map_init(&pool->map, TB_SESSION_HANDLES);
    return 0;
}

void tb_handle_pool_deinit(struct tb_handle_pool *pool)
{
    tb_handle_map_deinit(&pool->map);
    free(pool->n_outstanding);
    *pool = (struct tb_handle_pool){0};
}

uint32_t tb_handle_pool_issue(struct tb_handle_pool *pool, struct tb_random *random,
                              uint32_t command, uint32_t cap, uint32_t count,
                              struct tb_handle *ret_handles)
{
    tb_assert(command < pool->n_commands);
    uint32_t n = 0;
    while (n < count && pool->n_outstanding[command] < cap) {
        struct tb_handle *handle = &ret_handles[n];
        tb_random_bytes(random, handle->bytes, sizeof handle->bytes);
        if (tb_handle_equal(handle, &tb_handle_zero) || tb_handle_map_find(&pool->map, handle))
            continue;
        if (tb_handle_map_add(&pool->map, handle, command) != TB_OK)
            break;
        pool->n_outstanding[command]++;
        n++;
    }
    return n;
}

enum tb_handle_state tb_handle_pool_look(const struct tb_handle_pool *pool,
                                         const struct tb_handle *handle, uint32_t *ret_value)
{
    const uint32_t *value = tb_handle_map_find(&pool->map, handle);
    if (!value)
        return TB_HANDLE_UNKNOWN;
    *ret_value = *value & ~LIVE;
    return (*value & LIVE) ? TB_HANDLE_LIVE : TB_HANDLE_ISSUED;
}

void tb_handle_pool_spend(struct tb_handle_pool *pool, const struct tb_handle *handle,
                          uint32_t slot)
{
    uint32_t *value = tb_handle_map_find(&pool->map, handle);
    tb_assert(value && !(*value & LIVE));
    *value = slot | LIVE;
}

void tb_handle_pool_release(struct tb_handle_pool *pool, uint32_t command)
{
    tb_assert(pool->n_outstanding[command] > 0);
    pool->n_outstanding[command]--;
}

void tb_handle_pool_forget(struct tb_handle_pool *pool, const struct tb_handle *handle)
{
    tb_handle_map_remove(&pool->map, handle);
}

void tb_handle_pool_retire(struct tb_handle_pool *pool, const struct tb_handle *handle,
                           uint32_t command)
{
    tb_handle_pool_forget(pool, handle);
    tb_handle_pool_release(pool, command);
}
