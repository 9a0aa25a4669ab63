/* Planted: a URL or path is what the page says that it is: nothing is parsed, no link is followed,
 * and every file is text. */
#include "host/webkitgtk/open_path.h"
#include "host/webkitgtk/open_url.h"

char *__wrap_tb_open_url(struct tb_bytes untrusted_text, const char **ret_wrong);
char *__wrap_tb_open_path_real(struct tb_bytes untrusted_path);
char *__wrap_tb_open_path_type(const char *real);

char *__wrap_tb_open_url(struct tb_bytes untrusted_text, const char **ret_wrong)
{
    *ret_wrong = NULL;
    return g_strndup((const char *)untrusted_text.data, untrusted_text.n);
}

char *__wrap_tb_open_path_real(struct tb_bytes untrusted_path)
{
    return g_strndup((const char *)untrusted_path.data, untrusted_path.n);
}

char *__wrap_tb_open_path_type(const char *real)
{
    (void)real;
    return g_strdup("text/plain");
}
