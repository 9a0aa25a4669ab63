/*
 * What the supervisor hands on to the host as bytes: the one text of the lifeline, made by the
 * program that reads an app's files. Every string that comes out ends, and no window is without its
 * own.
 */
#include "base/fd.h"
#include "base/wire.h"
#include "host/facts.h"
#include "proto/label.h"
#include "proto/limits.h"

#include <sys/socket.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_window(const struct trollbridge_window *window, size_t n)
{
    tb_assert(tb_label_valid(tb_bytes_of_string(window->label)));
    tb_assert(strlen(window->title) + strlen(window->url) < n);
    tb_assert(window->width <= INT32_MAX && window->height <= INT32_MAX);
}

/* Each ends where it is said to end. */
static void check_list(const char *const *list, size_t n)
{
    size_t total = 0;
    for (; list && *list; list++)
        total += strlen(*list) + 1;
    tb_assert(total <= n);
}

static void check(const struct trollbridge_app *app, size_t n)
{
    const char *const texts[] = {app->id,  app->name,    app->folder, app->frontend,
                                 app->csp, app->dev_url, app->version};
    size_t total = 0;
    for (size_t i = 0; i < TB_ARRAY_LEN(texts); i++)
        total += strlen(texts[i]);
    tb_assert(total < n && app->n_windows <= TB_WINDOWS_MAX);
    check_list(app->open.schemes, n);
    check_list(app->open.urls, n);
    check_list(app->open.with, n);
    for (size_t i = 0; i < app->n_windows; i++)
        check_window(&app->windows[i], n);
}

/* More than there may be is only claimed: the reader has to refuse it by the claim. */
static void write_facts(int fd, struct tb_bytes text)
{
    uint8_t length[4];
    tb_store_u32(length, (uint32_t)text.n);
    tb_assert(tb_fd_send(fd, tb_bytes_of(length, sizeof length), -1, 0) == sizeof length);
    if (text.n > 0 && text.n <= TB_FACTS_MAX)
        tb_assert(tb_fd_send(fd, text, -1, 0) == (ssize_t)text.n);
    tb_assert(shutdown(fd, SHUT_WR) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    int pair[2];
    struct host_facts *facts = NULL;
    tb_assert(tb_fd_pair(SOCK_STREAM, pair) == 0);
    tb_fd ours = pair[0];
    tb_fd theirs = pair[1];
    write_facts(theirs, tb_bytes_of(data, n));
    if (host_facts_read(ours, &facts) == TROLLBRIDGE_OK)
        check(host_facts_app(facts), n);
    else
        tb_assert(!facts);
    host_facts_free(facts);
    return 0;
}
