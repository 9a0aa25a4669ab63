#include "plugins/fs/notify.h"

#include "sandbox/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { ROOM = 16 * 1024 };

int fs_notify_open(void)
{
    int group = fanotify_init(TB_WATCH_GROUP, 0);
    return group < 0 ? -errno : group;
}

static void key_of(struct fs_notify_key *key, const void *fsid, const struct file_handle *handle)
{
    uint32_t type = (uint32_t)handle->handle_type;
    key->n = 0;
    if (handle->handle_bytes > FS_NOTIFY_KEY_MAX - 12)
        return;
    memcpy(key->bytes, fsid, 8);
    memcpy(key->bytes + 8, &type, 4);
    memcpy(key->bytes + 12, handle->f_handle, handle->handle_bytes);
    key->n = (uint8_t)(12 + handle->handle_bytes);
}

/* File systems that cannot make handles to open with may still have them as identities. */
static int handle_of(int fd, struct file_handle *handle)
{
    int mount;
    if (name_to_handle_at(fd, "", handle, &mount, AT_EMPTY_PATH | (int)TB_WATCH_IDENTITY) == 0 ||
        (errno == EINVAL && name_to_handle_at(fd, "", handle, &mount, AT_EMPTY_PATH) == 0))
        return 0;
    return -errno;
}

int fs_notify_mark(int group, int fd, uint64_t mask, struct fs_notify_key *ret_key)
{
    union {
        struct file_handle handle;
        uint8_t room[sizeof(struct file_handle) + 128];
    } made = {.handle.handle_bytes = 128};
    struct statfs status;
    int r = handle_of(fd, &made.handle);
    if (r < 0)
        return r;
    if (fstatfs(fd, &status) < 0 || fanotify_mark(group, FAN_MARK_ADD, mask, fd, NULL) < 0)
        return -errno;
    key_of(ret_key, &status.f_fsid, &made.handle);
    return 0;
}

/* One of the records behind an event's head. */
static void read_record(const struct fanotify_event_info_header *head,
                        struct fs_notify_event *event)
{
    const struct fanotify_event_info_fid *record = (const void *)head;
    const struct file_handle *handle = (const void *)record->handle;
    switch (head->info_type) {
    case FAN_EVENT_INFO_TYPE_DFID_NAME:
        key_of(&event->folder, &record->fsid, handle);
        event->untrusted_name = (const char *)handle->f_handle + handle->handle_bytes;
        break;
    case FAN_EVENT_INFO_TYPE_FID:
        key_of(&event->subject, &record->fsid, handle);
        break;
    default:
        break;
    }
}

static void read_event(const struct fanotify_event_metadata *head,
                       void (*tell)(void *data, const struct fs_notify_event *event), void *data)
{
    struct fs_notify_event event = {.mask = head->mask, .untrusted_name = "."};
    const char *end = (const char *)head + head->event_len;
    const struct fanotify_event_info_header *record;
    if (head->mask & FAN_Q_OVERFLOW) {
        tell(data, NULL);
        return;
    }
    for (const char *at = (const char *)(head + 1); at < end; at += record->len) {
        record = (const void *)at;
        read_record(record, &event);
    }
    tell(data, &event);
}

int fs_notify_read(int group, void (*tell)(void *data, const struct fs_notify_event *event),
                   void *data)
{
    _Alignas(struct fanotify_event_metadata) char room[ROOM];
    ssize_t n = read(group, room, sizeof room);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    const struct fanotify_event_metadata *head;
    for (size_t at = 0; at + sizeof *head <= (size_t)n; at += head->event_len) {
        head = (const void *)(room + at);
        read_event(head, tell, data);
    }
    return 0;
}
