#include "supervisor/answers.h"

#include "answers/store.h"
#include "base/clock.h"
#include "base/fd.h"
#include "supervisor/supervisor.h"

#include <errno.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <unistd.h>

/* A broker that was taken over, or another program of this user that touches the folder without
 * end, has the file read and written no more often than this. */
#define PACE_NS (50 * TB_MS_NS)

void answers_init(struct answers *answers)
{
    answers->folder_fd = -1;
    answers->watch_fd = -1;
    answers->due_ns = TB_NEVER;
}

static void schedule(struct answers *answers)
{
    uint64_t now_ns = tb_clock_ns();
    answers->due_ns = now_ns > answers->not_before_ns ? now_ns : answers->not_before_ns;
}

static void complain(struct answers *answers, const char *what, const char *why)
{
    if (!answers->complained)
        dprintf(STDERR_FILENO, "trollbridge: answers: %s %s: %s\n", answers->path, what, why);
    answers->complained = true;
}

/* Renamed files are what a change is; the rest is for those that somebody changes by hand. */
static void watch(struct answers *answers)
{
    static const uint32_t events = IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CLOSE_WRITE;
    char folder[PATH_MAX];
    memcpy(folder, answers->path, sizeof folder);
    *strrchr(folder, '/') = 0;
    answers->watch_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (answers->watch_fd < 0 ||
        inotify_add_watch(answers->watch_fd, folder, events | IN_ONLYDIR) < 0) {
        tb_fd_close(&answers->watch_fd);
        complain(answers, "is not watched", "what is revoked counts from the next start on");
    }
}

static bool open_folder(struct answers *answers, bool make)
{
    if (answers->folder_fd >= 0)
        return true;
    if (answers->path[0] == 0)
        return false;
    int fd = tb_store_open(answers->path, make);
    if (fd < 0)
        return false;
    answers->folder_fd = fd;
    watch(answers);
    return true;
}

void answers_begin(struct supervisor *supervisor)
{
    struct answers *answers = &supervisor->answers;
    tb_cleanup(tb_settings_deinit) struct tb_settings settings = {0};
    if (tb_settings_read(supervisor->policy.settings_fd, &settings) != TB_OK ||
        settings.answers.n >= sizeof answers->path)
        return;
    memcpy(answers->path, settings.answers.data, settings.answers.n);
    answers->path[settings.answers.n] = 0;
    answers_look(supervisor);
}

void answers_look(struct supervisor *supervisor)
{
    struct answers *answers = &supervisor->answers;
    if (answers->folder_fd < 0 && open_folder(answers, false))
        schedule(answers);
}

/* What comes is of fixed layout, and goes into a file of fixed layout: nothing of it is acted on.
 */
static bool copy(struct tb_bytes from, char *to, size_t cap, struct tb_bytes *ret_copy)
{
    if (from.n > cap)
        return false;
    memcpy(to, from.data, from.n);
    *ret_copy = tb_bytes_of(to, from.n);
    return true;
}

static struct change *new_change(struct answers *answers, const struct tb_inner *request)
{
    if (answers->n_waiting == ANSWERS_WAITING)
        return NULL;
    struct change *change = &answers->waiting[answers->n_waiting++];
    *change = (struct change){.days = request->index};
    memcpy(change->entry.key, request->webview.data, sizeof change->entry.key);
    schedule(answers);
    return change;
}

bool answers_remember(struct supervisor *supervisor, const struct tb_inner *request)
{
    struct answers *answers = &supervisor->answers;
    if (request->webview.n != TB_ASK_KEY_SIZE ||
        (request->status != TB_ANSWER_ALWAYS && request->status != TB_ANSWER_NEVER))
        return false;
    answers->token = request->token;
    struct change *change = new_change(answers, request);
    if (!change)
        return true; /* not even a broker that was taken over gets more than a person can say */
    change->entry.answered = (enum tb_answered)request->status;
    return copy(request->origin, change->origin, sizeof change->origin, &change->entry.origin) &&
           copy(request->command, change->command, sizeof change->command,
                &change->entry.command) &&
           copy(request->view, change->view, sizeof change->view, &change->entry.view);
}

bool answers_used(struct supervisor *supervisor, const struct tb_inner *request)
{
    if (request->webview.n != TB_ASK_KEY_SIZE)
        return false;
    struct change *change = new_change(&supervisor->answers, request);
    if (change)
        change->used = true;
    return true;
}

void answers_changed(struct supervisor *supervisor)
{
    union {
        struct inotify_event event;
        char bytes[16 * 1024];
    } events;
    while (read(supervisor->answers.watch_fd, &events, sizeof events) > 0) {
    }
    schedule(&supervisor->answers);
}

/* ---- the file ---- */

