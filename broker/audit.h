/*
 * The broker's side of the audit log: records go to the scribe before what they allow goes
 * anywhere.
 *
 * Records of one round are written to the scribe at once. While the kernel has not taken them all,
 * tb_audit_settled is false and the broker dispatches nothing (mode `before`). While there is no
 * scribe, nothing is allowed at all.
 *
 * A `done` record allows nothing, so it waits for the next record that does, or for TB_DONE_WAIT_NS
 * at most: half the writes to the scribe.
 */
#pragma once

#include "base/clock.h"
#include "broker/loop.h"
#include "policy/settings.h"
#include "proto/record.h"

#define TB_DONE_WAIT_NS (2 * TB_MS_NS)

struct tb_audit {
    struct tb_source source;
    struct tb_loop *loop;
    struct tb_buffer out; /* begins at a frame's start, so that a new scribe gets whole records */
    size_t n_sent;        /* bytes of `out` that the kernel has */
    enum tb_audit_mode mode;
    enum tb_args args;
    uint64_t last_ref;
    bool urgent;     /* what is not sent yet is more than `done` */
    uint64_t due_ns; /* when it is sent at the latest; TB_NEVER: all is sent */
};

void tb_audit_init(struct tb_audit *audit, struct tb_loop *loop,
                   const struct tb_settings *settings);
void tb_audit_deinit(struct tb_audit *audit);

/* Consumes fd: the link to a scribe, the first or a new one. */
void tb_audit_attach(struct tb_audit *audit, int fd, void (*ready)(struct tb_source *, uint32_t),
                     void *context);
void tb_audit_lost(struct tb_audit *audit); /* the scribe died */

/* Whether a call can be recorded, and so be allowed. */
bool tb_audit_available(const struct tb_audit *audit);
/* Whether there is room to take more work on: false asks the broker to stop reading from views. */
bool tb_audit_roomy(const struct tb_audit *audit);

uint64_t tb_audit_next_ref(struct tb_audit *audit);

/* TB_OK, or TB_FULL: then the event must not be allowed. What ends something that was allowed finds
 * room when nothing else does. */
int tb_audit_write(struct tb_audit *audit, const struct tb_record *record);

/* Sends what is due; tb_audit_flush all. */
void tb_audit_flush_due(struct tb_audit *audit, uint64_t now_ns);
void tb_audit_flush(struct tb_audit *audit);
/* When flush_due has something to do again; TB_NEVER: not by time. */
uint64_t tb_audit_due_ns(const struct tb_audit *audit);
/* Whether the kernel has every record that something waits for. */
bool tb_audit_settled(const struct tb_audit *audit);
