/* A stream of frames on each side of each link: what is accepted is within its kind's bounds, and
 * its header is the one that we would write. */
#include "base/result.h"
#include "proto/frame.h"
#include "tests/fuzz/fuzz.h"

static void check(const struct tb_frame *frame, struct tb_bytes in, size_t size)
{
    uint8_t header[TB_HEADER_SIZE];
    tb_assert(size <= in.n && size == TB_HEADER_SIZE + frame->body.n);
    tb_assert(frame->header == in.data && frame->body.data == in.data + TB_HEADER_SIZE);
    tb_assert(frame->body.n <= TB_FRAME_MAX);
    tb_frame_header(header, frame->kind, frame->flags, frame->body.n);
    tb_assert(memcmp(header, in.data, sizeof header) == 0);
}

static void read_stream(enum tb_side side, struct tb_bytes in)
{
    struct tb_frame frame;
    size_t size;
    int r;
    while ((r = tb_frame_parse(side, in, &frame, &size)) == TB_OK) {
        check(&frame, in, size);
        in = tb_bytes_of(in.data + size, in.n - size);
    }
    tb_assert(r == TB_AGAIN || r == TB_MALFORMED || r == TB_TOO_LARGE);
    tb_assert(r != TB_AGAIN || (size > in.n && size <= TB_HEADER_SIZE + TB_FRAME_MAX));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (int side = TB_SIDE_BROKER_VIEW; side <= TB_SIDE_SCRIBE; side++)
        read_stream((enum tb_side)side, tb_bytes_of(data, size));
    return 0;
}
