/*
 * Plugins for Trollbridge in C and C++: libtrollbridge-plugin(3). A plugin is a table of commands,
 * and its main is one line:
 *
 *     static const struct tb_plugin_command commands[] = {{"greet", greet}};
 *     static const struct tb_plugin plugin = {.commands = commands, .n_commands = 1};
 *
 *     int main(void)
 *     {
 *         return tb_plugin_main(&plugin);
 *     }
 *
 * A handler reads its arguments (tb_arg), answers once (tb_reply) and returns. A call that takes
 * longer, or has more than one answer, goes on as a stream (tb_stream). All of it is one thread:
 * the functions of the plugin are called one after another and may call any function here, but from
 * no other thread. Nothing here blocks, raises a signal or ends the process but tb_plugin_main.
 *
 * The wire is sections 1, 2 and 8 of PROTOCOL.md. Strings are UTF-8. What a function returns as new
 * is the plugin's to free; everything else is borrowed, and says for how long.
 */
#ifndef TROLLBRIDGE_PLUGIN_H
#define TROLLBRIDGE_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __GNUC__
#define TB_CHECKED               __attribute__((warn_unused_result))
#define TB_FORMAT(string, first) __attribute__((format(printf, string, first)))
#else
#define TB_CHECKED
#define TB_FORMAT(string, first)
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- bytes and texts ---- */

#ifndef TB_BYTES_DEFINED
#define TB_BYTES_DEFINED
/* A borrowed run of bytes; a text has no NUL at its end. */
struct tb_bytes {
    const uint8_t *data; /* may be NULL if n is 0 */
    size_t n;
};

static inline struct tb_bytes tb_bytes_of(const void *data, size_t n)
{
    struct tb_bytes bytes;
    bytes.data = (const uint8_t *)data;
    bytes.n = n;
    return bytes;
}

static inline struct tb_bytes tb_bytes_of_string(const char *string)
{
    return tb_bytes_of(string, strlen(string));
}

/* Not for secrets: the time it takes depends on the bytes. */
static inline bool tb_bytes_equal(struct tb_bytes a, struct tb_bytes b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.data, b.data, a.n) == 0);
}

static inline bool tb_bytes_are(struct tb_bytes a, const char *string)
{
    return tb_bytes_equal(a, tb_bytes_of_string(string));
}
#endif

/* ---- values: what arguments, scopes and variables are made of ---- */

struct tb_value; /* NULL is the value that is not there, and null to everything below */

enum tb_value_type {
    TB_VALUE_NULL = 0,
    TB_VALUE_BOOL,
    TB_VALUE_NUMBER,
    TB_VALUE_STR,
    TB_VALUE_BYTES,
    TB_VALUE_ARRAY,
    TB_VALUE_MAP, /* an object; its keys are distinct strings */
};

enum tb_value_type tb_value_type(const struct tb_value *value);
/* Each says whether the value is one of its kind, and only then sets the result. Numbers are whole
 * as integers and as floating point, since JSON has but one kind of them. */
bool tb_value_str(const struct tb_value *value, struct tb_bytes *ret_text);
bool tb_value_bytes(const struct tb_value *value, struct tb_bytes *ret_bytes);
bool tb_value_bool(const struct tb_value *value, bool *ret_value);
bool tb_value_uint(const struct tb_value *value, uint64_t *ret_value);
bool tb_value_int(const struct tb_value *value, int64_t *ret_value);
bool tb_value_double(const struct tb_value *value, double *ret_value);
/* The number of elements of an array or map; 0 of anything else. */
uint32_t tb_value_n(const struct tb_value *value);
/* The i-th element of an array, or value of a map; NULL behind the last one. */
const struct tb_value *tb_value_at(const struct tb_value *value, uint32_t i);
/* The i-th key of a map; empty behind the last one. */
struct tb_bytes tb_value_key(const struct tb_value *map, uint32_t i);
/* The value under a key, or NULL. */
const struct tb_value *tb_value_get(const struct tb_value *map, const char *key);

/* ---- packing values ---- */

/* Takes a value step by step: a map is its number of pairs, then each key and value; an array its
 * number of elements, then each of them. What does not fit, or is no value, is found out when the
 * whole is sent. Valid until then. */
