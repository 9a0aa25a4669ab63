/*
 * Remembered answers: docs/formats.md, Answers. The same bytes are the file in the app's state
 * folder and what the broker gets of it. Sorted by key; nothing in it is a path or a number that
 * anything is reached by.
 */
#pragma once

#include "base/compiler.h"
#include "proto/ask.h"
#include "proto/limits.h"

enum {
    TB_ANSWERS_MAX = 4096,
    TB_ANSWERS_SIZE_MAX = 4 * 1024 * 1024, /* what so many of the largest need */
};

struct tb_remembered {
    uint8_t key[TB_ASK_KEY_SIZE]; /* of app, origin, command, scope and policy: docs/formats.md */
    enum tb_answered answered;    /* ALWAYS or NEVER */
    uint64_t made_s;              /* these three in seconds since 1970 */
    uint64_t expires_s;           /* 0: never */
    uint64_t used_s;              /* the last time that it decided a call; 0: not yet */
    struct tb_bytes origin;       /* these three are for people */
    struct tb_bytes command;
    struct tb_bytes view;
};

struct tb_answers {
    struct tb_remembered *list; /* sorted by key, each once */
    size_t n;
    uint8_t *memory; /* owned: what strings of a file that was read borrow from */
};
void tb_answers_deinit(struct tb_answers *answers);

/* Reads the whole file. TB_OK, TB_MALFORMED, TB_TOO_LARGE or -errno. */
tb_must_check int tb_answers_read(int fd, struct tb_answers *ret_answers);
/* New memory (free it) with the file's bytes. 0 or -ENOMEM. */
tb_must_check int tb_answers_write(const struct tb_answers *answers, uint8_t **ret_data,
                                   size_t *ret_n);

/* The answer of that key, or NULL. */
struct tb_remembered *tb_answers_find(const struct tb_answers *answers,
                                      const uint8_t key[static TB_ASK_KEY_SIZE]);
/* Adds it, or puts it in the place of the one with its key; its strings stay borrowed. Where there
 * is no room the one goes that was made or used longest ago: it is asked again then. 0, -ENOMEM, or
 * TB_MALFORMED: it is not in the format. */
tb_must_check int tb_answers_put(struct tb_answers *answers,
                                 const struct tb_remembered *remembered);
void tb_answers_remove(struct tb_answers *answers, size_t index);

/* Whether it decides calls at that time. A clock that was set back to before it was made makes it
 * wait for its time: what is asked once too often is better than what is not asked. */
bool tb_remembered_counts(const struct tb_remembered *remembered, uint64_t now_s);
/* When an answer of now ends; 0 days: never, 0. */
uint64_t tb_remembered_until(uint64_t now_s, uint32_t days);
