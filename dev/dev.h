/* What the parts of the program share: one app, its views, who looks at them, and the bridge that
 * they reach native powers by. One thread. */
#pragma once

#include "cli/cli.h"
#include "dev/commands.h"
#include "dev/frontend.h"
#include "dev/loop.h"
#include "dev/page.h"
#include "dev/panel.h"
#include "dev/problems.h"
#include "dev/reload.h"
#include "dev/server.h"
#include "dev/terminal.h"
#include "dev/upstream.h"
#include "dev/view.h"
#include "host/trollbridge.h"

/* As trollbridge(1) has checked them. */
struct dev_options {
    const char *app;
    unsigned port;      /* 0: any that is free */
    const char *answer; /* to prompts, a name of one; NULL: the terminal is asked */
};

struct dev {
    const struct dev_options *options;
    struct dev_loop loop;
    struct dev_server server;
    struct dev_views views;
    struct dev_pages pages;
    struct dev_upstream upstream;
    struct trollbridge *bridge; /* NULL: there is none just now */
    struct trollbridge_plugin commands[DEV_PLUGINS];
    struct dev_watch bridge_watch;
    struct dev_watch signals;
    struct dev_terminal terminal;
    struct dev_problems problems;
    struct dev_reload reload;
    struct dev_panel panel;
    struct dev_frontend frontend;
    char *csp; /* the manifest's */
    bool ended;
};

/* bridge.c: starts the bridge. An exit status; what is wrong has been said on standard error. */
tb_must_check int dev_bridge_start(struct dev *dev);
void dev_bridge_stop(struct dev *dev);