struct tb_packer;

void tb_pack_map(struct tb_packer *packer, size_t n);
void tb_pack_array(struct tb_packer *packer, size_t n);
void tb_pack_key(struct tb_packer *packer, const char *key);
void tb_pack_uint(struct tb_packer *packer, uint64_t v);
void tb_pack_int(struct tb_packer *packer, int64_t v);
void tb_pack_double(struct tb_packer *packer, double v);
void tb_pack_bool(struct tb_packer *packer, bool v);
void tb_pack_nil(struct tb_packer *packer);
void tb_pack_str(struct tb_packer *packer, struct tb_bytes text);
void tb_pack_text(struct tb_packer *packer, const char *text);
void tb_pack_bin(struct tb_packer *packer, struct tb_bytes bytes);
void tb_pack_value(struct tb_packer *packer, const struct tb_value *value);
/* A key with its value. */
void tb_pack_key_uint(struct tb_packer *packer, const char *key, uint64_t v);
void tb_pack_key_bool(struct tb_packer *packer, const char *key, bool v);
void tb_pack_key_str(struct tb_packer *packer, const char *key, struct tb_bytes text);
void tb_pack_key_text(struct tb_packer *packer, const char *key, const char *text);
/* An array whose length is known only at its end: begin, pack n values, end with what begin
 * returned. */
size_t tb_pack_array_begin(struct tb_packer *packer);
void tb_pack_array_end(struct tb_packer *packer, size_t at, uint32_t n);
/* Whether it has become too large already: the rest need not be packed. */
bool tb_pack_failed(const struct tb_packer *packer);

/* ---- the plugin ---- */

struct tb_session; /* the link with all that hangs on it; valid as long as the plugin runs */

struct tb_plugin_scope {
    const struct tb_value *allow; /* arrays of what the policy files say: look at each one's type */
    const struct tb_value *deny;  /* what cannot be understood here must deny */
};

/* What the broker said at the start; valid as long as the plugin runs. */
struct tb_plugin_init {
    struct tb_bytes plugin; /* this plugin's name */
    struct tb_bytes view;   /* the label of the view that it serves */
    struct tb_bytes origin; /* of the page in it: `local`, or as a browser writes it */
    const struct tb_plugin_scope *scopes;
    uint32_t n_scopes;
    const struct tb_value *vars; /* a map of strings */
    uint64_t ids;                /* upper bits of the ids that this instance hands out */
    struct tb_session *session;
    void *data;            /* of struct trollbridge_plugin, where the host serves it; else NULL */
    struct tb_bytes app;   /* the app's id */
    struct tb_bytes state; /* the absolute path of the plugin's own folder, if its plugin.toml says
                            * `state = true` in [sandbox]; else empty */
};

/* The absolute path that a variable (`RESOURCE`, `HOME`, …) stands for; empty if it is not set. */
struct tb_bytes tb_plugin_var(const struct tb_plugin_init *init, const char *name);

/* A map of arguments: the call's own, or one inside it. */
struct tb_args {
    const struct tb_value *map; /* NULL: absent, every argument in it is */
    const char *name;           /* for messages; NULL for the call's own */
};

#define TB_NO_SCOPE UINT32_MAX

/* One call. Everything in it is valid until the handler returns. */
struct tb_call {
    const struct tb_plugin_init *init;
    void *state; /* what start returned */
    struct tb_args args;
    struct tb_bytes body; /* the raw bytes */
    bool has_body;        /* an empty body is not the same as none */
    bool more;            /* `body` is only the beginning: take the call over as a stream */
    uint32_t scope;       /* index into init->scopes, or TB_NO_SCOPE: the command has none */
};

struct tb_plugin_command {
    const char *name; /* without `plugin:NAME|` */
    void (*handle)(struct tb_call *call);
};

/* A file or folder that a person has picked for the page, valid until the callback returns. The
 * plugin may reach it at `at`, and serve it to the page under `path`: it is for the plugin to see
 * that nothing but it, or what is below it, is reached so. */
