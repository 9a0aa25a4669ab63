#include "hook/calls.h"

#include "base/result.h"

#include <stdlib.h>

/* The broker counts its calls up: neighbours in number are neighbours here, and a look is one step
 * but where a call outlives a thousand others. */
static struct hook_call *place_of(const struct hook_calls *calls, uint64_t call, bool free_too)
{
    for (size_t i = 0; i < TB_HOOK_CALLS; i++) {
        const struct hook_call *at = &calls->list[(call + i) % TB_HOOK_CALLS];
        if (free_too ? !at->args : at->args && at->call == call)
            return (struct hook_call *)(uintptr_t)at;
    }
    return NULL;
}

int hook_calls_keep(struct hook_calls *calls, uint64_t call, struct tb_bytes args)
{
    hook_calls_drop(calls, call);
    struct hook_call *place = place_of(calls, call, true);
    if (!place || args.n == 0 || args.n > calls->most_bytes - calls->n_bytes)
        return TB_FULL;
    place->args = malloc(args.n);
    if (!place->args)
        return TB_FULL;
    memcpy(place->args, args.data, args.n);
    place->n = args.n;
    place->call = call;
    calls->n_bytes += args.n;
    return TB_OK;
}

struct tb_bytes hook_calls_find(const struct hook_calls *calls, uint64_t call)
{
    const struct hook_call *place = place_of(calls, call, false);
    return place ? tb_bytes_of(place->args, place->n) : (struct tb_bytes){0};
}

void hook_calls_drop(struct hook_calls *calls, uint64_t call)
{
    struct hook_call *place = place_of(calls, call, false);
    if (!place)
        return;
    calls->n_bytes -= place->n;
    free(place->args);
    *place = (struct hook_call){0};
}
