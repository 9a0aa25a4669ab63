/*
 * In place of endpoint/webkitgtk/offer.c: a web process that offers what no honest one does, and an
 * honest link behind it. Where the document's address ends in `?flood` there are more than a host
 * takes.
 */
#include "endpoint/webkitgtk/offer.h"

#include "base/fd.h"

#include <gio/gunixfdlist.h>
#include <sys/socket.h>
#include <unistd.h>

#define NAME "trollbridge-offer"

enum { FLOOD = 40 };

/* Consumes the descriptors. */
static void send_message(WebKitWebPage *page, const char *name, GVariant *parameters,
                         const int *fds, int n)
{
    g_autoptr(GUnixFDList) list = n < 0 ? NULL : g_unix_fd_list_new_from_array(fds, n);
    webkit_web_page_send_message_to_view(
        page, webkit_user_message_new_with_fd_list(name, parameters, list), NULL, NULL, NULL);
}

static void send_one(WebKitWebPage *page, GVariant *parameters, int fd)
{
    send_message(page, NAME, parameters, &fd, 1);
}

static int end_of(int type)
{
    int pair[2] = {-1, -1};
    if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair) == 0)
        close(pair[1]);
    return pair[0];
}

static void send_bad(WebKitWebPage *page, const char *origin)
{
    int two[] = {end_of(SOCK_STREAM), end_of(SOCK_STREAM)};
    int pipes[2] = {-1, -1};
    send_message(page, NAME, g_variant_new("(s)", origin), NULL, -1);
    send_message(page, NAME, g_variant_new("(s)", origin), NULL, 0);
    send_message(page, NAME, g_variant_new("(s)", origin), two, 2);
    send_one(page, NULL, end_of(SOCK_STREAM));
    send_one(page, g_variant_new("(ss)", origin, "main"), end_of(SOCK_STREAM));
    send_one(page, g_variant_new("(u)", 1u), end_of(SOCK_STREAM));
    send_one(page, g_variant_new("(s)", "https://other.example"), end_of(SOCK_STREAM));
    send_one(page, g_variant_new("(s)", "local"), end_of(SOCK_STREAM));
    send_one(page, g_variant_new("(s)", origin), end_of(SOCK_DGRAM));
    if (pipe(pipes) == 0) {
        send_one(page, g_variant_new("(s)", origin), pipes[0]);
        close(pipes[1]);
    }
    send_one(page, g_variant_new("(s)", origin), socket(AF_INET, SOCK_STREAM, 0));
    send_message(page, "trollbridge-open", g_variant_new("(ss)", "main", "local"), NULL, -1);
}

int tb_web_offer(WebKitWebPage *page, const char *origin, int *ret_fd)
{
    int pair[2];
    int n_bad = g_str_has_suffix(webkit_web_page_get_uri(page), "?flood") ? FLOOD : 1;
    for (int i = 0; i < n_bad; i++)
        send_bad(page, origin);
    int r = tb_fd_pair(SOCK_STREAM, pair);
    if (r < 0)
        return r;
    send_one(page, g_variant_new("(s)", origin), pair[1]);
    *ret_fd = pair[0];
    return 0;
}
