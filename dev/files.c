#include "dev/files.h"

#include "base/fd.h"
#include "base/result.h"
#include "dev/dev.h"
#include "frontend/find.h"
#include "frontend/html.h"
#include "frontend/mime.h"

/* The header's value is a string to the library. */
static const char *text_of(struct tb_buffer *buffer)
{
    return tb_buffer_append(buffer, tb_bytes_of("", 1)) ? (const char *)tb_buffer_bytes(buffer).data
                                                        : NULL;
}

static int refuse(struct dev_connection *connection, int result)
{
    const char *why =
        result == TB_MALFORMED
            ? "`csp` in [app] of trollbridge.toml is no policy: see trollbridge policy check."
        : result == TB_TOO_LARGE
            ? "This document has more than 4 MiB, 4096 scripts and styles, or 256 inline ones."
            : "Out of memory.";
    return dev_connection_refuse(connection, 500, why);
}

static int answer_document(struct dev_connection *connection, const struct tb_found *found,
                           const struct dev_script *script)
{
    tb_cleanup(tb_bytes_free) uint8_t *data = NULL;
    tb_cleanup(tb_buffer_deinit) struct tb_buffer csp;
    size_t n = 0;
    tb_buffer_init(&csp, TB_CSP_MAX + 1);
    int r = tb_fd_read_all(found->fd, TB_HTML_MAX, &data, &n);
    if (r == TB_OK)
        r = dev_document_write(tb_bytes_of(data, n), connection->dev->csp, script,
                               &connection->body, &csp);
    if (r != TB_OK)
        return refuse(connection, r);
    const struct dev_answer answer = {
        .status = 200,
        .type = tb_mime_of(found->path),
        .csp = text_of(&csp),
        .size = tb_buffer_n(&connection->body),
    };
    return dev_connection_answer(connection, &answer);
}

static int answer_file(struct dev_connection *connection, struct tb_found *found)
{
    tb_cleanup(tb_buffer_deinit) struct tb_buffer csp;
    tb_buffer_init(&csp, TB_CSP_MAX + 1);
    int r = dev_document_write_policy(connection->dev->csp, &csp);
    if (r != TB_OK)
        return refuse(connection, r);
    connection->fd = found->fd;
    connection->left = (uint64_t)found->size;
    found->fd = -1;
    const struct dev_answer answer = {
        .status = 200,
        .type = tb_mime_of(found->path),
        .csp = text_of(&csp),
        .size = connection->left,
    };
    return dev_connection_answer(connection, &answer);
}

/* The name of what is found lies in the tries. */
struct search {
    struct tb_frontend_path tries[TB_FRONTEND_TRIES];
    struct tb_found found;
};

static int search(const struct dev *dev, const char *path, struct search *search)
{
    struct tb_frontend_path read;
    search->found = (struct tb_found){.fd = -1};
    if (dev->frontend < 0 || !tb_frontend_path_take(tb_bytes_of_string(path), &read))
        return TB_UNKNOWN;
    size_t n = tb_frontend_tries(&read, search->tries);
    return tb_frontend_find(dev->frontend, search->tries, n, &search->found);
}

static void search_deinit(struct search *search)
{
    tb_found_deinit(&search->found);
}

bool dev_files_is_document(const struct dev *dev, const char *path)
{
    tb_cleanup(search_deinit) struct search all;
    return search(dev, path, &all) == TB_OK && tb_mime_is_html(all.found.path);
}

int dev_files_answer(struct dev_connection *connection, const char *path,
                     const struct dev_script *script)
{
    tb_cleanup(search_deinit) struct search all;
    int r = search(connection->dev, path, &all);
    if (r == TB_DENIED)
        return dev_connection_refuse(connection, 403, "This is a link, or no regular file.");
    if (r != TB_OK)
        return dev_connection_refuse(connection, 404,
                                     "The frontend has no such file: is it built?");
    return tb_mime_is_html(all.found.path) ? answer_document(connection, &all.found, script)
                                           : answer_file(connection, &all.found);
}
