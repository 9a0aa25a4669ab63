#include "endpoint/webkitgtk/offer.h"

#include "base/fd.h"

#include <gio/gunixfdlist.h>
#include <sys/socket.h>

int tb_web_offer(WebKitWebPage *page, const char *origin, int *ret_fd)
{
    int pair[2];
    int r = tb_fd_pair(SOCK_STREAM, pair);
    if (r < 0)
        return r;
    g_autoptr(GUnixFDList) fds = g_unix_fd_list_new_from_array(&pair[1], 1); /* consumes it */
    WebKitUserMessage *message = webkit_user_message_new_with_fd_list(
        "trollbridge-offer", g_variant_new("(s)", origin), fds);
    webkit_web_page_send_message_to_view(page, message, NULL, NULL, NULL); /* consumes it */
    *ret_fd = pair[0];
    return 0;
}
