#include "broker/view.h"

#include "base/clock.h"

struct tb_view *tb_views_find(struct tb_views *views, struct tb_bytes label)
{
    for (size_t i = 0; i < TB_SLOTS; i++)
        if (views->slots[i].used &&
            tb_bytes_equal(tb_bytes_of_string(views->slots[i].label), label))
            return &views->slots[i];
    return NULL;
}

/* When nobody would miss what is remembered of it: 0 if that is now, TB_NEVER if never. The state
 * of a hook that runs would be missed a little. */
static uint64_t free_at_ns(struct tb_view *view, uint64_t now_ns)
{
    if (!view->used)
        return 0;
    if (view->session || view->n_violations > 0)
        return TB_NEVER;
    tb_limits_forget(&view->limits, now_ns);
    uint64_t full_ns = tb_limits_full_ns(&view->limits);
    uint64_t until_ns = tb_refusals_until_ns(&view->refusals, now_ns);
    if (until_ns > full_ns)
        full_ns = until_ns;
    return full_ns == 0 && view->hook.state != TB_HOOK_IDLE ? 1 : full_ns;
}

/* The one that is missed least: an app that opens window after window gets them all. */
static struct tb_view *free_slot(struct tb_views *views, uint64_t now_ns)
{
    struct tb_view *least = NULL;
    uint64_t least_ns = TB_NEVER;
    for (size_t i = 0; i < TB_SLOTS && least_ns > 0; i++) {
        uint64_t ns = free_at_ns(&views->slots[i], now_ns);
        if (ns < least_ns) {
            least = &views->slots[i];
            least_ns = ns;
        }
    }
    return least;
}

struct tb_view *tb_views_get(struct tb_views *views, struct tb_bytes label, uint64_t now_ns)
{
    struct tb_view *view = tb_views_find(views, label);
    if (view)
        return view;
    view = free_slot(views, now_ns);
    if (!view || label.n > TB_LABEL_MAX)
        return NULL;
    tb_limits_deinit(&view->limits);
    tb_limits_deinit(&view->told);
    tb_hook_stop(&view->hook); /* of another label */
    *view = (struct tb_view){.used = true};
    memcpy(view->label, label.data, label.n);
    return view;
}

uint32_t tb_views_slot(const struct tb_views *views, const struct tb_view *view)
{
    return (uint32_t)(view - views->slots);
}

void tb_views_deinit(struct tb_views *views)
{
    for (size_t i = 0; i < TB_SLOTS; i++) {
        tb_hook_stop(&views->slots[i].hook);
        tb_limits_deinit(&views->slots[i].limits);
        tb_limits_deinit(&views->slots[i].told);
    }
}

void tb_view_lock(struct tb_view *view, uint64_t now_ns)
{
    view->locks_ns[view->n_locks % TB_LOCKS_PER_MINUTE] = now_ns;
    view->n_locks++;
    uint64_t oldest = view->locks_ns[view->n_locks % TB_LOCKS_PER_MINUTE];
    if (view->n_locks >= TB_LOCKS_PER_MINUTE && now_ns - oldest < 60 * TB_S_NS)
        view->locked_out = true;
}

void tb_view_reset(struct tb_view *view)
{
    view->n_locks = 0;
    view->n_violations = 0; /* the log has them; the slot can be another view's again */
    view->locked_out = false;
}