struct tb_pick {
    uint32_t number;      /* 1 to 64; two picks of an instance never have the same */
    struct tb_bytes path; /* absolute, in normal form: the page's name for it */
    struct tb_bytes at;   /* absolute: where it is for this plugin */
    bool folder;
    bool recursive; /* of a folder: all that is below it; else the files in it alone */
    bool writable;  /* else the kernel refuses every change */
};

struct tb_plugin {
    const struct tb_plugin_command *commands;
    size_t n_commands;
    /* Names of those whose body may come in parts (call->more), and NULL behind them; NULL: none.
     * Such a body of any other is refused before its handler would take the beginning for all. */
    const char *const *parts;
    /* Called once, before the first command: open and parse here what all calls need. 0, or
     * anything else to give up. NULL: nothing to do. */
    int (*start)(const struct tb_plugin_init *init, void **ret_state);
    /* Called after start: shut the doors that only start needed. 0, or anything else to give up.
     * NULL: the sandbox that was closed before main is all there is. */
    int (*seal)(void *state);
    /* Called at the end of the link, if start gave 0. NULL: nothing to do. */
    void (*stop)(void *state);
    /* A person has picked something for this view; before any call that names it. Needs
     * `picks = true` in [sandbox] of plugin.toml. A pick is there as long as the plugin runs; what
     * was picked before the plugin started comes behind `seal`. NULL: it takes no notice. */
    void (*picked)(void *state, const struct tb_pick *pick);
};

/* Serves the link on descriptor 3 until the broker closes it. Returns main's exit status: 0 at the
 * end of the link, 1 when the broker broke the protocol or the plugin could not start. */
int tb_plugin_main(const struct tb_plugin *plugin);

/* ---- answers ---- */

/* Codes that a plugin may answer: section 6 of PROTOCOL.md. */
enum tb_code {
    TB_CODE_DENIED = 1,
    TB_CODE_SCOPE,        /* outside the command's scope */
    TB_CODE_INVALID_ARGS, /* arguments of the wrong shape */
    TB_CODE_NOT_FOUND,    /* no such file or id */
    TB_CODE_IO,           /* the operating system refused, or something broke */
    TB_CODE_UNIMPLEMENTED,
    TB_CODE_TOO_LARGE,
};

/*
 * A call's one answer: a value, raw bytes, or an error. A later answer replaces an earlier one, so
 * that a handler that fails half way just calls tb_reply_error. It is sent when the handler has
 * returned; without any an error is. What comes out larger than a frame may be (1 MiB) is replaced
 * by the error too_large, and what is not exactly one value by io.
 */
struct tb_packer *tb_reply_value(struct tb_call *call); /* pack exactly one */
void tb_reply_nil(struct tb_call *call);
void tb_reply_bytes(struct tb_call *call, struct tb_bytes bytes);
/* Raw bytes made in place: begin, then any number of times room for n more bytes and commit of
 * those that were used. NULL when the reply would become too large; then just return. */
void tb_reply_bytes_begin(struct tb_call *call);
TB_CHECKED uint8_t *tb_reply_room(struct tb_call *call, size_t n);
void tb_reply_commit(struct tb_call *call, size_t n);
/* `number` is an errno, 0: none. The page sees the message, of which 512 bytes are sent: it must
 * hold nothing that the page did not send. */
TB_FORMAT(4, 5)
void tb_reply_error(struct tb_call *call, enum tb_code code, int number, const char *format, ...);
/* What the log says of the call, as the reason of its `done` record, whatever the answer is; of
 * which 256 bytes are sent. A later note replaces an earlier one. Never content: the log is kept.
 */
TB_FORMAT(2, 3)
void tb_reply_note(struct tb_call *call, const char *format, ...);

/* ---- reading arguments ---- */

/*
 * Each reader returns true, or answers the call with invalid_args and a message that names the
 * argument ("options.append: expected true or false, got a string") and returns false, so that a
 * handler reads
 *
 *     if (!tb_arg_str(call, call->args, "path", TB_REQUIRED, &path))
 *         return;
 *
 * An optional argument that is absent or null leaves the result untouched, unless it says
 * otherwise. Unknown arguments are not looked at. Texts and bytes are valid until the handler
 * returns.
 */
