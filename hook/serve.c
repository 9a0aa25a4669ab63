#include "hook/serve.h"

#include "base/escape.h"
#include "base/fd.h"
#include "base/result.h"
#include "hook/budget.h"

#include <stdlib.h>
#include <unistd.h>

enum {
    READ_SIZE = 65536,
    IN_MOST = 2 * (TB_HEADER_SIZE + TB_FRAME_MAX),
    /* Of CPU time, for the text itself. The broker's clock for the first question, a second more
     * than a message may take, runs meanwhile. */
    LOAD_MS = 500,
    CHECK_MEMORY_MIB = 256,
};

struct server {
    struct hook_engine *engine;
    struct tb_unpacker unpacker;
    struct tb_buffer in;
    struct tb_buffer out;
    int link_fd;
    uint32_t time_ms; /* 0: INIT has not come */
};

static void server_deinit(struct server *server)
{
    tb_unpacker_deinit(&server->unpacker);
    tb_buffer_deinit(&server->in);
    tb_buffer_deinit(&server->out);
}

static int on_init(struct server *server, struct tb_bytes body)
{
    struct tb_hook_init init;
    int r = tb_hook_init_read(&server->unpacker, body, &init);
    if (r != TB_OK || server->time_ms > 0)
        return r != TB_OK ? r : TB_MALFORMED;
    server->time_ms = init.time_ms;
    hook_budget_set(server->link_fd, init.memory_mib);
    hook_budget_begin(LOAD_MS, HOOK_NO_ANSWER, 0);
    hook_engine_load(server->engine, &init);
    hook_budget_end();
    return TB_OK;
}

static int send_all(struct server *server)
{
    while (tb_buffer_n(&server->out) > 0) {
        ssize_t n = tb_fd_send(server->link_fd, tb_buffer_bytes(&server->out), -1, 0);
        if (n < 0)
            return (int)n;
        tb_buffer_consume(&server->out, (size_t)n);
    }
    return TB_OK;
}

static int on_ask(struct server *server, struct tb_bytes body)
{
    struct tb_hook_ask ask;
    int r = tb_hook_ask_read(&server->unpacker, body, &ask);
    if (r != TB_OK || server->time_ms == 0)
        return r != TB_OK ? r : TB_MALFORMED;
    hook_budget_begin(server->time_ms, ask.what != TB_HOOK_FORGET, ask.id);
    r = hook_engine_answer(server->engine, &ask, &server->out);
    hook_budget_end();
    return r == TB_OK ? send_all(server) : r;
}

static int receive(struct server *server)
{
    uint8_t *room = tb_buffer_reserve(&server->in, READ_SIZE);
    if (!room)
        return TB_FULL;
    ssize_t n = tb_fd_receive(server->link_fd, room, READ_SIZE, NULL, 0);
    if (n <= 0)
        return n == 0 ? TB_CLOSED : (int)n;
    tb_buffer_commit(&server->in, (size_t)n);
    return TB_OK;
}

static int step(struct server *server)
{
    struct tb_frame frame;
    size_t size;
    int r = tb_frame_parse(TB_SIDE_HOOK, tb_buffer_bytes(&server->in), &frame, &size);
    if (r == TB_AGAIN)
        return receive(server);
    if (r == TB_OK)
        r = frame.kind == TB_HOOK_INIT ? on_init(server, frame.body) : on_ask(server, frame.body);
    if (r == TB_OK)
        tb_buffer_consume(&server->in, size);
    return r;
}

int hook_serve(struct hook_engine *engine, int link_fd)
{
    tb_cleanup(server_deinit) struct server server = {.engine = engine, .link_fd = link_fd};
    tb_buffer_init(&server.in, IN_MOST);
    tb_buffer_init(&server.out, IN_MOST);
    int r = tb_unpacker_init(&server.unpacker, &tb_scan_hook);
    while (r == TB_OK)
        r = step(&server);
    return r == TB_CLOSED ? EXIT_SUCCESS : HOOK_EXIT_BROKEN;
}

/* Nobody escapes what is said here: it may go to a terminal. */
static int refuse(const char *text)
{
    char line[sizeof HOOK_CHECK_HEAD + 2048] = HOOK_CHECK_HEAD;
    size_t n = sizeof HOOK_CHECK_HEAD - 1;
    n += tb_escape(tb_bytes_of_string(text), line + n, sizeof line - n - 1).n;
    line[n++] = '\n';
    (void)!write(STDERR_FILENO, line, n);
    return HOOK_EXIT_FILES;
}

int hook_check(struct hook_engine *engine, int text_fd, const char *file)
{
    tb_cleanup(tb_bytes_free) uint8_t *text = NULL;
    size_t n;
    if (tb_fd_read_all(text_fd, TB_HOOK_TEXT_MAX, &text, &n) != TB_OK)
        return HOOK_EXIT_BROKEN;
    const struct tb_hook_init init = {
        .view = tb_bytes_of_string("main"),
        .file = tb_bytes_of_string(file),
        .time_ms = TB_HOOK_TIME_MS_MAX,
        .memory_mib = CHECK_MEMORY_MIB,
        .text = tb_bytes_of(text, n),
    };
    if (!tb_utf8_valid(init.text))
        return refuse("the text of the hook is not UTF-8");
    hook_budget_set(-1, init.memory_mib);
    hook_budget_begin(LOAD_MS, HOOK_NO_ANSWER, 0);
    hook_engine_load(engine, &init);
    hook_budget_end();
    return *engine->wrong ? refuse(engine->wrong) : EXIT_SUCCESS;
}
