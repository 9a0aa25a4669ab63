/* The URI of a request: whatever it is, what is opened lies below the frontend by its names alone.
 */
#include "frontend/mime.h"
#include "frontend/path.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check(const char *text)
{
    struct tb_bytes path = tb_bytes_of_string(text);
    tb_assert(path.n > 0 && path.n <= TB_FRONTEND_PATH_MAX && tb_utf8_valid(path));
    tb_assert(path.data[0] != '/' && path.data[path.n - 1] != '/');
    while (path.n > 0) {
        struct tb_bytes name = tb_bytes_cut(&path, '/');
        tb_assert(name.n > 0 && !tb_bytes_are(name, ".") && !tb_bytes_are(name, ".."));
    }
    tb_assert(tb_mime_of(text) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct tb_frontend_path path;
    struct tb_frontend_path tries[TB_FRONTEND_TRIES];
    char *uri = strndup((const char *)data, n);
    if (uri && tb_frontend_path_read(uri, &path)) {
        size_t n_tries = tb_frontend_tries(&path, tries);
        tb_assert(n_tries > 0 && n_tries <= TB_FRONTEND_TRIES);
        for (size_t i = 0; i < n_tries; i++)
            check(tries[i].text);
    }
    free(uri);
    if (tb_frontend_path_take(tb_bytes_of(data, n), &path)) {
        size_t n_tries = tb_frontend_tries(&path, tries);
        for (size_t i = 0; i < n_tries; i++)
            check(tries[i].text);
    }
    return 0;
}
