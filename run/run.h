/* What the parts of the program share: one app, its windows, and what was asked of one of them. */
#pragma once

#include "base/compiler.h"

#include <trollbridge-webkitgtk.h>

/* Exit status, as of the command line. */
enum run_exit {
    RUN_DONE = 0,
    RUN_FAILED = 1, /* the eval threw, the page did not load, a file cannot be written */
    RUN_USAGE = 2,
    RUN_FILES = 3, /* the app's files are wrong */
    RUN_PART = 4,  /* a part is missing: a display, a program of ours */
    RUN_LOST = 5,  /* the session was lost: a process of the page, or the broker, is gone */
};

/* As trollbridge(1) has checked them. */
struct run_options {
    const char *app;
    const char *view;       /* NULL: the view `main` where it is asked for at all */
    const char *eval;       /* file; NULL: nothing to evaluate */
    const char *screenshot; /* file; NULL: none */
    const char *answer;     /* to prompts, a name of one; NULL: a person is asked */
    gboolean devtools;
};

struct run {
    const struct run_options *options;
    struct trollbridge_webkit *tw;
    WebKitWebView *view; /* that of which something was asked; NULL: nothing was */
    char *script;        /* the text of options->eval */
    char *result;        /* one line of JSON, to be printed at the end */
    char *thrown;        /* what the function threw */
    guint load_timer;
    guint n_windows;
    int status;
    gboolean ended;
};

/* Prints one line, `trollbridge: CODE: message`, with what a terminal obeys escaped. */
tb_printf(2, 3) void run_tell(const char *code, const char *format, ...);

/* The first end counts: leaves the main loop, and the program with that status. */
void run_end(struct run *run, int status);
/* The same for what went wrong. */
tb_printf(4, 5) void run_fail(struct run *run, int status, const char *code, const char *format,
                              ...);

/* window.c: makes the app's windows and begins to load them. FALSE: it has ended. */
gboolean run_open_windows(struct run *run);

/* The last window, or that of which something was asked, is gone. */
void run_closed(struct run *run);

/* crash.c: loads the view's page again when its process has died. After it was attached, so that
 * the session has ended first. */
void run_reload_crashed(WebKitWebView *view);

/* task.c: does with the view what the options ask for. FALSE: it has ended. */
gboolean run_begin_task(struct run *run, WebKitWebView *view);
