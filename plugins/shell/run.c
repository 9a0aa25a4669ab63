#include "plugins/shell/run.h"

#include "base/fd.h"
#include "base/result.h"
#include "plugins/shell/tell.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

/* ---- ends ---- */

static void unlink_run(struct shell_run *run)
{
    struct shell_run **at = &run->state->runs;
    while (*at && *at != run)
        at = &(*at)->next;
    if (*at) {
        *at = run->next;
        run->state->n_runs--;
    }
}

static void wake_writer(struct shell_run *run)
{
    void (*ready)(void *) = run->input_ready;
    run->input_ready = NULL;
    if (ready)
        ready(run->input_data);
}

static void free_run(struct shell_run *run)
{
    unlink_run(run);
    tb_watch_free(run->status_watch);
    tb_watch_free(run->input_watch);
    tb_timer_free(run->timer);
    for (size_t i = 0; i < N_OUTPUTS; i++) {
        tb_watch_free(run->outputs[i].watch);
        tb_buffer_deinit(&run->outputs[i].held);
    }
    shell_child_end(&run->child);
    wake_writer(run);
    shell_request_deinit(&run->request);
    tb_stream_free(run->stream);
    free(run);
}

/* ---- going on ---- */

static void set_watches(struct shell_run *run)
{
    for (size_t i = 0; i < N_OUTPUTS; i++)
        if (run->outputs[i].watch)
            tb_watch_for(
                run->outputs[i].watch,
                tb_buffer_n(&run->outputs[i].held) < HELD_MAX || run->collects ? TB_READABLE : 0);
}

/* Tells all that can be told now, and reads no more of the program than the page has room for.
 * Frees the run at its end. */
static void go_on(struct shell_run *run)
{
    bool over = shell_tell(run);
    set_watches(run);
    if (over)
        free_run(run);
}

/* ---- what comes from the program ---- */

static void end_output(struct output *output, int *fd)
{
    tb_watch_free(output->watch);
    output->watch = NULL;
    close(*fd);
    *fd = -1;
    output->fd = -1;
}

static bool has_room(const struct shell_run *run, const struct output *output)
{
    size_t most = run->collects ? COLLECTED_MAX + 1 : HELD_MAX;
    return run->over_output || tb_buffer_n(&output->held) < most;
}

static void count(struct shell_run *run, size_t n)
{
    size_t both = tb_buffer_n(&run->outputs[OUT].held) + tb_buffer_n(&run->outputs[ERR].held);
    run->n_out += n;
    if (run->n_out > run->request.program->output || (run->collects && both > COLLECTED_MAX)) {
        run->over_output = true;
        shell_child_kill(&run->child);
    }
}

/* What is over the limit is read away until the program is gone. */
static void read_output(struct shell_run *run, size_t which)
{
    struct output *output = &run->outputs[which];
    int *fd = which == OUT ? &run->child.out : &run->child.err;
    uint8_t bytes[HELD_MAX];
    ssize_t n = read(*fd, bytes, sizeof bytes);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        end_output(output, fd);
        return;
    }
    if (!run->over_output && !tb_buffer_append(&output->held, tb_bytes_of(bytes, (size_t)n)))
        run->over_output = true;
    count(run, (size_t)n);
}

static void on_out(void *data, int events)
{
    struct shell_run *run = data;
    (void)events;
    if (has_room(run, &run->outputs[OUT]))
        read_output(run, OUT);
    go_on(run);
}

static void on_err(void *data, int events)
{
    struct shell_run *run = data;
    (void)events;
    if (has_room(run, &run->outputs[ERR]))
        read_output(run, ERR);
    go_on(run);
}

/* The first word counts: of a program that was not started, its own, and else its init's. Without
 * one its init was killed, and all with it. */
static void on_status(void *data, int events)
{
    struct shell_run *run = data;
    struct shell_end end;
    (void)events;
    ssize_t n = read(run->child.status, &end, sizeof end);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    run->has_end = true;
    run->end = n == (ssize_t)sizeof end ? end : (struct shell_end){.signal = SIGKILL};
    tb_watch_free(run->status_watch);
    run->status_watch = NULL;
    tb_watch_free(run->input_watch);
    run->input_watch = NULL;
    wake_writer(run);
    go_on(run);
}

static void on_time(void *data)
{
    struct shell_run *run = data;
    run->over_time = true;
    shell_child_kill(&run->child);
}

/* ---- what comes from the page ---- */

static void room(struct tb_stream *stream)
{
    go_on(tb_stream_data(stream));
}

static void cancel(struct tb_stream *stream)
{
    struct shell_run *run = tb_stream_data(stream);
    tb_stream_end_error(stream, TB_CODE_IO, ECANCELED, "cancelled");
    free_run(run);
}

struct shell_run *shell_run_find(const struct shell_state *state, uint64_t number)
{
    struct shell_run *run = state->runs;
    while (run && (run->number != number || run->collects || run->has_end))
        run = run->next;
    return run;
}

