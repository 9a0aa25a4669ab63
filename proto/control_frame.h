/* What the messages of the control link share: a clear frame whose body is one msgpack map. */
#pragma once

#include "proto/frame.h"
#include "proto/pack.h"

struct tb_control_frame {
    struct tb_buffer *out;
    size_t at;
    bool failed;
};

struct tb_control_frame tb_control_begin(struct tb_packer *packer, struct tb_buffer *out);
/* TB_OK, TB_TOO_LARGE or TB_FULL; if it fails, nothing of the frame stays in the buffer. */
tb_must_check int tb_control_finish(const struct tb_control_frame *frame,
                                    const struct tb_packer *packer, enum tb_kind kind);
tb_must_check int tb_control_map(struct tb_unpacker *unpacker, struct tb_bytes body,
                                 const struct tb_field *fields, size_t n_fields);
