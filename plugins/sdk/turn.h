/* A session over its descriptor, for whoever has a loop: tb_plugin_main, or the host's library. */
#pragma once

#include "plugins/sdk/session.h"

/* What a session waits for. */
struct tb_session_wants {
    bool reads;
    bool writes;
    bool busy;   /* there is more to do at once */
    size_t need; /* so many bytes make the next frame whole */
};

/* Handles what has come, and sends what can be: neither blocks. TB_OK; TB_CLOSED, or what
 * tb_session_step says against the broker. */
tb_must_check int tb_session_turn(struct tb_session *session, int fd,
                                  struct tb_session_wants *ret_wants);

/* Reads once, for a session that `reads`. TB_OK, TB_CLOSED, TB_TOO_LARGE or -errno. */
tb_must_check int tb_session_receive(struct tb_session *session, int fd, size_t need);
