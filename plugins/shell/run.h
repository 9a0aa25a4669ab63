/* Programs that run: their output goes to the page as far as it takes it, and no further. */
#pragma once

#include "plugins/shell/request.h"

#include <sys/types.h>

/* Takes the call over. `channel`: the page is told what it writes as it does, and hears first by
 * which number to write to it and to end it; NULL: all of it at the end. Consumes the request. */
void shell_run_start(struct tb_call *call, struct shell_state *state, struct shell_request *request,
                     const struct tb_channel *channel);

/* NULL: there is none of that number, or it has ended. */
struct shell_run *shell_run_find(const struct shell_state *state, uint64_t number);
/* Ends it; the page hears of its end as of any other. */
void shell_run_kill(struct shell_run *run);
/* How many bytes its input took; -EAGAIN: none now, -EPIPE: it reads no more, -EBUSY: another call
 * waits for it. */
tb_must_check ssize_t shell_run_write(struct shell_run *run, struct tb_bytes bytes);
/* Calls `ready` once when its input takes more, or never will. One may wait at a time: false. */
tb_must_check bool shell_run_await(struct shell_run *run, void (*ready)(void *data), void *data);
void shell_run_forget(struct shell_run *run, void *data); /* who waits is gone */

/* At the end of the link: all of them. */
void shell_runs_end(struct shell_state *state);
