/* Messages of the control link between host and broker: PROTOCOL.md, section 7. Reader and writer
 * side by side. Results as in proto/message.h. */
#pragma once

#include "proto/error.h"
#include "proto/frame.h"
#include "proto/label.h"
#include "proto/pack.h"

enum tb_mode { TB_MODE_DIRECT, TB_MODE_RELAY };

struct tb_open {
    uint32_t id;
    struct tb_bytes view;
    struct tb_bytes webview;
    struct tb_bytes origin;
    uint64_t document;
    enum tb_mode mode;
};
tb_must_check int tb_open_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                               struct tb_open *ret_open);
tb_must_check int tb_open_write(struct tb_buffer *out, const struct tb_open *open);

struct tb_opened {
    uint32_t id;
    struct tb_bytes session;   /* 16 hex digits; empty when refused */
    struct tb_bytes bootstrap; /* relay; else empty */
    enum tb_code code;         /* NONE when opened */
    struct tb_bytes message;
};
tb_must_check int tb_opened_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                                 struct tb_opened *ret_opened);
tb_must_check int tb_opened_write(struct tb_buffer *out, const struct tb_opened *opened);

/* SHUT and RESET. */
tb_must_check int tb_view_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                               struct tb_bytes *ret_view);
tb_must_check int tb_view_write(struct tb_buffer *out, enum tb_kind kind, struct tb_bytes view);

struct tb_alert {
    struct tb_bytes view;
    struct tb_bytes event; /* violation, locked, closed */
    struct tb_bytes message;
};
tb_must_check int tb_alert_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                                struct tb_alert *ret_alert);
tb_must_check int tb_alert_write(struct tb_buffer *out, const struct tb_alert *alert);

/* RELOAD: the host's number for it. */
tb_must_check int tb_reload_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                                 uint32_t *ret_id);
tb_must_check int tb_reload_write(struct tb_buffer *out, uint32_t id);

struct tb_reloaded {
    uint32_t id;
    struct tb_bytes before; /* digests of the policy, 64 hex digits each; empty when refused */
    struct tb_bytes after;
    enum tb_code code; /* NONE when reloaded */
    struct tb_bytes message;
};
tb_must_check int tb_reloaded_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                                   struct tb_reloaded *ret_reloaded);
tb_must_check int tb_reloaded_write(struct tb_buffer *out, const struct tb_reloaded *reloaded);

/* EMIT: an event from the host. */
struct tb_emit {
    struct tb_bytes view; /* empty: every one */
    struct tb_bytes event;
    const msgpack_object *payload;
};
tb_must_check int tb_emit_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                               struct tb_emit *ret_emit);
/* Begins a frame in an empty buffer; pack the payload, and finish with what begin returned. TB_OK,
 * TB_FULL, or TB_MALFORMED: the label or the name is not in the format. */
tb_must_check int tb_emit_begin(struct tb_buffer *out, struct tb_packer *packer,
                                struct tb_bytes view, struct tb_bytes event, size_t *ret_at);
/* TB_OK, TB_TOO_LARGE, or TB_MALFORMED: what was packed is not one value. */
tb_must_check int tb_emit_finish(struct tb_buffer *out, const struct tb_packer *packer, size_t at,
                                 struct tb_scanner *scanner);
/* Whether what was scanned last, a frame whose payload is one map below its top, has room for the
 * words of the message that it becomes. */
bool tb_emit_fits(const struct tb_scanner *scanner);

bool tb_open_valid(const struct tb_open *open); /* labels and origin */