enum tb_need {
    TB_REQUIRED = 0,
    TB_OPTIONAL,
};

TB_CHECKED bool tb_arg_str(struct tb_call *call, struct tb_args args, const char *key,
                           enum tb_need need, struct tb_bytes *ret_text);
TB_CHECKED bool tb_arg_bool(struct tb_call *call, struct tb_args args, const char *key,
                            enum tb_need need, bool *ret_value);
/* Whole numbers from 0 to max, and from min to max. */
TB_CHECKED bool tb_arg_uint(struct tb_call *call, struct tb_args args, const char *key,
                            enum tb_need need, uint64_t max, uint64_t *ret_value);
TB_CHECKED bool tb_arg_int(struct tb_call *call, struct tb_args args, const char *key,
                           enum tb_need need, int64_t min, int64_t max, int64_t *ret_value);
/* Any number but NaN and the infinite ones. */
TB_CHECKED bool tb_arg_double(struct tb_call *call, struct tb_args args, const char *key,
                              enum tb_need need, double *ret_value);
/* Bytes, or what JSON makes of them: an array of numbers from 0 to 255. */
TB_CHECKED bool tb_arg_bytes(struct tb_call *call, struct tb_args args, const char *key,
                             enum tb_need need, struct tb_bytes *ret_bytes);
/* One name of a file or folder: not empty, no more than 255 bytes, without `/` and NUL, and neither
 * `.` nor `..`. */
TB_CHECKED bool tb_arg_name(struct tb_call *call, struct tb_args args, const char *key,
                            enum tb_need need, struct tb_bytes *ret_name);
/* One of n strings; its index. The message lists them. */
TB_CHECKED bool tb_arg_choice(struct tb_call *call, struct tb_args args, const char *key,
                              enum tb_need need, const char *const *choices, size_t n,
                              size_t *ret_index);
/* An array of at most `most` strings, into ret_texts. */
TB_CHECKED bool tb_arg_strs(struct tb_call *call, struct tb_args args, const char *key,
                            enum tb_need need, size_t most, struct tb_bytes *ret_texts,
                            size_t *ret_n);
/* A map; an optional one that is absent gives a map in which everything is absent. */
TB_CHECKED bool tb_arg_args(struct tb_call *call, struct tb_args args, const char *key,
                            enum tb_need need, struct tb_args *ret_args);
/* Anything but null. */
TB_CHECKED bool tb_arg_value(struct tb_call *call, struct tb_args args, const char *key,
                             enum tb_need need, const struct tb_value **ret_value);

/* ---- streams ---- */

/*
 * Calls that go on after their handler has returned. A handler takes its call over with
 * tb_call_stream and returns without answering. From then on the call is a struct tb_stream of the
 * plugin's own, which ends it with exactly one of the tb_stream_end functions, now or later, and
 * frees it.
 *
 * How much may be sent is for the page to say: it gives credit as it takes what came. What would
 * pass the credit is refused with TB_NO_ROOM, and `room` tells when to go on.
 */
struct tb_stream;

/* What happens to a stream. Each may be NULL. A stream may be ended and freed inside them. */
struct tb_stream_events {
    /*
     * The next bytes of the request's body, from its beginning, which call->body was; `last`: no
     * more will come. Not called for a call without a body. Returns how many of them it has dealt
     * with. The page may send more in their place; the others are kept, and come again when there
     * is room to send (if tb_stream_room has returned 0, or a function TB_NO_ROOM), or after
     * tb_stream_resume. NULL: the body is not wanted.
     */
    size_t (*body)(struct tb_stream *stream, struct tb_bytes bytes, bool last);
    /* Something may be sent: once after tb_call_stream, and again after tb_stream_room has returned
     * 0 or a function TB_NO_ROOM. Bytes of the body that were kept come first. */
    void (*room)(struct tb_stream *stream);
    /* The call's result is not wanted any more, or the link has ended: nothing more will be taken.
     * End the stream, with an error. NULL: that is done for it. Freeing it can wait. */
    void (*cancel)(struct tb_stream *stream);
};

