/*
 * libtrollbridge: put a sandboxed broker between a WebView and your app's native powers.
 *
 * Spawn one Trollbridge per app, poll its descriptor, and open a view for each new document. Not
 * thread-safe: use one `struct trollbridge` from one thread. Nothing here logs, exits, or changes
 * signal handlers. proto/PROTOCOL.md, section 7, is what it speaks; docs/host-guide.md has a whole
 * program.
 *
 *     struct trollbridge *bridge;
 *     trollbridge_spawn(&(struct trollbridge_options){.app = "path/of/app"}, &bridge);
 *     trollbridge_open(bridge, &(struct trollbridge_view){.label = "main"}, fd, NULL);
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Every function of this page is exported, and nothing else is. */
#if defined(__GNUC__)
#define TROLLBRIDGE_API __attribute__((visibility("default")))
#else
#define TROLLBRIDGE_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

struct trollbridge;
struct tb_plugin; /* trollbridge-plugin.h */
struct tb_packer;

enum trollbridge_result {
    TROLLBRIDGE_OK = 0,
    TROLLBRIDGE_INVALID, /* an argument is missing or not in the format */
    TROLLBRIDGE_FILES, /* the app's policy or manifest is wrong; stderr has file, line and remedy */
    TROLLBRIDGE_PART, /* a program of Trollbridge, or a layer that the manifest requires, is missing
                       */
    TROLLBRIDGE_LOST, /* the broker is gone, or has not read for 10 s; only trollbridge_close is
                       * left
                       */
    TROLLBRIDGE_OUT_OF_MEMORY,
    TROLLBRIDGE_BUSY, /* the broker does not keep up; what was to be sent was not */
};

/* What to tell a person; a constant string. */
TROLLBRIDGE_API const char *trollbridge_result_text(enum trollbridge_result result);

/*
 * Commands that the host itself serves: those of a plugin whose plugin.toml says `host = true`, and
 * the app's own. They are written as a plugin's are, against trollbridge-plugin.h; this library
 * exports all functions of that page but tb_plugin_main, tb_watch_… and tb_timer_…, instead of
 * which the host has its own loop. Policy, limits and log have had their say before a handler is
 * called.
 *
 * Each view that calls one of the plugin's commands has an instance of its own: `start` is called
 * with the first call of a session, `stop` at its end, and init->view is the view's label. Handlers
 * are called by trollbridge_dispatch. One that cannot answer at once (it asks a person) takes the
 * call over with tb_call_stream, returns, and ends the stream later, from anywhere in the bridge's
 * thread. A stream whose session has ended is still the handler's to free, even after
 * trollbridge_close.
 */
struct trollbridge_plugin {
    const char *name; /* `window` for plugin:window|…; "" for the app's own commands */
    const struct tb_plugin *plugin;
    void *data; /* init->data in `start` and in every handler */
};

/*
 * A call that waits for a person: the manifest says that its command, or a rule that it met, asks.
 * Only the bytes that are shown here are dispatched after a yes. All strings are borrowed for the
 * callback. In args_json everything that a reader would not see as it is, control and bidirectional
 * characters among it, is escaped; in the others, which are the policy's own, it is not.
 */
struct trollbridge_ask {
    uint32_t id; /* for trollbridge_answer */
    const char *view;
    const char *origin; /* `local` or a serialised origin, as policy knows it */
    const char *command;
    const char
        *args_json;   /* all of them on one line, "(secret)" for a secret; bytes are "base64:…" */
    int has_body;     /* whether the call has raw bytes beside its arguments */
    uint64_t n_body;  /* how many */
    const char *rule; /* the message of the rule that asks; NULL: the command does */
    uint32_t remember_days; /* for how long ALWAYS and NEVER are remembered; 0: for ever */
    int more; /* n_body is only the beginning: after a yes the page sends as much as it likes */
};

