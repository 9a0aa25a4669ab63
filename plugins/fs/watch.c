/*
 * Telling a page of changes. A watch is a call that goes on: its value is the watch's id, each
 * change is a message of the page's channel, closing the id ends it. What the page has no room for
 * is kept as changes, of which there is no more than one for each path.
 */
#include "base/fd.h"
#include "plugins/fs/changes.h"
#include "plugins/fs/commands.h"
#include "plugins/fs/watched.h"

#include <errno.h>
#include <stdlib.h>

enum { PATHS_MAX = FS_WATCHED_TOPS_MAX };

struct watch {
    struct fs_state *state;
    struct tb_stream *stream;
    struct tb_channel channel;
    struct tb_watch *readable;
    struct tb_timer *timer;
    uint64_t id;
    uint32_t scope;
    bool below;
    bool collects; /* for delay_ms, before it tells */
    uint64_t delay_ms;
    bool set; /* the timer */
    bool looked;
    struct fs_path *paths;
    size_t n_paths;
    struct fs_watched_list watched;
    struct fs_changes changes;
};

static void free_watch(struct watch *watch)
{
    tb_watch_free(watch->readable);
    tb_timer_free(watch->timer);
    tb_stream_free(watch->stream);
    fs_watched_deinit(&watch->watched);
    fs_changes_clear(&watch->changes);
    free(watch->paths);
    free(watch);
}

/* The id was closed. */
void fs_end_watch(void *object)
{
    struct watch *watch = object;
    tb_stream_end_nil(watch->stream);
    free_watch(watch);
}

static void cancel(struct tb_stream *stream)
{
    struct watch *watch = tb_stream_data(stream);
    if (tb_ids_remove(watch->state->watches, watch->id))
        free_watch(watch);
}

/* ---- telling ---- */

static bool is_there(void *data, const char *path)
{
    static const struct fs_how how = {.intent = FS_SELF};
    const struct watch *watch = data;
    struct fs_path read;
    struct fs_failure failure;
    struct stat status;
    tb_fd fd = -1;
    const struct fs_target target = {watch->state->space, watch->scope, &read};
    return !fs_path_read(tb_bytes_of_string(path), (struct tb_bytes){0}, &read) &&
           fs_open(&target, &how, &failure, &status, &fd);
}

static enum tb_sent tell_one(struct watch *watch, const struct fs_telling *telling)
{
    const char *paths[PATHS_MAX];
    for (size_t i = 0; i < watch->n_paths; i++)
        paths[i] = watch->paths[i].text;
    fs_telling_pack(telling, paths, watch->n_paths,
                    tb_stream_message(watch->stream, &watch->channel));
    return tb_stream_send(watch->stream);
}

/* Until the page has no room; then `room` is called when it has. */
static void tell(struct watch *watch)
{
    struct fs_telling telling;
    while (fs_changes_next(&watch->changes, is_there, watch, &telling)) {
        if (tell_one(watch, &telling) == TB_NO_ROOM)
            return;
        fs_changes_told(&watch->changes, &telling);
    }
}

static void room(struct tb_stream *stream)
{
    struct watch *watch = tb_stream_data(stream);
    if (!watch->set)
        tell(watch);
}

static void due(void *data)
{
    struct watch *watch = data;
    watch->set = false;
    fs_changes_condense(&watch->changes);
    tell(watch);
}

/* ---- hearing ---- */

static uint32_t bits_of(uint64_t mask)
{
    static const struct {
        uint64_t mask;
        uint32_t bit;
    } pairs[] = {
        {FAN_CREATE, FS_CHANGE_CREATED},      {FAN_MOVED_TO, FS_CHANGE_CAME},
        {FAN_MODIFY, FS_CHANGE_WRITTEN},      {FAN_ATTRIB, FS_CHANGE_META},
        {FAN_CLOSE_WRITE, FS_CHANGE_CLOSED},  {FAN_MOVED_FROM, FS_CHANGE_LEFT},
        {FAN_MOVE_SELF, FS_CHANGE_LEFT},      {FAN_DELETE, FS_CHANGE_REMOVED},
        {FAN_DELETE_SELF, FS_CHANGE_REMOVED}, {FAN_ONDIR, FS_CHANGE_FOLDER},
    };
    uint32_t bits = 0;
    for (size_t i = 0; i < TB_ARRAY_LEN(pairs); i++)
        if (mask & pairs[i].mask)
            bits |= pairs[i].bit;
    return bits;
}

