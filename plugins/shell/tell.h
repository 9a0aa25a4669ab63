/* A program that runs, and what the page is told of it: for run.c and tell.c. */
#pragma once

#include "plugins/shell/child.h"
#include "plugins/shell/run.h"

enum {
    HELD_MAX = 64 * 1024,       /* of a program's output that the page has not taken */
    PIECE_MAX = 16 * 1024,      /* of one message; a line that is longer comes in several */
    COLLECTED_MAX = 900 * 1024, /* of what an execute answers, which is one frame */
};

enum { OUT, ERR, N_OUTPUTS };

struct output {
    int fd; /* of the child's; -1: it has ended */
    struct tb_watch *watch;
    struct tb_buffer held;
};

struct shell_run {
    struct shell_state *state;
    struct shell_run *next;
    uint32_t number;
    struct tb_stream *stream;
    struct tb_channel channel;
    bool collects; /* an execute */
    struct shell_request request;
    struct shell_child child;
    struct output outputs[N_OUTPUTS];
    struct tb_watch *status_watch;
    struct tb_watch *input_watch;
    struct tb_timer *timer;
    void (*input_ready)(void *data);
    void *input_data;
    bool has_end; /* its init has said how it ended */
    struct shell_end end;
    uint64_t n_out;   /* bytes that it has written */
    bool told_number; /* to the page */
    bool over_output;
    bool over_time;
    bool told_failure;
};

/* Tells the page all that there is room for. True: that was the last of it, and the call has ended.
 */
tb_must_check bool shell_tell(struct shell_run *run);