/*
 * A plugin that may (plugin.toml says `secrets = true`) asks for a passphrase, in a call that is
 * under way. All strings are borrowed for the callback. `what` is the plugin's own, and as hostile
 * as that may be: if a reader would not see all of it as it is, it is escaped as in JSON. It is
 * text, never markup. The others are the policy's.
 */
struct trollbridge_secret {
    uint32_t id; /* for trollbridge_answer_secret */
    const char *view;
    const char *origin;
    const char *command;
    const char *plugin; /* its name */
    const char *what;   /* on one line, at most 1,536 bytes */
    int is_new;         /* a new passphrase: ask for it twice */
};

/* What the person says. Zeroed memory is a no. */
enum trollbridge_answered {
    TROLLBRIDGE_DISMISSED = 0, /* no, and no to the command for 30 s */
    TROLLBRIDGE_ONCE,          /* this call */
    TROLLBRIDGE_SESSION,       /* it, and later ones of the command in the same document */
    TROLLBRIDGE_ALWAYS,        /* it, and later ones, until the answer is revoked or forgotten */
    TROLLBRIDGE_NEVER,         /* not it, nor later ones, until then */
};

/* Strings and tables are borrowed for the call in which they are given; the table of plugins, what
 * is in it, and callbacks until trollbridge_close. */
struct trollbridge_options {
    const char *app; /* path of the app folder */

    const struct trollbridge_plugin *plugins; /* NULL: none */
    size_t n_plugins;

    /*
     * A view was opened: its session's name in the log (16 hex digits) and, for a relayed link, the
     * bootstrap for the endpoint (PROTOCOL.md, section 3; borrowed; NULL for direct links). Or it
     * was not: session is NULL, and code and message say why. `id` is what trollbridge_open
     * returned. May be NULL.
     */
    void (*opened)(void *data, uint32_t id, const char *session, const uint8_t *bootstrap,
                   size_t n_bootstrap, const char *code, const char *message);

    /* Something happened to a view: event is `violation`, `locked`, `closed`, `tripwire` or
     * `rule`. May be NULL. */
    void (*alert)(void *data, const char *view, const char *event, const char *message);

    /*
     * A reload is over: the digests of the policy before and after (64 hex digits; both the same:
     * the files say what they said). Or nothing has changed at all: the digests are NULL, and code
     * and message say why. `id` is what trollbridge_reload returned. May be NULL.
     */
    void (*reloaded)(void *data, uint32_t id, const char *before, const char *after,
                     const char *code, const char *message);

    /*
     * A call waits for a person: show a prompt that no page can draw over, begin with no, and say
     * with trollbridge_answer what came of it, from in here or later. A view has one prompt at a
     * time. NULL: every one is dismissed at once. So is one whose arguments JSON cannot say.
     */
    void (*ask)(void *data, const struct trollbridge_ask *ask);

    /*
     * A plugin asks for a passphrase: show a prompt that no page can draw over, which says which
     * plugin asks, and say with trollbridge_answer_secret what came of it, from in here or later.
     * It counts as one of the view's prompts. NULL: every one is dismissed at once.
     */
    void (*secret)(void *data, const struct trollbridge_secret *secret);

    /* Nobody waits for that answer any more (the call was cancelled or has ended, its document is
     * gone, ten minutes are over): take the prompt away, and wipe what was typed into it. Not
     * called behind an answer. May be NULL. */
    void (*asked_over)(void *data, uint32_t id);

    /*
     * What trollbridge_pick has handed over is there: code and message are NULL, and the page may
     * be told of the path. Or it is not, and they say why (PROTOCOL.md, section 7, PICKED). `id` is
     * what trollbridge_pick returned. May be NULL.
     */
    void (*picked)(void *data, uint32_t id, const char *code, const char *message);

    void *data; /* passed to the callbacks */
};

/*
 * Starts Trollbridge for the app and waits until its policy is compiled and its sandboxes are
 * closed (tens of milliseconds). Returns a new bridge in *ret_bridge, to be ended with
 * trollbridge_close. The environment passes on nothing but the user's folders (HOME, XDG_*_HOME,
 * XDG_RUNTIME_DIR, TMPDIR). INVALID, FILES, PART, OUT_OF_MEMORY; *ret_bridge is then untouched.
 */
