#include "dev/source.h"

#include "base/fd.h"
#include "base/result.h"
#include "frontend/html.h"
#include "frontend/mime.h"

#include <stdio.h>
#include <strings.h>

void dev_source_init(struct dev_source *source)
{
    *source = (struct dev_source){.status = 200, .fd = -1};
    tb_buffer_init(&source->text, DEV_SOURCE_MAX);
}

void dev_source_deinit(struct dev_source *source)
{
    tb_buffer_deinit(&source->text);
    tb_fd_close(&source->fd);
}

bool dev_source_is_document(const struct dev_source *source)
{
    static const char html[] = "text/html";
    return strncasecmp(source->type, html, strlen(html)) == 0;
}

static int read_text(struct dev_source *source, int fd)
{
    tb_cleanup(tb_bytes_free) uint8_t *data = NULL;
    size_t n = 0;
    int r = tb_fd_read_all(fd, TB_HTML_MAX, &data, &n);
    if (r == TB_OK && !tb_buffer_append(&source->text, tb_bytes_of(data, n)))
        r = TB_TOO_LARGE;
    return r;
}

int dev_source_read(struct dev_source *source, const struct dev_frontend *frontend,
                    const char *path)
{
    struct tb_frontend_path tries[TB_FRONTEND_TRIES];
    tb_cleanup(tb_found_deinit) struct tb_found found = {.fd = -1};
    int r = dev_frontend_find(frontend, path, tries, &found);
    if (r != TB_OK)
        return r;
    (void)snprintf(source->type, sizeof source->type, "%s", tb_mime_of(found.path));
    if (tb_mime_is_html(found.path))
        return read_text(source, found.fd);
    source->size = (uint64_t)found.size;
    source->fd = found.fd;
    found.fd = -1;
    return TB_OK;
}
