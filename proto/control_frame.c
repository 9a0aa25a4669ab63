#include "proto/control_frame.h"

#include "base/result.h"

struct tb_control_frame tb_control_begin(struct tb_packer *packer, struct tb_buffer *out)
{
    struct tb_control_frame frame = {.out = out, .at = tb_buffer_n(out)};
    if (tb_buffer_reserve(out, TB_HEADER_SIZE))
        tb_buffer_commit(out, TB_HEADER_SIZE);
    else
        frame.failed = true;
    tb_packer_init(packer, out);
    return frame;
}

int tb_control_finish(const struct tb_control_frame *frame, const struct tb_packer *packer,
                      enum tb_kind kind)
{
    struct tb_buffer *out = frame->out;
    size_t n = tb_buffer_n(out) - frame->at;
    if (frame->failed || packer->failed || n > TB_HEADER_SIZE + TB_CONTROL_MAX) {
        tb_buffer_truncate(out, frame->at);
        return n > TB_CONTROL_MAX ? TB_TOO_LARGE : TB_FULL;
    }
    tb_frame_header(out->data + out->start + frame->at, kind, 0, n - TB_HEADER_SIZE);
    return TB_OK;
}

int tb_control_map(struct tb_unpacker *unpacker, struct tb_bytes body,
                   const struct tb_field *fields, size_t n_fields)
{
    const msgpack_object *root;
    int r = tb_unpack(unpacker, &tb_scan_peer, body, &root);
    return r == TB_OK ? tb_map_read(root, fields, n_fields) : r;
}