static void found_in_new(void *data, const struct fs_path *path, bool folder)
{
    struct watch *watch = data;
    fs_changes_add(&watch->changes, path,
                   FS_CHANGE_CREATED | (folder ? (uint32_t)FS_CHANGE_FOLDER : 0));
}

/* A folder below one that is watched with all that is in it. */
static void follow(struct watch *watch, const struct fs_path *path, uint32_t bits)
{
    struct fs_failure failure;
    const struct fs_target target = {watch->state->space, watch->scope, path};
    bool is_new = bits & FS_CHANGE_CREATED;
    if (bits & (FS_CHANGE_LEFT | FS_CHANGE_REMOVED))
        fs_watched_leave(&watch->watched, path->text);
    if (!(bits & (FS_CHANGE_CREATED | FS_CHANGE_CAME)))
        return;
    /* What is gone again, or out of the scope, is none of ours. */
    if (!fs_watched_go_on(&watch->watched, &target, is_new ? found_in_new : NULL, watch,
                          &failure) &&
        failure.code != TB_CODE_NOT_FOUND && failure.code != TB_CODE_SCOPE)
        watch->changes.lost = true;
}

static void hear_of(struct watch *watch, const struct fs_watched *item, const char *name,
                    uint32_t bits)
{
    const struct fs_target target = {watch->state->space, watch->scope, NULL};
    bool below = item->below && bits & FS_CHANGE_FOLDER;
    struct fs_path path;
    bool itself = strcmp(name, ".") == 0;
    if ((item->only && strcmp(item->only, name) != 0) || (item->away && !itself) ||
        fs_path_read(tb_bytes_of_string(item->path), (struct tb_bytes){0}, &path) ||
        (!itself && !fs_path_enter(&path, name)) ||
        !fs_scope_find(target.space, target.scope, &path))
        return;
    if (bits & ~(uint32_t)FS_CHANGE_FOLDER)
        fs_changes_add(&watch->changes, &path, bits);
    if (below && !itself)
        follow(watch, &path, bits);
}

/* By the folder it is in, or else as the file that was marked itself. The list may change while it
 * is gone through: what comes is behind what is there. */
static void hear(void *data, const struct fs_notify_event *event)
{
    struct watch *watch = data;
    if (!event) {
        watch->changes.lost = true;
        return;
    }
    if (!watch->looked)
        fs_watched_look(&watch->watched, watch->state->space, watch->scope);
    watch->looked = true;
    uint32_t bits = bits_of(event->mask);
    bool known = false;
    for (uint32_t i = 0; i < watch->watched.n; i++) {
        const struct fs_watched *item = &watch->watched.items[i];
        if (!fs_notify_key_equal(&item->key, &event->folder))
            continue;
        known = true;
        hear_of(watch, item, event->untrusted_name, bits);
    }
    for (uint32_t i = 0; !known && i < watch->watched.n; i++)
        if (fs_notify_key_equal(&watch->watched.items[i].key, &event->subject))
            hear_of(watch, &watch->watched.items[i], ".", bits);
}

static void readable(void *data, tb_unused int events)
{
    struct watch *watch = data;
    watch->looked = false;
    if (fs_notify_read(watch->watched.group, hear, watch) < 0)
        watch->changes.lost = true;
    bool any = watch->changes.n > 0 || watch->changes.lost;
    if (any && watch->collects && !watch->set) {
        watch->set = true;
        tb_timer_set(watch->timer, watch->delay_ms);
    }
    if (!watch->set)
        tell(watch);
}

