/*
 * In the place of a broker: one that was taken over and turns on its supervisor by way of reloads,
 * and of answers that nobody gave.
 * Says what came of it on standard error, and ends with what must be its death.
 */
#include "base/fd.h"
#include "base/result.h"
#include "proto/answers.h"
#include "proto/inner.h"
#include "sandbox/layer.h"

#include <stdio.h>
#include <unistd.h>

enum {
    SUPERVISOR_FD = 4,
    REPORT_FD = 7,
    N_RELOADS = 200,
    N_ROUNDS = 100,
    BURST = 8,
    N_ANSWERS = 2000
};

static void say_started(void)
{
    const struct tb_layers layers = {0};
    uint8_t report[TB_LAYERS_SIZE];
    tb_layers_encode(&layers, report);
    if (write(REPORT_FD, report, sizeof report) != sizeof report)
        _exit(1);
    (void)close(REPORT_FD);
}

static void ask(enum tb_inner_type type, uint32_t token, uint32_t index)
{
    const struct tb_inner message = {
        .type = type,
        .token = token,
        .index = index,
        .view = tb_bytes_of_string("main"),
        .webview = tb_bytes_of_string("main"),
        .origin = tb_bytes_of_string("local"),
    };
    uint8_t packet[TB_INNER_MAX];
    size_t n = tb_inner_write(&message, packet);
    if (tb_fd_send(SUPERVISOR_FD, tb_bytes_of(packet, n), -1, 0) != (ssize_t)n)
        _exit(1);
}

static struct tb_inner answer(void)
{
    static uint8_t packet[TB_INNER_MAX];
    struct tb_inner message;
    tb_fd fd = -1;
    ssize_t n = tb_fd_receive(SUPERVISOR_FD, packet, sizeof packet, &fd, 0);
    if (n <= 0 || tb_inner_read(tb_bytes_of(packet, (size_t)n), &message) != TB_OK)
        _exit(1);
    return message;
}

/* Many grants under one token: 0, or how the first one was refused. */
static int repeat(void)
{
    int status = 0;
    for (int round = 0; round < N_ROUNDS && status == 0; round++) {
        for (int i = 0; i < BURST; i++)
            ask(TB_INNER_RESOLVE, 2, TB_RESOLVE_CURRENT);
        for (int i = 0; i < BURST;) {
            const struct tb_inner message = answer();
            i += message.type == TB_INNER_RESOLVE;
            status = status == 0 ? message.status : status;
        }
    }
    return status;
}

/* Of all these the supervisor takes a few; the answer to what comes behind them ends the count. */
static void flood(void)
{
    uint32_t n_limit = 0;
    for (uint32_t i = 1; i <= N_RELOADS; i++)
        ask(TB_INNER_RELOAD, i, 0);
    ask(TB_INNER_RESOLVE, N_RELOADS + 1, TB_RESOLVE_NEXT);
    struct tb_inner message;
    while ((message = answer()).type != TB_INNER_RESOLVE)
        n_limit += message.type == TB_INNER_RELOAD && message.status == TB_RELOAD_LIMIT;
    (void)dprintf(STDERR_FILENO, "rogue: flood %s\n", n_limit > 0 ? "limited" : "unlimited");
}

static void remember(uint32_t token, struct tb_bytes key, struct tb_bytes command)
{
    const struct tb_inner message = {
        .type = TB_INNER_REMEMBER,
        .token = token,
        .status = TB_ANSWER_ALWAYS,
        .view = tb_bytes_of_string("main"),
        .webview = key,
        .origin = tb_bytes_of_string("local"),
        .command = command,
    };
    uint8_t packet[TB_INNER_MAX];
    size_t n = tb_inner_write(&message, packet);
    if (tb_fd_send(SUPERVISOR_FD, tb_bytes_of(packet, n), -1, 0) != (ssize_t)n)
        _exit(1);
}

/* The last table that the supervisor gives for what came up to that token. */
static size_t n_kept(uint32_t token)
{
    tb_cleanup(tb_answers_deinit) struct tb_answers answers = {0};
    uint8_t packet[TB_INNER_MAX];
    for (;;) {
        struct tb_inner message;
        tb_fd fd = -1;
        ssize_t n = tb_fd_receive(SUPERVISOR_FD, packet, sizeof packet, &fd, 0);
        if (n <= 0 || tb_inner_read(tb_bytes_of(packet, (size_t)n), &message) != TB_OK)
            _exit(1);
        if (message.type != TB_INNER_ANSWERS || message.token != token)
            continue;
        if (tb_answers_read(fd, &answers) != TB_OK)
            _exit(1);
        return answers.n;
    }
}

/* More answers than a person can give, and one that is no name of a command: what the supervisor
 * cannot keep at once is lost, and nothing but this app's file is touched. */
static void invent(void)
{
    static const char odd[] = "\xff\xfe../../x";
    uint8_t key[TB_ASK_KEY_SIZE] = {0};
    for (uint32_t i = 1; i <= N_ANSWERS; i++) {
        key[0] = (uint8_t)i;
        key[1] = (uint8_t)(i >> 8);
        remember(i, tb_bytes_of(key, sizeof key), tb_bytes_of_string("echo"));
    }
    size_t n = n_kept(N_ANSWERS);
    (void)dprintf(STDERR_FILENO, "rogue: answers %s\n", n < N_ANSWERS ? "limited" : "unlimited");
    remember(N_ANSWERS + 1, tb_bytes_of(key, sizeof key), tb_bytes_of_string(odd));
    (void)dprintf(STDERR_FILENO, "rogue: odd %s\n",
                  n_kept(N_ANSWERS + 1) == n ? "not kept" : "kept");
}

int main(void)
{
    say_started();
    ask(TB_INNER_RESOLVE, 1, TB_RESOLVE_NEXT);
    struct tb_inner message;
    while ((message = answer()).type != TB_INNER_RESOLVE)
        continue; /* LAYERS may come first */
    (void)dprintf(STDERR_FILENO, "rogue: resolve %d\n", message.status);
    (void)dprintf(STDERR_FILENO, "rogue: repeat %d\n", repeat());
    flood();
    invent();
    ask(TB_INNER_COMMIT, N_RELOADS + 1, 0);
    for (;;)
        (void)answer(); /* killed in here, or the test waits in vain */
}
