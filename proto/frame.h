/* The frame header, and which kinds a link carries: PROTOCOL.md, section 1. */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"
#include "proto/limits.h"

enum tb_kind {
    TB_BOOT = 1,
    TB_HELLO = 2,
    TB_WELCOME = 3,
    TB_CALL = 4,
    TB_REPLY = 5,
    TB_CHUNK = 6,
    TB_CREDIT = 7,
    TB_CANCEL = 8,
    TB_WANT = 9,
    TB_MISS = 10,
    TB_HANDLES = 11,
    TB_CLOSE = 12,

    TB_OPEN = 64,
    TB_OPENED = 65,
    TB_SHUT = 66,
    TB_RESET = 67,
    TB_ALERT = 68,
    TB_RELOAD = 69,
    TB_RELOADED = 70,
    TB_EMIT = 71,
    TB_ASK = 72,
    TB_ANSWER = 73,
    TB_ASK_OVER = 74,
    TB_SECRET = 75,
    TB_SECRET_ANSWER = 76,
    TB_PICK = 77,
    TB_PICKED = 78,

    TB_PLUGIN_INIT = 96,
    TB_PLUGIN_CALL = 97,
    TB_PLUGIN_REPLY = 98,
    TB_PLUGIN_CANCEL = 99,
    TB_PLUGIN_CHUNK = 100,
    TB_PLUGIN_CREDIT = 101,
    TB_PLUGIN_RELEASE = 102,
    TB_PLUGIN_EMIT = 103,
    TB_PLUGIN_SECRET = 104,
    TB_PLUGIN_SECRET_ANSWER = 105,
    TB_PLUGIN_PICKED = 106,

    TB_HOOK_INIT = 112, /* broker and hook: docs/formats.md */
    TB_HOOK_ASK = 113,
    TB_HOOK_ANSWER = 114,

    TB_RECORD = 128, /* broker to scribe: docs/formats.md */
};

enum { TB_RAW_CLEAR = 1 };

/* Who receives. Each side of each link accepts a table of kinds of its own. */
enum tb_side {
    TB_SIDE_BROKER_VIEW,
    TB_SIDE_ENDPOINT,
    TB_SIDE_BROKER_CONTROL,
    TB_SIDE_HOST,
    TB_SIDE_BROKER_PLUGIN,
    TB_SIDE_PLUGIN,
    TB_SIDE_BROKER_HOOK,
    TB_SIDE_HOOK,
    TB_SIDE_SCRIBE,
};

struct tb_frame {
    enum tb_kind kind;
    uint8_t flags;
    const uint8_t *header; /* borrowed, TB_HEADER_SIZE bytes: additional data of the seal */
    struct tb_bytes body;  /* borrowed */
};

/*
 * Looks for one whole frame at the front of `in` and checks its header first.
 * TB_OK: *ret_frame is filled and borrows from `in`; *ret_size is what to consume.
 * TB_AGAIN: more bytes are needed; *ret_size is how many there have to be before it is worth asking
 * again. TB_MALFORMED, TB_TOO_LARGE: the header is a violation; nothing that follows can be
 * trusted.
 */
tb_must_check int tb_frame_parse(enum tb_side side, struct tb_bytes in, struct tb_frame *ret_frame,
                                 size_t *ret_size);

/* The same of a frame that need not be whole: TB_OK as soon as its header is there and good. The
 * body has its full length; what of it is not in `in` must not be looked at. */
tb_must_check int tb_frame_front(enum tb_side side, struct tb_bytes in, struct tb_frame *ret_frame,
                                 size_t *ret_size);

void tb_frame_header(uint8_t header[static TB_HEADER_SIZE], enum tb_kind kind, uint8_t flags,
                     size_t n_body);
