/* The endpoint's half of opening a session: PROTOCOL.md, section 3. */
#pragma once

#include "proto/keys.h"

enum { TB_GREETING_SIZE = TB_HEADER_SIZE + TB_HELLO_SIZE };

/* Makes a key pair for this session alone: the frame HELLO and the session's keys. TB_OK,
 * TB_MALFORMED, TB_UNKNOWN (another version) or TB_FORGED (a broker's key of low order). */
tb_must_check int tb_greet(struct tb_bytes untrusted_bootstrap,
                           uint8_t ret_frame[static TB_GREETING_SIZE],
                           struct tb_session_keys *ret_keys);
