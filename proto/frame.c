#include "proto/frame.h"

#include "base/result.h"
#include "base/wire.h"

struct rule {
    uint8_t kind;
    uint8_t flags; /* the bits that may be set */
    uint32_t least;
    uint32_t most;
};

enum { SEALED_MIN = TB_HANDLE_SIZE + 8 + 4 + 1 + TB_TAG_SIZE, PLAIN_MIN = 5 };

static const struct rule broker_view[] = {
    {TB_CALL, TB_RAW_CLEAR, SEALED_MIN, TB_FRAME_MAX},
    {TB_CANCEL, 0, SEALED_MIN, 256},
    {TB_CHUNK, TB_RAW_CLEAR, SEALED_MIN, TB_CHUNK_MAX},
    {TB_CREDIT, 0, SEALED_MIN, 256},
    {TB_WANT, 0, SEALED_MIN, 256},
    {TB_MISS, 0, SEALED_MIN, 512},
    {TB_HELLO, 0, 52, 52},
    {TB_CLOSE, 0, 4, 4},
    {0},
};
static const struct rule endpoint[] = {
    {TB_REPLY, TB_RAW_CLEAR, SEALED_MIN, TB_FRAME_MAX},
    {TB_CHUNK, TB_RAW_CLEAR, SEALED_MIN, TB_CHUNK_MAX},
    {TB_CREDIT, 0, SEALED_MIN, 256},
    {TB_HANDLES, 0, SEALED_MIN, TB_CHUNK_MAX},
    {TB_WELCOME, 0, SEALED_MIN, TB_FRAME_MAX},
    {TB_BOOT, 0, 130, 1024},
    {TB_CLOSE, 0, 4, 4},
    {0},
};
static const struct rule broker_control[] = {
    {TB_OPEN, 0, 1, TB_CONTROL_MAX},
    {TB_SHUT, 0, 1, TB_CONTROL_MAX},
    {TB_RESET, 0, 1, TB_CONTROL_MAX},
    {TB_RELOAD, 0, 1, TB_CONTROL_MAX},
    {TB_EMIT, 0, 1, TB_CHUNK_MAX},
    {TB_ANSWER, 0, 1, TB_CONTROL_MAX},
    {TB_SECRET_ANSWER, 0, 1, TB_SECRET_FRAME_MAX},
    {TB_PICK, 0, 1, TB_PICK_FRAME_MAX},
    {0},
};
static const struct rule host[] = {
    {TB_OPENED, 0, 1, TB_CONTROL_MAX},    {TB_ALERT, 0, 1, TB_CONTROL_MAX},
    {TB_RELOADED, 0, 1, TB_CONTROL_MAX},  {TB_ASK, 0, 1, TB_CONTROL_MAX},
    {TB_ASK_OVER, 0, 1, TB_CONTROL_MAX},  {TB_SECRET, 0, 1, TB_SECRET_FRAME_MAX},
    {TB_PICKED, 0, 1, TB_PICK_FRAME_MAX}, {0},
};
static const struct rule broker_plugin[] = {
    {TB_PLUGIN_REPLY, 0, PLAIN_MIN, TB_FRAME_MAX},
    {TB_PLUGIN_CHUNK, 0, PLAIN_MIN, TB_CHUNK_MAX},
    {TB_PLUGIN_CREDIT, 0, PLAIN_MIN, 256},
    {TB_PLUGIN_RELEASE, 0, PLAIN_MIN, 256},
    {TB_PLUGIN_EMIT, 0, PLAIN_MIN, TB_CHUNK_MAX},
    {TB_PLUGIN_SECRET, 0, PLAIN_MIN, TB_SECRET_FRAME_MAX},
    {0},
};
static const struct rule plugin[] = {
    {TB_PLUGIN_CALL, 0, PLAIN_MIN, TB_FRAME_MAX},
    {TB_PLUGIN_CHUNK, 0, PLAIN_MIN, TB_CHUNK_MAX},
    {TB_PLUGIN_CREDIT, 0, PLAIN_MIN, 256},
    {TB_PLUGIN_RELEASE, 0, PLAIN_MIN, 256},
    {TB_PLUGIN_INIT, 0, PLAIN_MIN, TB_FRAME_MAX},
    {TB_PLUGIN_CANCEL, 0, PLAIN_MIN, TB_FRAME_MAX},
    {TB_PLUGIN_SECRET_ANSWER, 0, PLAIN_MIN, TB_SECRET_FRAME_MAX},
    {TB_PLUGIN_PICKED, 0, PLAIN_MIN, TB_PICK_FRAME_MAX},
    {0},
};
static const struct rule broker_hook[] = {
    {TB_HOOK_ANSWER, 0, PLAIN_MIN, TB_FRAME_MAX},
    {0},
};
static const struct rule hook[] = {
    {TB_HOOK_ASK, 0, PLAIN_MIN, TB_FRAME_MAX},
    {TB_HOOK_INIT, 0, PLAIN_MIN, TB_FRAME_MAX},
    {0},
};
static const struct rule scribe[] = {
    {TB_RECORD, 0, 1, TB_CONTROL_MAX},
    {0},
};