TROLLBRIDGE_API enum trollbridge_result trollbridge_spawn(const struct trollbridge_options *options,
                                                          struct trollbridge **ret_bridge);

struct trollbridge_window {
    const char *label;
    const char *title;
    const char *url; /* below the frontend, with a query and a fragment; "": its index */
    uint32_t width;  /* in pixels of CSS */
    uint32_t height;
    int resizable;
};

/* [open]: what a page may have opened by other programs. */
struct trollbridge_open {
    const char *const *schemes; /* of URLs, in small letters; NULL at the end, as the others */
    const char *const *urls;    /* patterns, one of which a URL must match; NULL: any will do */
    const char *const *with;    /* desktop entries that a page may name, without `.desktop` */
};

/* What the manifest says to a host. No string is NULL; what was not said is "". */
struct trollbridge_app {
    const char *id;
    const char *name;
    const char *version;
    const char *folder;   /* the app folder, absolute */
    const char *frontend; /* the page's folder, a path below it; not known to be there */
    const char *csp;
    const char *dev_url;
    int production; /* not 0: what is shipped. A host for development has to refuse it */
    const struct trollbridge_window *windows; /* [[window]], at least one */
    size_t n_windows;
    struct trollbridge_open open;
};

/* As the manifest was when the bridge was spawned: a reload that finds this changed is refused.
 * Owned by the bridge. */
TROLLBRIDGE_API const struct trollbridge_app *trollbridge_app(const struct trollbridge *bridge);

/* The one descriptor to poll for reading, whatever the bridge waits for; owned by the bridge. */
TROLLBRIDGE_API int trollbridge_fd(const struct trollbridge *bridge);

/* Handles what has come, calls the callbacks and the handlers of commands; does not block. From
 * inside one of them it does nothing, and trollbridge_close must not be called. OK or LOST. */
TROLLBRIDGE_API enum trollbridge_result trollbridge_dispatch(struct trollbridge *bridge);

struct trollbridge_view {
    const char *label;   /* 1 to 64 of A-Z a-z 0-9 - _ / : */
    const char *webview; /* NULL: the same as label */
    const char *origin;  /* NULL: `local`; else a serialised origin, as https://example.com */
    uint64_t document;   /* counts the view's documents */
    int relay; /* not 0: bytes are relayed, so that everything is sealed; 0: a direct link */
};

/*
 * Opens the session of one document: `fd`, one end of a socketpair (AF_UNIX, SOCK_STREAM), is its
 * view link. Consumes fd, also on failure. An earlier session of the same view ends. The callback
 * `opened` says when the endpoint may begin. Returns the number of the request in *ret_id (may be
 * NULL). INVALID or LOST.
 */
TROLLBRIDGE_API enum trollbridge_result trollbridge_open(struct trollbridge *bridge,
                                                         const struct trollbridge_view *view,
                                                         int fd, uint32_t *ret_id);

/* Ends the view's session. Resetting lifts the lock-out after three violations within a minute.
 * INVALID or LOST. */
TROLLBRIDGE_API enum trollbridge_result trollbridge_shut(struct trollbridge *bridge,
                                                         const char *label);
TROLLBRIDGE_API enum trollbridge_result trollbridge_reset(struct trollbridge *bridge,
                                                          const char *label);

/*
 * Reads the app's policy again: all of it or nothing. The callback `reloaded` says what came of it;
 * if the files are wrong, stderr has file, line and remedy as at the start. When it says that it is
 * done, what the new policy takes away is gone from every open view: calls of revoked commands are
 * answered `denied`, and plugins whose scopes or limits changed were stopped, to be started anew by
 * the next call. What it adds, a view has from its next document on. [app], [[window]] and the
 * settings in [audit], [sandbox] and [violations] need a restart: a reload that finds them changed
 * is refused. One at a time, 10 a second. Returns the number of the request in *ret_id (may be
 * NULL). LOST or OUT_OF_MEMORY.
 */
