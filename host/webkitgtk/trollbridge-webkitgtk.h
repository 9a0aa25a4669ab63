/*
 * libtrollbridge-webkitgtk: Trollbridge behind the pages of WebKitGTK views (API 4.1).
 *
 * It starts Trollbridge for one app, makes the WebKitWebContext that its views need, and gives each
 * document of an attached view a link of its own to the broker. The host is on the way of no call.
 * All functions belong to the thread of the default main context, after gtk_init. They print
 * nothing and do not exit. examples/webkitgtk/webkitgtk.c is a whole program.
 *
 *     tw = trollbridge_webkit_new(&options, &error);
 *     context = trollbridge_webkit_context(tw);
 *     view = g_object_new(WEBKIT_TYPE_WEB_VIEW, "web-context", context, NULL);
 *     trollbridge_webkit_attach(tw, view, "main", &error);
 *     webkit_web_view_load_uri(view, TROLLBRIDGE_WEBKIT_ORIGIN "/");
 */
#pragma once

#include <trollbridge.h>
#include <webkit2/webkit2.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The origin of the app's own files: `local` to its policy. */
#define TROLLBRIDGE_WEBKIT_ORIGIN "tauri://localhost"

#define TROLLBRIDGE_WEBKIT_ERROR (trollbridge_webkit_error_quark())
TROLLBRIDGE_API GQuark trollbridge_webkit_error_quark(void);

/* Codes of TROLLBRIDGE_WEBKIT_ERROR. Their messages say what to do. */
enum trollbridge_webkit_error {
    TROLLBRIDGE_WEBKIT_INVALID, /* an argument is missing or not in the format */
    TROLLBRIDGE_WEBKIT_FILES,  /* the app's policy or manifest is wrong; stderr has file and line */
    TROLLBRIDGE_WEBKIT_PART,   /* a part of Trollbridge, or a layer that is required, is missing */
    TROLLBRIDGE_WEBKIT_VIEW,   /* the view cannot be attached */
    TROLLBRIDGE_WEBKIT_MEMORY, /* out of memory or file descriptors */
};

struct trollbridge_webkit;

/* Strings are borrowed for the call, callbacks and plugins until trollbridge_webkit_free. */
struct trollbridge_webkit_options {
    const char *app; /* path of the app folder */

    /* Further origins whose documents get a link, serialised (`https://example.com`), NULL at the
     * end; NULL: none. What they may call is for the app's capabilities (`remote.urls`). A view
     * goes to no other origin than these and the app's own. */
    const char *const *origins;

    /* The host's own commands, and who hears of reloads: as in struct trollbridge_options. */
    const struct trollbridge_plugin *plugins;
    size_t n_plugins;
    void (*reloaded)(void *data, uint32_t id, const char *before, const char *after,
                     const char *code, const char *message);

    /*
     * A call waits for a person: as in struct trollbridge_options, answered with
     * trollbridge_answer. NULL: the library shows a dialog over the view's window, and takes it
     * away when the document goes.
     */
    void (*ask)(void *data, const struct trollbridge_ask *ask);

    /* A plugin asks for a passphrase: the same, answered with trollbridge_answer_secret. */
    void (*secret)(void *data, const struct trollbridge_secret *secret);

    /* Of the prompts that are the host's own. */
    void (*asked_over)(void *data, uint32_t id);

    /* TRUE: views have the inspector. Whoever opens it can make every call of the view. */
    gboolean devtools;

    /* TRUE: fail with PART where the web processes' own sandbox cannot be had. */
    gboolean require_sandbox;

    /*
     * Something happened to a view; may be NULL. It is told from the main loop, so that a host may
     * destroy the view in there, or attach another. `event` is one of those of libtrollbridge
     * (`violation`, `locked`, `closed`), or
     *   refused  the broker did not open the session of a document
     *   offer    a web process sent what no honest one sends; nothing was opened
     *   sandbox  a web process is not in the sandbox that was thought to be there; it has got a
     *            link only without require_sandbox
     *   crashed  the view's web process is gone, and the session with it; webkit_web_view_reload
     *            starts another
     *   lost     the broker is gone, view is "": no call works any more
     */
    void (*alert)(void *data, const char *view, const char *event, const char *message);

    void *data; /* passed to callbacks */
};

/*
 * Starts Trollbridge for the app, waits until it stands, and makes a context. Returns new, to be
 * ended with trollbridge_webkit_free; or NULL and an error: INVALID, FILES, PART, MEMORY.
 */
TROLLBRIDGE_API struct trollbridge_webkit *
trollbridge_webkit_new(const struct trollbridge_webkit_options *options, GError **error);

/* The context that views to be attached are made with. Borrowed. It belongs to this app alone. */
TROLLBRIDGE_API WebKitWebContext *trollbridge_webkit_context(struct trollbridge_webkit *tw);

/* The bridge, for what host/trollbridge.h offers. Borrowed: it must not be dispatched or closed. */
TROLLBRIDGE_API struct trollbridge *trollbridge_webkit_bridge(struct trollbridge_webkit *tw);

/*
 * Puts Trollbridge behind the view, under a label that no other attached view has: from now on each
 * of its documents whose origin is allowed has a session. Call it before the first load. It lasts
 * until the view is destroyed. The view's page cache is turned off; new windows, downloads,
 * printing, full screen and what WebKitGTK asks permission for are refused. FALSE and an error:
 * INVALID (the label), VIEW (it was attached before, has another context, or has been loaded).
 */
TROLLBRIDGE_API gboolean trollbridge_webkit_attach(struct trollbridge_webkit *tw,
                                                   WebKitWebView *view, const char *label,
                                                   GError **error);

/* Whether web processes run in WebKitGTK's own sandbox. */
enum trollbridge_webkit_sandbox {
    TROLLBRIDGE_WEBKIT_SANDBOX_MISSING = 0,
    TROLLBRIDGE_WEBKIT_SANDBOX_HELD,
};

/* What was found out on this machine, and in *ret_message (may be NULL) a sentence for a person; a
 * constant string. */
TROLLBRIDGE_API enum trollbridge_webkit_sandbox
trollbridge_webkit_sandbox(const struct trollbridge_webkit *tw, const char **ret_message);

/* Ends all sessions and Trollbridge, and waits for it. Views that are left have no link. Not to be
 * called from a callback or a command's handler. NULL is fine. */
TROLLBRIDGE_API void trollbridge_webkit_free(struct trollbridge_webkit *tw);

#ifdef __cplusplus
}
#endif
