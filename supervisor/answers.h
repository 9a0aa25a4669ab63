/*
 * Remembered answers: the broker says what a person answered and which of the answers have decided
 * a call, and is given all of them, at the start and whenever the file has changed, by whomever.
 * What it can cause here is an entry in this app's file: no path and no size is its own.
 *
 * Changes wait for the file's lock, which somebody else may hold, and are written together. What
 * cannot be kept is not remembered: the person is asked again.
 */
#pragma once

#include "proto/answers.h"
#include "proto/inner.h"

#include <limits.h>

enum { ANSWERS_WAITING = 64 };

struct supervisor;

struct change {
    bool used; /* else it is an answer */
    struct tb_remembered entry;
    uint32_t days;
    char origin[TB_ORIGIN_MAX]; /* what the entry borrows from */
    char command[TB_COMMAND_MAX];
    char view[TB_LABEL_MAX];
};

struct answers {
    char path[PATH_MAX]; /* of the file; empty: there is nowhere to keep one */
    int folder_fd;       /* -1: it is not there yet */
    int watch_fd;        /* inotify; tells of every change in the folder */
    struct change waiting[ANSWERS_WAITING];
    size_t n_waiting;
    uint32_t token;         /* of the last REMEMBER */
    uint32_t told_token;    /* … when the broker was told last */
    uint8_t told[32];       /* digest of what it was told */
    uint64_t due_ns;        /* when the file is looked at next; TB_NEVER: nothing has changed */
    uint64_t not_before_ns; /* … and not sooner than that, whatever happens */
    bool complained;        /* of a file that cannot be used */
};

void answers_init(struct answers *answers);
/* Once there are settings and a broker: tells it what there is. */
void answers_begin(struct supervisor *supervisor);
/* At each OPEN: whether there is a folder by now. */
void answers_look(struct supervisor *supervisor);
/* REMEMBER and USED; false: the broker is not itself any more. */
bool answers_remember(struct supervisor *supervisor, const struct tb_inner *request);
bool answers_used(struct supervisor *supervisor, const struct tb_inner *request);
/* Something has changed in the folder. */
void answers_changed(struct supervisor *supervisor);
/* Its time has come: writes what waits, and tells the broker what has changed. */
void answers_due(struct supervisor *supervisor);
/* The broker has ended: what it still has said is written. */
void answers_finish(struct supervisor *supervisor);
