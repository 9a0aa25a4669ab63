/*
 * Reads a file line by line in fixed memory, whatever is in it: a line longer than a record may be
 * comes in pieces.
 */
#pragma once

#include "audit/shape.h"

struct tb_piece {
    struct tb_bytes bytes; /* without the newline; borrowed until the next read */
    bool starts;           /* the line begins here */
    bool ends;             /* the line ends here, with a newline */
    uint64_t offset;       /* in the file, of the first byte */
};

struct tb_lines {
    int fd;          /* borrowed */
    uint64_t offset; /* in the file, of the front of what is held */
    bool in_line;    /* the piece before this one did not end its line */
    size_t start;
    size_t end;
    uint8_t held[64 * 1024];
};

void tb_lines_init(struct tb_lines *lines, int fd, uint64_t offset);

/* TB_OK; TB_CLOSED at the end of the file, where a line without a newline stays unread: asked
 * again, it goes on with what was written meanwhile; or -errno. */
tb_must_check int tb_lines_next(struct tb_lines *lines, struct tb_piece *ret_piece);

/* Takes what is held of a line without a newline, after TB_CLOSED. False if there is none. */
tb_must_check bool tb_lines_rest(struct tb_lines *lines, struct tb_piece *ret_piece);
