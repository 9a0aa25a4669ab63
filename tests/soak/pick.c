#include "tests/soak/pick.h"

#include "base/fd.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

void pick_begin(const struct view *view, const char *how, const char *path)
{
    uint32_t id = 0;
    tb_fd fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (strchr(how, 'd'))
        (void)unlink(path);
    const struct trollbridge_pick pick = {
        .view = view->label,
        .document = view->document + (strchr(how, 'o') != NULL),
        .path = path,
        .fd = fd,
        .folder = strchr(how, 'f') != NULL,
        .recursive = strchr(how, 'r') != NULL,
        .writable = strchr(how, 'w') != NULL,
    };
    enum trollbridge_result result = trollbridge_pick(view->bridge, &pick, &id);
    view_say(json_pack("{s:i, s:i}", "picking", (int)id, "result", (int)result));
}

void pick_done(void *data, uint32_t id, const char *code, const char *message)
{
    (void)data;
    view_say(json_pack("{s:i, s:s, s:s}", "picked", (int)id, "code", code ? code : "", "message",
                       message ? message : ""));
}