static const struct rule *const sides[] = {
    [TB_SIDE_BROKER_VIEW] = broker_view,
    [TB_SIDE_ENDPOINT] = endpoint,
    [TB_SIDE_BROKER_CONTROL] = broker_control,
    [TB_SIDE_HOST] = host,
    [TB_SIDE_BROKER_PLUGIN] = broker_plugin,
    [TB_SIDE_PLUGIN] = plugin,
    [TB_SIDE_BROKER_HOOK] = broker_hook,
    [TB_SIDE_HOOK] = hook,
    [TB_SIDE_SCRIBE] = scribe,
};

int tb_frame_front(enum tb_side side, struct tb_bytes in, struct tb_frame *ret_frame,
                   size_t *ret_size)
{
    if (in.n < TB_HEADER_SIZE) {
        *ret_size = TB_HEADER_SIZE;
        return TB_AGAIN;
    }
    uint32_t untrusted_n = tb_load_u32(in.data);
    uint8_t untrusted_kind = in.data[4];
    uint8_t untrusted_flags = in.data[5];
    if (tb_load_u16(in.data + 6) != 0)
        return TB_MALFORMED;
    const struct rule *rule = sides[side];
    while (rule->kind != 0 && rule->kind != untrusted_kind)
        rule++;
    if (rule->kind == 0 || (untrusted_flags & ~rule->flags) != 0 || untrusted_n < rule->least)
        return TB_MALFORMED;
    if (untrusted_n > rule->most)
        return TB_TOO_LARGE;
    *ret_size = TB_HEADER_SIZE + (size_t)untrusted_n;
    *ret_frame = (struct tb_frame){
        .kind = (enum tb_kind)untrusted_kind,
        .flags = untrusted_flags,
        .header = in.data,
        .body = tb_bytes_of(in.data + TB_HEADER_SIZE, untrusted_n),
    };
    return TB_OK;
}

int tb_frame_parse(enum tb_side side, struct tb_bytes in, struct tb_frame *ret_frame,
                   size_t *ret_size)
{
    struct tb_frame frame;
    int r = tb_frame_front(side, in, &frame, ret_size);
    if (r == TB_OK && in.n < *ret_size)
        r = TB_AGAIN;
    if (r == TB_OK)
        *ret_frame = frame;
    return r;
}

void tb_frame_header(uint8_t header[static TB_HEADER_SIZE], enum tb_kind kind, uint8_t flags,
                     size_t n_body)
{
    tb_assert(n_body <= TB_FRAME_MAX);
    tb_store_u32(header, (uint32_t)n_body);
    header[4] = (uint8_t)kind;
    header[5] = flags;
    tb_store_u16(header + 6, 0);
}