enum tb_sent {
    TB_SENT = 0,
    TB_NO_ROOM, /* nothing was sent: try again when `room` is called */
    TB_REFUSED, /* nothing was sent, and never will be: it is too large for one message, not one
                   value, or of a stream that has ended, was cancelled or promised otherwise */
};

/* A channel of the page's, which it passed with the call. */
struct tb_channel {
    bool given; /* false: an optional argument that is absent */
    uint32_t id;
};

/* Takes a call over, inside its handler. Events and data are borrowed. Returns a new stream, or
 * NULL and has answered the call with an error: just return. */
TB_CHECKED struct tb_stream *tb_call_stream(struct tb_call *call,
                                            const struct tb_stream_events *events, void *data);
void *tb_stream_data(const struct tb_stream *stream);
/* Ends it with an error if it was not ended. NULL is fine. */
void tb_stream_free(struct tb_stream *stream);
/* Bytes of the body that were kept come again: not at once, but soon after the caller has returned.
 */
void tb_stream_resume(struct tb_stream *stream);
/* Whether it was ended, or cancelled. */
bool tb_stream_over(const struct tb_stream *stream);

/* How many raw bytes may be sent in one piece now: 0 to 65,536. */
TB_CHECKED size_t tb_stream_room(struct tb_stream *stream);

/*
 * Values: begin one, pack exactly one value into what is returned, and send it. Beginning another
 * drops one that was not sent.
 *
 * tb_stream_value is the call's result, ahead of its end: at most once, and none after bytes of the
 * result. tb_stream_message is a message of a channel, or with NULL one of the call itself.
 * tb_stream_end_value is the result, and the end.
 */
struct tb_packer *tb_stream_value(struct tb_stream *stream);
struct tb_packer *tb_stream_message(struct tb_stream *stream, const struct tb_channel *channel);
struct tb_packer *tb_stream_end_value(struct tb_stream *stream);
/* An end that the broker could not take is replaced by an error: TB_REFUSED, and it has ended. */
enum tb_sent tb_stream_send(struct tb_stream *stream);

/*
 * Raw bytes: the next part of the call's result, or with a channel a message of that. At most
 * tb_stream_room bytes. Made in place: room, which is NULL if they may not be sent, and send of the
 * n that were made.
 */
enum tb_sent tb_stream_bytes(struct tb_stream *stream, const struct tb_channel *channel,
                             struct tb_bytes bytes);
uint8_t *tb_stream_bytes_room(struct tb_stream *stream, const struct tb_channel *channel, size_t n);
enum tb_sent tb_stream_bytes_send(struct tb_stream *stream, size_t n);

/*
 * Ends, beside tb_stream_end_value. A result of bytes is what was sent and these; after an early
 * value the end is nil, after bytes it is bytes; an error always is. TB_NO_ROOM only of bytes.
 */
enum tb_sent tb_stream_end_nil(struct tb_stream *stream);
enum tb_sent tb_stream_end_bytes(struct tb_stream *stream, struct tb_bytes bytes);
TB_FORMAT(4, 5)
enum tb_sent tb_stream_end_error(struct tb_stream *stream, enum tb_code code, int number,
                                 const char *format, ...);
/* tb_reply_note, before the end; the stream begins with the note of its call. */
TB_FORMAT(2, 3)
void tb_stream_note(struct tb_stream *stream, const char *format, ...);

/* Reads a channel: the string that Tauri's Channel becomes, `__CHANNEL__:` and its number. */
TB_CHECKED bool tb_arg_channel(struct tb_call *call, struct tb_args args, const char *key,
                               enum tb_need need, struct tb_channel *ret_channel);

/* ---- passphrases ---- */

/*
 * Asks the person for a passphrase in a prompt of the host, in a call that the plugin has taken
 * over. plugin.toml has to say `secrets = true`, or the broker ends the plugin for it. `key` is an
 * X25519 public key of 32 bytes: make a pair for each prompt (crypto_box_keypair). `what` is shown
 * with the plugin's name beside it: 1 to 256 bytes, on one line, and whatever in it a reader would
 * not see as it is gets escaped. `is_new`: one that there was not yet, which is asked for twice.
 *
 * TB_SENT: `answered` is called once, unless the call is cancelled or ended before. Meanwhile the
 * call's deadline stands still, for ten minutes at most. TB_REFUSED, and nobody was asked: the
 * stream is over, has asked already and waits, or was answered four times; or `what` is no such
 * text.
 *
 * `sealed`, borrowed for the callback, is a sealed box to the key (crypto_box_seal_open); in it is
 * the passphrase, UTF-8 of 1 to 1,024 bytes, padded to a multiple of 256 (sodium_unpad). Empty:
 * there is none, for the prompt was dismissed, or nobody could be asked. Wipe what was opened.
 */
