/* One call; for the files that calls.h declares. */
#pragma once

#include "endpoint/webkitgtk/link.h"

struct tb_web_queue {
    GQueue calls;
    uint32_t command;
    GList place; /* in `order` */
};

struct tb_web_call {
    uint64_t id; /* the script's */
    struct tb_web_link *link;
    uint64_t endpoint_id; /* 0: it waits */
    char name[TB_COMMAND_MAX];
    size_t n_name;
    bool is_cut;     /* longer than a name of a command can be */
    uint64_t n_held; /* cost that the script was told of and has not given back */
    bool more;
    bool wants_room;   /* a part was not taken */
    bool wants_cancel; /* there was no room for CANCEL */
    JSCValue *raw;     /* the endpoint sends from it until the call is done */
    GBytes *args;      /* while it waits */
    GQueue *in;        /* where it waits, and its place there */
    GList place;
};

struct tb_web_call *tb_web_call_find(const struct tb_web_link *link, uint64_t id);

/* The end of a call that the endpoint does not know, or not any more: the script is told, and the
 * call freed. */
void tb_web_call_fail(struct tb_web_call *call, enum tb_code code, const char *message);

void tb_web_call_fail_lost(struct tb_web_call *call); /* with link->lost */

/* WELCOME has come: the call goes on its way, waits, or fails. */
void tb_web_call_submit(struct tb_web_call *call, struct tb_bytes args);
/* TB_OK: it is under way, or has failed; TB_AGAIN: it has to wait for a handle. */
tb_must_check int tb_web_call_start(struct tb_web_call *call, uint32_t command,
                                    struct tb_bytes args);
/* ---- body.c ---- */

void tb_web_call_room(struct tb_web_call *call); /* a part that was not taken may be tried again */

/* ---- waiting.c ---- */

/* Waits for WELCOME; or, behind the others, for a handle of the command. Keeps a copy of args. */
void tb_web_wait_early(struct tb_web_call *call, struct tb_bytes args);
void tb_web_wait(struct tb_web_call *call, uint32_t command, struct tb_bytes args);
/* Whether other calls of the command wait. */
bool tb_web_is_waited_for(const struct tb_web_link *link, uint32_t command);
/* The call waits no longer, if it did. */
void tb_web_wait_no_more(struct tb_web_call *call);
