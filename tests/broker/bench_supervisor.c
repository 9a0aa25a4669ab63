#include "tests/broker/bench_supervisor.h"

#include "base/fd.h"
#include "base/wire.h"

#include <errno.h>
#include <sys/socket.h>

static void answer(struct bench *bench, const struct tb_inner *message, int fd)
{
    uint8_t packet[TB_INNER_MAX];
    size_t n = tb_inner_write(message, packet);
    ssize_t sent = tb_fd_send(bench->supervisor, tb_bytes_of(packet, n), fd, 0);
    tb_assert(sent == (ssize_t)n);
}

static void start_plugin(struct bench *bench, const struct tb_inner *request)
{
    int pair[2];
    tb_assert(tb_fd_pair(SOCK_STREAM, pair) == 0);
    tb_fd_close(&bench->plugin);
    tb_buffer_consume(&bench->to_plugin, tb_buffer_n(&bench->to_plugin));
    bench->plugin = pair[0];
    tb_fd_close(&bench->memory);
    bench->memory = tb_fd_shared("bench", TB_BULK_IN + TB_BULK_OUT);
    const struct tb_inner memory = {.type = TB_INNER_POOL, .token = request->token};
    answer(bench, &memory, bench->memory);
    const struct tb_inner started = {.type = TB_INNER_START, .token = request->token};
    answer(bench, &started, pair[1]);
    tb_fd_close(&pair[1]);
}

static void start_hook(struct bench *bench, const struct tb_inner *request)
{
    struct tb_inner started = {.type = TB_INNER_HOOK, .token = request->token};
    int pair[2];
    tb_fd_close(&bench->hook);
    tb_buffer_consume(&bench->to_hook, tb_buffer_n(&bench->to_hook));
    if (bench->no_hook) {
        started.status = ENOENT;
        answer(bench, &started, -1);
        return;
    }
    tb_assert(tb_fd_pair(SOCK_STREAM, pair) == 0);
    bench->hook = pair[0];
    bench->n_hooks++;
    bench->hook_token = request->token;
    answer(bench, &started, pair[1]);
    tb_fd_close(&pair[1]);
}

static void stop(struct bench *bench, const struct tb_inner *request)
{
    if (request->token == bench->hook_token)
        tb_fd_close(&bench->hook);
    else
        tb_fd_close(&bench->plugin);
}

static void resolve(struct bench *bench, const struct tb_inner *request)
{
    bool next = request->index == TB_RESOLVE_NEXT;
    tb_fd grant = bench_grant(next ? &bench->next : &bench->policy);
    const struct tb_inner resolved = {.type = TB_INNER_RESOLVE,
                                      .token = request->token,
                                      .slot = request->slot,
                                      .status = next && bench->no_grant};
    answer(bench, &resolved, grant);
}

static void compile(struct bench *bench, const struct tb_inner *request)
{
    uint8_t digest[TB_DIGEST_SIZE];
    bench_digest(&bench->next, digest);
    const struct tb_inner made = {.type = TB_INNER_RELOAD,
                                  .token = request->token,
                                  .webview = tb_bytes_of(digest, sizeof digest)};
    answer(bench, &made, -1);
}

static void note_answer(struct bench *bench, const struct tb_inner *message)
{
    tb_assert(message->webview.n == TB_ASK_KEY_SIZE);
    bench->remember_token = message->token;
    bench->remembered.answered = (enum tb_answered)message->status;
    memcpy(bench->remembered.key, message->webview.data, TB_ASK_KEY_SIZE);
}

void bench_answers(struct bench *bench, uint32_t token, const struct tb_answers *answers)
{
    const struct tb_inner message = {.type = TB_INNER_ANSWERS, .token = token};
    uint8_t *data;
    size_t n;
    tb_fd fd = tb_fd_memory("answers");
    tb_assert(fd >= 0 && tb_answers_write(answers, &data, &n) == 0);
    tb_assert(tb_fd_write_all(fd, tb_bytes_of(data, n)) == 0);
    tb_bytes_free(&data);
    answer(bench, &message, fd);
    bench_run(bench);
}

bool bench_supervise(struct bench *bench)
{
    uint8_t packet[TB_INNER_MAX];
    struct tb_inner message;
    ssize_t n = tb_fd_receive(bench->supervisor, packet, sizeof packet, NULL, MSG_DONTWAIT);
    if (n <= 0)
        return false;
    tb_assert(tb_inner_read(tb_bytes_of(packet, (size_t)n), &message) == TB_OK);
    if (message.type == TB_INNER_START)
        start_plugin(bench, &message);
    else if (message.type == TB_INNER_RESOLVE)
        resolve(bench, &message);
    else if (message.type == TB_INNER_RELOAD)
        compile(bench, &message);
    else if (message.type == TB_INNER_COMMIT)
        bench->policy = bench->next;
    else if (message.type == TB_INNER_HOOK)
        start_hook(bench, &message);
    else if (message.type == TB_INNER_STOP)
        stop(bench, &message);
    else if (message.type == TB_INNER_REMEMBER)
        note_answer(bench, &message);
    else if (message.type == TB_INNER_USED)
        bench->n_used++;
    return true;
}
