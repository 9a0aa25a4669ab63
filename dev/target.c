#include "dev/target.h"

#include <stdio.h>

/* What may stand in a path, or a part of a query, as it is; all else is encoded. */
static bool plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != 0 && strchr("-._~!$'()*,;:@/", c));
}

static bool put(struct tb_buffer *out, const char *text, const char *more)
{
    bool ok = true;
    for (; *text && ok; text++) {
        char encoded[4] = {*text, 0};
        if (!plain(*text) && !strchr(more, *text))
            (void)snprintf(encoded, sizeof encoded, "%%%02X", (unsigned char)*text);
        ok = tb_buffer_append(out, tb_bytes_of_string(encoded));
    }
    return ok;
}

bool dev_target_write(struct lws *wsi, const char *path, struct tb_buffer *out)
{
    char part[DEV_TARGET_MAX];
    bool ok = put(out, path, "&=+");
    for (int i = 0; ok; i++) {
        int n = lws_hdr_copy_fragment(wsi, part, sizeof part, WSI_TOKEN_HTTP_URI_ARGS, i);
        if (n == -1)
            break;
        ok = n >= 0 && tb_buffer_append(out, tb_bytes_of_string(i == 0 ? "?" : "&")) &&
             put(out, part, "=?+");
    }
    return ok && tb_buffer_append(out, tb_bytes_of("", 1));
}