typedef void tb_secret_callback(struct tb_stream *stream, struct tb_bytes sealed);
TB_CHECKED enum tb_sent tb_call_secret(struct tb_stream *stream, const uint8_t *key,
                                       const char *what, bool is_new, tb_secret_callback *answered);

/* ---- ids ---- */

/*
 * What a plugin keeps open for the page, by ids. A table hands out a random id for a thing, and
 * finds the thing again. The page closes one by `plugin:resources|close`, which the library
 * answers, unless the plugin has that command itself; it reaches every table of the plugin.
 * plugin.toml has to say `resources = true`.
 */
struct tb_ids;

/* A table of at most `most` things, for as long as the plugin runs. `end` is called with each when
 * it is closed, those that are left at the end of the link, before the plugin's `stop`. Returns
 * NULL if there is no memory. */
TB_CHECKED struct tb_ids *tb_ids_new(struct tb_session *session, size_t most,
                                     void (*end)(void *thing));
/* The thing's new id, or 0: there are too many, or no randomness is to be had. */
TB_CHECKED uint64_t tb_ids_add(struct tb_ids *ids, void *thing);
/* NULL: there is no such id. */
void *tb_ids_find(const struct tb_ids *ids, uint64_t id);
/* Takes it out of the table without an end; NULL: there is no such id. */
void *tb_ids_remove(struct tb_ids *ids, uint64_t id);

/* Reads an id, which must be one of the table's: else the call has been answered with not_found. */
TB_CHECKED bool tb_arg_id(struct tb_call *call, struct tb_args args, const char *key,
                          const struct tb_ids *ids, void **ret_thing);

/* ---- events ---- */

/*
 * An event `PLUGIN://name`, where PLUGIN is this plugin's name, for the listeners of its view:
 * begin it, pack exactly one value, which is its payload, and send. TB_NO_ROOM: the link is full,
 * try again later, or do without. TB_REFUSED: the name or the payload cannot be sent.
 */
struct tb_packer *tb_plugin_emit(struct tb_session *session, const char *name);
enum tb_sent tb_plugin_emit_send(struct tb_session *session);

/* ---- descriptors and timers ---- */

/*
 * What a plugin waits for beside its link: descriptors and moments. Their functions are called by
 * the loop of tb_plugin_main, one at a time, between commands. In them a watch or timer may be
 * freed, their own too. A plugin that the host serves has the host's own loop instead:
 * libtrollbridge does not have these.
 */
enum {
    TB_READABLE = 1,
    TB_WRITABLE = 2,
};

struct tb_watch;
struct tb_timer;

/* Watches a descriptor, which it borrows, for TB_READABLE, TB_WRITABLE or both; 0: for nothing at
 * the moment. `ready` is told which of them it is: the end of a file, and an error, are both.
 * Returns a new watch, or NULL: no memory. Free it before the descriptor is closed. */
TB_CHECKED struct tb_watch *tb_watch_new(struct tb_session *session, int fd, int events,
                                         void (*ready)(void *data, int events), void *data);
void tb_watch_for(struct tb_watch *watch, int events);
void tb_watch_free(struct tb_watch *watch); /* NULL is fine */

/* Returns a new timer that is not set, or NULL: no memory. */
TB_CHECKED struct tb_timer *tb_timer_new(struct tb_session *session, void (*due)(void *data),
                                         void *data);
/* Calls `due` once, so many milliseconds from now at the earliest; instead of what was set before.
 */
void tb_timer_set(struct tb_timer *timer, uint64_t ms);
void tb_timer_stop(struct tb_timer *timer);
void tb_timer_free(struct tb_timer *timer); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