/* One that was revoked meanwhile does not come back by having been used. */
static int apply(struct change *change, uint64_t now_s, struct tb_answers *list)
{
    struct tb_remembered *known = tb_answers_find(list, change->entry.key);
    if (change->used) {
        if (known)
            known->used_s = now_s;
        return TB_OK;
    }
    change->entry.made_s = now_s;
    change->entry.used_s = now_s;
    change->entry.expires_s = tb_remembered_until(now_s, change->days);
    return tb_answers_put(list, &change->entry);
}

static int load(struct answers *answers, struct tb_answers *ret_list)
{
    int r = tb_store_load(answers->folder_fd, ret_list);
    if (r > 0)
        complain(answers, "is not a file of remembered answers",
                 "none counts and none is kept until you move it away");
    else if (r < 0)
        complain(answers, "cannot be read", strerror(-r));
    else
        answers->complained = false;
    return r;
}

/* Under the lock. */
static int change_file(struct answers *answers)
{
    tb_cleanup(tb_answers_deinit) struct tb_answers list = {0};
    uint64_t now_s = tb_clock_wall_s();
    int r = load(answers, &list);
    for (size_t i = 0; i < answers->n_waiting && r == TB_OK; i++)
        r = apply(&answers->waiting[i], now_s, &list);
    return r == TB_OK ? tb_store_save(answers->folder_fd, &list) : r;
}

/* False: somebody else is at it. */
static bool write_waiting(struct answers *answers)
{
    int r = open_folder(answers, true) ? tb_store_lock(answers->folder_fd, false) : -ENOENT;
    if (r == TB_AGAIN)
        return false;
    if (r == TB_OK) {
        r = change_file(answers);
        tb_store_unlock(answers->folder_fd);
    }
    if (r != TB_OK)
        complain(answers, "was not changed", r < 0 ? strerror(-r) : "it is not in the format");
    answers->n_waiting = 0;
    return true;
}

/* ---- the broker ---- */

static void tell(struct supervisor *supervisor, const struct tb_answers *list)
{
    struct answers *answers = &supervisor->answers;
    tb_cleanup(tb_bytes_free) uint8_t *data = NULL;
    uint8_t digest[sizeof answers->told];
    size_t n;
    if (tb_answers_write(list, &data, &n) < 0)
        return;
    crypto_generichash(digest, sizeof digest, data, n, NULL, 0);
    bool same = memcmp(digest, answers->told, sizeof digest) == 0;
    if (same && answers->told_token == answers->token)
        return;
    tb_fd memory = tb_fd_sealed("trollbridge-answers", tb_bytes_of(data, n));
    const struct tb_inner message = {.type = TB_INNER_ANSWERS, .token = answers->token};
    memcpy(answers->told, digest, sizeof digest);
    answers->told_token = answers->token;
    supervisor_tell(supervisor, &message, memory);
}

void answers_due(struct supervisor *supervisor)
{
    struct answers *answers = &supervisor->answers;
    tb_cleanup(tb_answers_deinit) struct tb_answers list = {0};
    uint64_t now_ns = tb_clock_ns();
    if (now_ns < answers->due_ns)
        return;
    answers->due_ns = TB_NEVER;
    answers->not_before_ns = now_ns + PACE_NS;
    if (answers->n_waiting > 0 && !write_waiting(answers)) {
        schedule(answers);
        return;
    }
    /* What cannot be read is as if it were empty: everything is asked. */
    if (answers->folder_fd >= 0)
        (void)load(answers, &list);
    tell(supervisor, &list);
}

/* A descriptor may be with it, for which it is too late. */
static bool receive(const struct supervisor *supervisor, uint8_t packet[static TB_INNER_MAX],
                    struct tb_inner *ret_request)
{
    tb_fd unwanted = -1;
    ssize_t n = tb_fd_receive(supervisor->broker_fd, packet, TB_INNER_MAX, &unwanted, MSG_DONTWAIT);
    return n > 0 && tb_inner_read(tb_bytes_of(packet, (size_t)n), ret_request) == TB_OK;
}

/* The last thing that a broker does may be to pass an answer on. Whoever holds the lock is not
 * waited for much longer than writing the file takes. */
void answers_finish(struct supervisor *supervisor)
{
    enum { TRIES = 50, TRY_MS = 10 };
    struct answers *answers = &supervisor->answers;
    uint8_t packet[TB_INNER_MAX];
    struct tb_inner request;
    while (receive(supervisor, packet, &request))
        if (request.type == TB_INNER_REMEMBER)
            (void)answers_remember(supervisor, &request);
    for (int i = 0; i < TRIES && answers->n_waiting > 0 && !write_waiting(answers); i++)
        (void)poll(NULL, 0, TRY_MS);
}