TROLLBRIDGE_API enum trollbridge_result trollbridge_reload(struct trollbridge *bridge,
                                                           uint32_t *ret_id);

/*
 * What a person has said to the prompt `id`. It counts once, and for the call that was shown; an id
 * that is over is no error, since the two may have crossed. INVALID (the answer), LOST or
 * OUT_OF_MEMORY: then the call waits on.
 */
TROLLBRIDGE_API enum trollbridge_result trollbridge_answer(struct trollbridge *bridge, uint32_t id,
                                                           enum trollbridge_answered answered);

/*
 * What was typed into the prompt `id`: n bytes of UTF-8 without a NUL among them, 1 to 1,024; NULL:
 * it was dismissed, and so are others of that command for 30 s. The passphrase is sealed to the
 * plugin in here: nothing between the two can read it. The library wipes its own copy, the caller
 * its own. It counts once; an id that is over, or none of a passphrase, is no error, and nothing is
 * sent. INVALID (the passphrase), LOST or OUT_OF_MEMORY: then the prompt waits on.
 */
TROLLBRIDGE_API enum trollbridge_result trollbridge_answer_secret(struct trollbridge *bridge,
                                                                  uint32_t id,
                                                                  const char *passphrase, size_t n);

/* A file or folder that a person has picked, in a dialog that no page can draw over. */
struct trollbridge_pick {
    const char *view;
    uint64_t document; /* of trollbridge_open: a pick is for one document of the view */
    const char *path;  /* how the page will name it: absolute, UTF-8, no `.`, `..` or `//` in it */
    int fd;            /* the file or folder itself; O_PATH is enough. Borrowed */
    int folder;        /* not 0: it is a folder; 0: a regular file */
    int recursive;     /* of a folder: all that is below it; 0: the files in it alone */
    int writable;
};

/*
 * Adds what a person has picked to what the document's session may reach: plugins whose plugin.toml
 * says `picks = true` (fs, shell) have it at once, with all that policy denies in it covered, until
 * the session ends. Policy still says which commands there are. At most 64 a session. Wait for the
 * callback `picked` before the page is told. Returns the number of the request in *ret_id (may be
 * NULL). INVALID, LOST or OUT_OF_MEMORY.
 */
TROLLBRIDGE_API enum trollbridge_result
trollbridge_pick(struct trollbridge *bridge, const struct trollbridge_pick *pick, uint32_t *ret_id);

/* `dismissed`, `once`, `session`, `always`, `never`, as in the log; NULL: no answer. */
TROLLBRIDGE_API const char *trollbridge_answer_name(enum trollbridge_answered answered);

/*
 * Sends an event to the listeners of one view, or with NULL to those of every view: begin it, pack
 * exactly one value into what is returned (tb_pack_… of trollbridge-plugin.h), which is its
 * payload, and send. Names are free (`tauri://focus`, `saved`), but a view is not told of one that
 * begins with the name of one of its plugins and `://`, unless the host serves that plugin.
 *
 * trollbridge_event never returns NULL; beginning another drops one that was not sent.
 * trollbridge_emit: OK; INVALID, and nothing was sent: no event was begun, its label or name is not
 * in the format, or its payload is not one value of 65,536 bytes at most; BUSY or LOST.
 */
TROLLBRIDGE_API struct tb_packer *trollbridge_event(struct trollbridge *bridge, const char *label,
                                                    const char *event);
TROLLBRIDGE_API enum trollbridge_result trollbridge_emit(struct trollbridge *bridge);

/* Process id of the supervisor, for diagnostics. */
TROLLBRIDGE_API int trollbridge_pid(const struct trollbridge *bridge);

/* Ends everything and waits for it (the log is complete afterwards). Frees the bridge. NULL is
 * fine. */
TROLLBRIDGE_API void trollbridge_close(struct trollbridge *bridge);

#ifdef __cplusplus
}
#endif
