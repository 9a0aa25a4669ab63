/* The encodings that a page can ask for a program's output in: labels as browsers have them. */
#pragma once

#include "base/buffer.h"

enum shell_encoding_kind {
    SHELL_UTF8,     /* what is no UTF-8 is an error */
    SHELL_RAW,      /* bytes */
    SHELL_LABELLED, /* what cannot be read is U+FFFD */
};

struct shell_encoding {
    enum shell_encoding_kind kind;
    const char *name; /* of SHELL_LABELLED, as iconv knows it */
};

/* False: no such label. */
tb_must_check bool shell_encoding_find(struct tb_bytes label, struct shell_encoding *ret_encoding);

/* Appends the text of the bytes; of SHELL_RAW it is them. TB_OK, TB_MALFORMED: they are none, or
 * -ENOMEM. */
tb_must_check int shell_encoding_decode(const struct shell_encoding *encoding,
                                        struct tb_bytes bytes, struct tb_buffer *text);
