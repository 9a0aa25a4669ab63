/* `trollbridge call --repeat`: many calls, of which only their number and their errors matter. */
#include "base/clock.h"
#include "base/result.h"
#include "cli/call.h"
#include "cli/text.h"

#include <inttypes.h>
#include <stdio.h>

struct run {
    struct cli_call *call;
    uint32_t n_started;
    uint32_t n_done;
    uint32_t n_failed;
    int status;
    char first_error[TB_ERROR_MESSAGE_MAX + 80];
};

static void on_done(void *data, const struct tb_reply *reply)
{
    struct run *run = data;
    run->n_done++;
    if (!reply || reply->type != TB_REPLY_ERROR)
        return;
    if (run->n_failed++ == 0)
        (void)snprintf(run->first_error, sizeof run->first_error, "%s: %.*s",
                       tb_code_name(reply->error.code), (int)reply->error.message.n,
                       (const char *)reply->error.message.data);
}

/* Starts calls until M are in flight, N were started, or no handle is left. False: one could not be
 * made at all. */
static bool start_calls(struct run *run)
{
    static const struct tb_endpoint_handler handler = {.done = on_done};
    struct cli_call *call = run->call;
    const struct tb_endpoint_request request = {.args = tb_buffer_bytes(&call->args),
                                                .has_raw = call->body.name != NULL,
                                                .raw = tb_bytes_of(call->body.data, call->body.n)};
    while (run->n_started < call->options.repeat &&
           run->n_started - run->n_done < call->options.jobs) {
        int r =
            tb_endpoint_call(call->session.endpoint, call->command, &request, &handler, run, NULL);
        if (r == TB_AGAIN || r == TB_CLOSED)
            return true;
        if (r != TB_OK) {
            run->status = cli_call_not_made(call, r);
            return false;
        }
        run->n_started++;
    }
    return true;
}

static int make_calls(struct run *run)
{
    while (run->n_done < run->call->options.repeat) {
        if (!start_calls(run))
            return run->status;
        if (!cli_session_wait(&run->call->session, NULL, 0))
            return cli_session_lost(&run->call->session);
    }
    return CLI_DONE;
}

static void print_error(const char *untrusted_error)
{
    fputs("trollbridge: ", stderr);
    cli_put_to(stderr, untrusted_error);
    fputc('\n', stderr);
}

static void print_summary(const struct run *run, uint64_t took_ns)
{
    double s = (double)took_ns / 1e9;
    printf("%" PRIu32 " calls, %" PRIu32 " failed, %.3f s, %.0f calls/s\n", run->n_done,
           run->n_failed, s, (double)run->n_done / s);
    if (run->n_failed > 0)
        print_error(run->first_error);
}

int cli_call_repeat(struct cli_call *call)
{
    struct run run = {.call = call};
    uint64_t start_ns = tb_clock_ns();
    int status = make_calls(&run);
    if (status == CLI_DONE) {
        print_summary(&run, tb_clock_ns() - start_ns);
        status = run.n_failed ? CLI_DENIED : CLI_DONE;
    }
    cli_session_end(&call->session); /* calls that are left tell `run` of their end */
    return status;
}