/* ---- beginning; false: the call is answered ---- */

static bool read_paths(struct tb_call *call, struct watch *watch, struct tb_args options)
{
    struct tb_bytes texts[PATHS_MAX];
    if (!tb_arg_strs(call, call->args, "paths", TB_REQUIRED, PATHS_MAX, texts, &watch->n_paths))
        return false;
    watch->paths = calloc(watch->n_paths + 1, sizeof *watch->paths);
    if (!watch->paths) {
        fs_answer_failure(call, fs_failure_of(-ENOMEM));
        return false;
    }
    for (size_t i = 0; i < watch->n_paths; i++)
        if (!fs_resolve_path(call, "paths", texts[i], options, "baseDir", &watch->paths[i]))
            return false;
    return true;
}

static bool read_args(struct tb_call *call, struct watch *watch)
{
    struct tb_args options;
    watch->delay_ms = UINT64_MAX;
    if (!tb_arg_args(call, call->args, "options", TB_OPTIONAL, &options) ||
        !tb_arg_bool(call, options, "recursive", TB_OPTIONAL, &watch->below) ||
        !tb_arg_uint(call, options, "delayMs", TB_OPTIONAL, UINT32_MAX, &watch->delay_ms) ||
        !tb_arg_channel(call, call->args, "onEvent", TB_REQUIRED, &watch->channel) ||
        !read_paths(call, watch, options))
        return false;
    watch->collects = watch->delay_ms != UINT64_MAX;
    return true;
}

static bool begin_hearing(struct tb_call *call, struct watch *watch)
{
    struct fs_failure failure;
    watch->watched.group = fs_notify_open();
    if (watch->watched.group < 0) {
        fs_answer_failure(call, fs_failure_of(watch->watched.group));
        return false;
    }
    for (size_t i = 0; i < watch->n_paths; i++) {
        const struct fs_target target = fs_target_of(call, &watch->paths[i]);
        if (fs_watched_add(&watch->watched, &target, watch->below, &failure))
            continue;
        fs_answer_failure(call, failure);
        return false;
    }
    watch->readable =
        tb_watch_new(call->init->session, watch->watched.group, TB_READABLE, readable, watch);
    watch->timer = tb_timer_new(call->init->session, due, watch);
    if (watch->readable && watch->timer)
        return true;
    fs_answer_failure(call, fs_failure_of(-ENOMEM));
    return false;
}

static bool begin_telling(struct tb_call *call, struct watch *watch)
{
    static const struct tb_stream_events events = {.room = room, .cancel = cancel};
    watch->id = tb_ids_add(watch->state->watches, watch);
    if (watch->id == 0) {
        fs_answer_failure(call, fs_too_many_open);
        return false;
    }
    watch->stream = tb_call_stream(call, &events, watch);
    if (!watch->stream) {
        tb_ids_remove(watch->state->watches, watch->id);
        return false;
    }
    tb_pack_uint(tb_stream_value(watch->stream), watch->id);
    if (tb_stream_send(watch->stream) == TB_SENT)
        return true;
    /* The first thing that is sent always has room. */
    tb_ids_remove(watch->state->watches, watch->id);
    return false;
}

void fs_watch(struct tb_call *call)
{
    struct watch *watch = calloc(1, sizeof *watch);
    if (!watch) {
        fs_answer_failure(call, fs_failure_of(-ENOMEM));
        return;
    }
    watch->state = fs_state_of(call);
    watch->scope = call->scope;
    watch->watched.group = -1;
    if (!read_args(call, watch) || !begin_hearing(call, watch) || !begin_telling(call, watch))
        free_watch(watch);
}

void fs_unwatch(struct tb_call *call)
{
    struct tb_ids *ids = fs_state_of(call)->watches;
    struct watch *watch;
    void *found;
    if (!tb_arg_id(call, call->args, "rid", ids, &found))
        return;
    watch = found;
    tb_ids_remove(ids, watch->id);
    fs_end_watch(watch);
    tb_reply_nil(call);
}
