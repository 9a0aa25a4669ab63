/* The scribe's work: records from the broker become lines of the log. */
#pragma once

#include "proto/pack.h"
#include "proto/record.h"
#include "scribe/calls.h"
#include "scribe/log.h"
#include "scribe/wall.h"

enum {
    TB_SCRIBE_IN = 256 * 1024,
    TB_SCRIBE_REST_MS = 2,      /* between two looks at the link while there is traffic */
    TB_SCRIBE_BUSY = 64 * 1024, /* after a batch of so many bytes it does not rest: the link's
                                   buffer must not fill up, or the broker would wait */
};

struct tb_scribe {
    int link;          /* owned */
    char app[128 + 1]; /* the longest id, and a NUL */
    struct tb_wall wall;
    struct tb_calls calls;
    struct tb_unpacker unpacker;
    struct tb_log log;
    size_t n_in;
    uint8_t in[TB_SCRIBE_IN];
};

/* Makes a scribe that continues the log at `path` for the app. Consumes link. 0, a TB_ result of
 * the log's tail, or -errno. Everything that is opened is opened here. Returns new. */
tb_must_check int tb_scribe_new(int link, const char *path, struct tb_bytes app,
                                struct tb_scribe **ret_scribe);
void tb_scribe_free(struct tb_scribe *scribe);

/* Adds the record's line to what will be written next. 0 or -errno. */
tb_must_check int tb_scribe_add(struct tb_scribe *scribe, const struct tb_record *record);

/*
 * Writes what comes on the link until it ends. TB_OK at its end, when everything is on the disk;
 * TB_MALFORMED or TB_TOO_LARGE for what is no record of the broker's; -errno when the log cannot be
 * written. After a failure what came before it has been written as far as possible.
 * Uses recvmsg, write, nanosleep, clock_gettime, ftruncate, fdatasync and memory.
 */
tb_must_check int tb_scribe_run(struct tb_scribe *scribe);
