#include "tests/fuzz/heard.h"

#include "base/compiler.h"

enum { MOST = 512 };

struct heard {
    struct tb_handle handle;
    uint64_t n;
    uint64_t cost;
    uint64_t credit;
    bool ended;
};

static struct heard all[MOST];
static size_t n_all;

void heard_reset(void)
{
    n_all = 0;
}

static struct heard *find(const struct tb_handle *handle)
{
    for (size_t i = 0; i < n_all; i++)
        if (tb_handle_equal(&all[i].handle, handle))
            return &all[i];
    tb_assert(n_all < MOST);
    all[n_all] = (struct heard){.handle = *handle, .credit = TB_CREDIT_FIRST};
    return &all[n_all++];
}

void heard_credit(const struct tb_handle *handle, uint64_t bytes)
{
    find(handle)->credit += bytes;
}

void heard_frame(const struct tb_handle *handle, const struct heard_frame *frame)
{
    struct heard *heard = find(handle);
    tb_assert(!heard->ended && frame->counter == heard->n++);
    tb_assert(frame->counter == 0 || !frame->has_next);
    heard->cost += frame->cost;
    tb_assert(heard->cost <= heard->credit);
    heard->ended = frame->kind == TB_REPLY;
}
