#include "broker/picks.h"

#include "base/fd.h"
#include "base/result.h"

#include <stdlib.h>

static struct tb_held_pick *find_free(struct tb_picks *picks)
{
    for (size_t i = 0; i < TB_PICKS_MAX; i++)
        if (picks->list[i].state == TB_PICK_FREE)
            return &picks->list[i];
    return NULL;
}

int tb_picks_add(struct tb_picks *picks, struct tb_bytes path, int fd,
                 struct tb_held_pick **ret_pick)
{
    struct tb_held_pick *pick = find_free(picks);
    uint8_t *copy = pick ? malloc(path.n + 1) : NULL;
    if (!copy)
        return TB_FULL;
    memcpy(copy, path.data, path.n);
    *pick = (struct tb_held_pick){
        .state = TB_PICK_LOOKED_AT, .fd = fd, .path = tb_bytes_of(copy, path.n)};
    picks->n++;
    *ret_pick = pick;
    return TB_OK;
}

static void let_go(struct tb_picks *picks, struct tb_held_pick *pick, enum tb_pick_state state)
{
    if (pick->state != TB_PICK_FREE && pick->state != TB_PICK_LOST) {
        tb_fd_close(&pick->fd);
        free((void *)(uintptr_t)pick->path.data);
        picks->n--;
    }
    *pick = (struct tb_held_pick){.state = state, .fd = -1};
}

void tb_picks_drop(struct tb_picks *picks, struct tb_held_pick *pick)
{
    let_go(picks, pick, TB_PICK_FREE);
}

void tb_picks_lose(struct tb_picks *picks, struct tb_held_pick *pick)
{
    let_go(picks, pick, TB_PICK_LOST);
}

void tb_picks_free(struct tb_picks *picks)
{
    for (size_t i = 0; picks && i < TB_PICKS_MAX; i++)
        let_go(picks, &picks->list[i], TB_PICK_FREE);
    free(picks);
}
