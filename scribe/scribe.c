#include "scribe/scribe.h"

#include "base/fd.h"
#include "proto/frame.h"
#include "scribe/line.h"
#include "scribe/place.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

static void free_scribe(struct tb_scribe **scribe)
{
    tb_scribe_free(*scribe);
}

/* What a crash left is not cut off: it stays, and this record says how much and what it was. */
static int record_torn(struct tb_scribe *scribe, const struct tb_tail *tail)
{
    char reason[TB_TORN_MAX];
    if (!tail->torn)
        return 0;
    tb_torn_text(tail->n_torn, tail->torn_hash, reason);
    const struct tb_record record = {
        .event = TB_EVENT_RECOVERY,
        .verdict = TB_ALLOW,
        .mono_ns = tb_clock_ns(),
        .reason = tb_bytes_of_string(reason),
    };
    int r = tb_scribe_add(scribe, &record);
    return r < 0 ? r : tb_log_flush(&scribe->log);
}

/* By a description of its own, closed at once: the one that stays can append and nothing else. */
static int read_tail(int fd, struct tb_tail *ret_tail)
{
    tb_fd readable = tb_fd_reopen(fd, O_RDONLY);
    return readable < 0 ? readable : tb_tail_read(readable, ret_tail);
}

static int open_log(struct tb_scribe *scribe, const char *path)
{
    struct tb_tail tail;
    int fd = tb_place_open(path);
    if (fd < 0)
        return fd;
    int r = read_tail(fd, &tail);
    if (r != TB_OK) {
        tb_fd_close(&fd);
        return r;
    }
    tb_log_init(&scribe->log, fd, &tail);
    return record_torn(scribe, &tail);
}

int tb_scribe_new(int link, const char *path, struct tb_bytes app, struct tb_scribe **ret_scribe)
{
    tb_fd owned_link = link;
    tb_cleanup(free_scribe) struct tb_scribe *scribe = calloc(1, sizeof *scribe);
    if (!scribe)
        return -ENOMEM;
    scribe->link = -1;
    scribe->log.fd = -1;
    if (app.n >= sizeof scribe->app || (app.n > 0 && memchr(app.data, 0, app.n)))
        return TB_MALFORMED;
    memcpy(scribe->app, app.data, app.n);
    int r = tb_unpacker_init(&scribe->unpacker, &tb_scan_peer);
    if (r < 0)
        return r;
    tb_calls_init(&scribe->calls);
    tb_wall_refresh(&scribe->wall);
    r = open_log(scribe, path);
    if (r != TB_OK)
        return r;
    scribe->link = owned_link;
    owned_link = -1;
    *ret_scribe = scribe;
    scribe = NULL;
    return 0;
}

void tb_scribe_free(struct tb_scribe *scribe)
{
    if (!scribe)
        return;
    tb_unpacker_deinit(&scribe->unpacker);
    tb_calls_deinit(&scribe->calls);
    tb_log_deinit(&scribe->log);
    tb_fd_close(&scribe->link);
    free(scribe);
}

/* The number of the call that a `done` ends; a call that will have one is kept until then. */
static uint64_t of_record(struct tb_scribe *scribe, const struct tb_record *record)
{
    if (record->event == TB_EVENT_DONE)
        return tb_calls_take(&scribe->calls, record->ref);
    if (record->event == TB_EVENT_CALL && record->verdict != TB_DENY && record->ref != 0)
        (void)tb_calls_add(&scribe->calls, record->ref, scribe->log.n + 1);
    return 0;
}

int tb_scribe_add(struct tb_scribe *scribe, const struct tb_record *record)
{
    char *line;
    int r = tb_log_room(&scribe->log, &line);
    if (r < 0)
        return r;
    if (scribe->log.n >= TB_NUMBER_MAX)
        return -EOVERFLOW;
    struct tb_stamp stamp = {
        .app = tb_bytes_of_string(scribe->app),
        .time = tb_wall_text(&scribe->wall, record->mono_ns),
        .n = scribe->log.n + 1,
        .of = of_record(scribe, record),
    };
    memcpy(stamp.prev, scribe->log.hash, sizeof stamp.prev);
    tb_log_add(&scribe->log, tb_line_write(record, &stamp, &scribe->unpacker, line));
    return 0;
}

/* These tell of the log itself. From the broker they would make a sound log look tampered with. */
static bool is_own_event(enum tb_event event)
{
    return event == TB_EVENT_SEAL || event == TB_EVENT_CHECKPOINT || event == TB_EVENT_RECOVERY;
}

static int take_frame(struct tb_scribe *scribe, const struct tb_frame *frame)
{
    struct tb_record record;
    int r = tb_record_read(frame->body, &record);
    if (r != TB_OK)
        return r;
    return is_own_event(record.event) ? TB_MALFORMED : tb_scribe_add(scribe, &record);
}

/* Adds every whole record that has come, and keeps the beginning of the next one. */
static int take_records(struct tb_scribe *scribe)
{
    size_t at = 0;
    int r = TB_OK;
    while (r == TB_OK) {
        struct tb_frame frame;
        size_t size;
        struct tb_bytes left = tb_bytes_of(scribe->in + at, scribe->n_in - at);
        r = tb_frame_parse(TB_SIDE_SCRIBE, left, &frame, &size);
        if (r == TB_OK)
            r = take_frame(scribe, &frame);
        if (r == TB_OK)
            at += size;
    }
    memmove(scribe->in, scribe->in + at, scribe->n_in - at);
    scribe->n_in -= at;
    return r == TB_AGAIN ? TB_OK : r;
}

static int write_batch(struct tb_scribe *scribe)
{
    tb_wall_refresh(&scribe->wall);
    int r = take_records(scribe);
    int written = tb_log_flush(&scribe->log);
    return written < 0 ? written : r;
}

/* TB_OK with the number of bytes that came, TB_AGAIN, TB_CLOSED or -errno. */
static int receive(struct tb_scribe *scribe, int flags, size_t *ret_n)
{
    size_t room = sizeof scribe->in - scribe->n_in;
    ssize_t n = tb_fd_receive(scribe->link, scribe->in + scribe->n_in, room, NULL, flags);
    if (n == -EAGAIN || n == -EINTR)
        return TB_AGAIN;
    if (n == 0 || n == -ECONNRESET)
        return TB_CLOSED;
    if (n < 0)
        return (int)n;
    scribe->n_in += (size_t)n;
    *ret_n = (size_t)n;
    return TB_OK;
}

static void rest(void)
{
    const struct timespec time = {.tv_nsec = TB_SCRIBE_REST_MS * (long)TB_MS_NS};
    (void)nanosleep(&time, NULL);
}

int tb_scribe_run(struct tb_scribe *scribe)
{
    /*
     * While there is traffic the scribe sleeps by the clock and not in recvmsg: there the broker's
     * send would have to wake it, which costs the broker more than the send itself. Only when a
     * whole rest has brought nothing does it wait for the broker again, so that an idle tree has no
     * wake-ups.
     */
    bool busy = false;
    bool rested = false;
    for (;;) {
        size_t n = 0;
        int r = receive(scribe, busy ? MSG_DONTWAIT : 0, &n);
        if (r == TB_CLOSED)
            return tb_log_sync(&scribe->log);
        if (r == TB_AGAIN && rested) {
            busy = false;
            continue;
        }
        if (r == TB_OK)
            r = write_batch(scribe);
        if (r != TB_OK && r != TB_AGAIN)
            return r;
        busy = true;
        rested = n < TB_SCRIBE_BUSY;
        if (rested)
            rest();
    }
}