void shell_run_kill(struct shell_run *run)
{
    shell_child_kill(&run->child);
}

ssize_t shell_run_write(struct shell_run *run, struct tb_bytes bytes)
{
    if (run->child.in < 0)
        return -EPIPE;
    if (run->input_ready)
        return -EBUSY; /* it would come between what another has written and what that has left */
    ssize_t n = write(run->child.in, bytes.data, bytes.n);
    if (n >= 0)
        return n;
    return errno == EINTR ? -EAGAIN : -errno;
}

static void on_input(void *data, int events)
{
    struct shell_run *run = data;
    (void)events;
    tb_watch_free(run->input_watch);
    run->input_watch = NULL;
    wake_writer(run);
}

bool shell_run_await(struct shell_run *run, void (*ready)(void *data), void *data)
{
    if (run->input_ready || run->child.in < 0)
        return false;
    run->input_watch = tb_watch_new(run->state->session, run->child.in, TB_WRITABLE, on_input, run);
    if (!run->input_watch)
        return false;
    run->input_ready = ready;
    run->input_data = data;
    return true;
}

void shell_run_forget(struct shell_run *run, void *data)
{
    if (run->input_data != data)
        return;
    run->input_ready = NULL;
    run->input_data = NULL;
    tb_watch_free(run->input_watch);
    run->input_watch = NULL;
}

/* ---- the beginning ---- */

static bool is_taken(const struct shell_state *state, uint32_t number)
{
    for (const struct shell_run *run = state->runs; run; run = run->next)
        if (run->number == number)
            return true;
    return false;
}

/* Nothing that tells of the system: not the process's id. 0 is nobody's, and means that no
 * randomness is to be had. */
static uint32_t new_number(const struct shell_state *state)
{
    uint32_t number;
    do
        if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
            return 0;
    while (number == 0 || is_taken(state, number));
    return number;
}

static bool watch(struct shell_run *run)
{
    struct tb_session *session = run->state->session;
    struct output *outputs = run->outputs;
    outputs[OUT].fd = run->child.out;
    outputs[ERR].fd = run->child.err;
    outputs[OUT].watch = tb_watch_new(session, run->child.out, TB_READABLE, on_out, run);
    outputs[ERR].watch = tb_watch_new(session, run->child.err, TB_READABLE, on_err, run);
    run->status_watch = tb_watch_new(session, run->child.status, TB_READABLE, on_status, run);
    run->timer = tb_timer_new(session, on_time, run);
    if (run->timer && run->request.program->time_s > 0)
        tb_timer_set(run->timer, run->request.program->time_s * 1000);
    return outputs[OUT].watch && outputs[ERR].watch && run->status_watch && run->timer;
}

static struct shell_run *new_run(struct shell_state *state, struct shell_request *request)
{
    struct shell_run *run = calloc(1, sizeof *run);
    if (!run)
        return NULL;
    run->state = state;
    run->request = *request;
    *request = (struct shell_request){.cwd = -1};
    run->child = (struct shell_child){.pidfd = -1, .in = -1, .out = -1, .err = -1, .status = -1};
    for (size_t i = 0; i < N_OUTPUTS; i++)
        tb_buffer_init(&run->outputs[i].held, 2 * (size_t)COLLECTED_MAX);
    run->next = state->runs;
    state->runs = run;
    state->n_runs++;
    return run;
}

static bool begin(struct tb_call *call, struct shell_run *run)
{
    static const struct tb_stream_events events = {.room = room, .cancel = cancel};
    run->number = new_number(run->state);
    int r = run->number ? shell_child_start(&run->request, &run->child) : -EIO;
    if (r < 0 || !watch(run)) {
        tb_reply_error(call, TB_CODE_IO, r < 0 ? -r : ENOMEM, "it cannot be started: %s",
                       strerror(r < 0 ? -r : ENOMEM));
        return false;
    }
    if (run->collects)
        tb_fd_close(&run->child.in); /* nobody writes to it */
    run->stream = tb_call_stream(call, &events, run);
    return run->stream != NULL;
}

void shell_run_start(struct tb_call *call, struct shell_state *state, struct shell_request *request,
                     const struct tb_channel *channel)
{
    struct shell_run *run = state->n_runs < SHELL_RUNS_MAX ? new_run(state, request) : NULL;
    if (!run) {
        tb_reply_error(call, TB_CODE_IO, EAGAIN,
                       "%d programs of this view run already, or there is no memory: end one",
                       SHELL_RUNS_MAX);
        return;
    }
    run->collects = !channel;
    if (channel)
        run->channel = *channel;
    if (!begin(call, run))
        free_run(run);
}

void shell_runs_end(struct shell_state *state)
{
    for (struct shell_run *run = state->runs; run; run = run->next)
        shell_child_kill(&run->child);
    while (state->runs)
        free_run(state->runs);
}
