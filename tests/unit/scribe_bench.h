/* What the scribe is sent, on the bench. */
#pragma once

#include "tests/broker/bench.h"
#include "tests/unit/test.h"

#include <sys/socket.h>

static int scribe_end = -1;
static uint8_t scribe_text[65536];

/* From here on the scribe reads nothing. */
static inline void scribe_listen(struct bench *on)
{
    scribe_end = on->scribe;
    on->scribe = -1;
}

/* The last record of that event since then; the scribe reads again. Borrows until the next one. */
static inline struct tb_record scribe_take(struct bench *on, enum tb_event event)
{
    struct tb_frame frame;
    struct tb_record record;
    struct tb_record last = {0};
    size_t size;
    tb_audit_flush(&on->broker.audit);
    ssize_t n = recv(scribe_end, scribe_text, sizeof scribe_text, MSG_DONTWAIT);
    CHECK(n > 0);
    struct tb_bytes rest = tb_bytes_of(scribe_text, (size_t)n);
    while (tb_frame_parse(TB_SIDE_SCRIBE, rest, &frame, &size) == TB_OK) {
        CHECK_INT(tb_record_read(frame.body, &record), TB_OK);
        last = record.event == event ? record : last;
        rest = tb_bytes_of(rest.data + size, rest.n - size);
    }
    on->scribe = scribe_end;
    CHECK_INT(last.event, event);
    return last;
}
