#include "host/webkitgtk/origin.h"

#include "base/compiler.h"
#include "proto/limits.h"

/* Lower case and digits are all that is left of a host in a URI's normal form; the brackets and
 * colons are those of IPv6 addresses and ports. */
static const char of_authority[] = "abcdefghijklmnopqrstuvwxyz0123456789-._[]:";

static const char *const schemes[] = {"https://", "http://", "tauri://"};

/* How much of the URI its scheme and "://" are; 0: none of ours. */
static size_t scheme_size(const char *uri)
{
    for (size_t i = 0; i < TB_ARRAY_LEN(schemes); i++)
        if (g_str_has_prefix(uri, schemes[i]))
            return strlen(schemes[i]);
    return 0;
}

char *tb_origin_of(const char *uri)
{
    size_t n_scheme = uri ? scheme_size(uri) : 0;
    if (n_scheme == 0)
        return NULL;
    size_t n_authority = strspn(uri + n_scheme, of_authority);
    char after = uri[n_scheme + n_authority];
    if (n_authority == 0 || uri[n_scheme] == ':' || n_scheme + n_authority > TB_ORIGIN_MAX ||
        (after != 0 && after != '/' && after != '?' && after != '#'))
        return NULL;
    return g_strndup(uri, n_scheme + n_authority);
}

bool tb_origin_whole(const char *text)
{
    g_autofree char *origin = tb_origin_of(text);
    return origin && strcmp(origin, text) == 0;
}
