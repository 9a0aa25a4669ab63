#include "dev/inotify.h"

#include "base/result.h"

#include <errno.h>
#include <unistd.h>

enum { READ_MAX = 16 * 1024, READS_MAX = 64 };

/* TB_OK, TB_AGAIN when there is nothing more, or -errno. */
static int read_some(int fd, void (*tell)(void *data, const struct inotify_event *event),
                     void *data)
{
    _Alignas(struct inotify_event) char room[READ_MAX];
    ssize_t n = read(fd, room, sizeof room);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? TB_AGAIN : -errno;
    const struct inotify_event *event;
    for (size_t at = 0; at + sizeof *event <= (size_t)n; at += sizeof *event + event->len) {
        event = (const void *)(room + at);
        tell(data, event);
    }
    return TB_OK;
}

int dev_inotify_read(int fd, void (*tell)(void *data, const struct inotify_event *event),
                     void *data)
{
    int r = TB_OK;
    for (int i = 0; i < READS_MAX && r == TB_OK; i++)
        r = read_some(fd, tell, data);
    return r < 0 ? r : 0;
}
