#include "tests/hostile/plugins/link.h"

#include "base/fd.h"
#include "base/result.h"
#include "base/wire.h"
#include "proto/frame.h"
#include "proto/pack.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { LINK = 3, ROOM = TB_HEADER_SIZE + TB_FRAME_MAX, FLOOD = 100000 };

static uint8_t in[ROOM];
static uint64_t ids;
static struct tb_unpacker unpacker;

static bool read_exactly(uint8_t *to, size_t n)
{
    while (n > 0) {
        ssize_t got = recv(LINK, to, n, 0);
        if (got <= 0)
            return false;
        to += got;
        n -= (size_t)got;
    }
    return true;
}

static void copy_text(const msgpack_object *text, char *to, size_t cap)
{
    struct tb_bytes bytes = tb_object_bytes(text);
    size_t n = bytes.n < cap - 1 ? bytes.n : cap - 1;
    memcpy(to, bytes.data, n);
    to[n] = 0;
}

static void take(const msgpack_object *map, struct request *request)
{
    for (uint32_t i = 0; i < map->via.map.size; i++) {
        const msgpack_object_kv *pair = &map->via.map.ptr[i];
        struct tb_bytes key = tb_object_bytes(&pair->key);
        if (tb_bytes_are(key, "ids"))
            ids = pair->val.via.u64;
        else if (tb_bytes_are(key, "call"))
            request->call = pair->val.via.u64;
        else if (tb_bytes_are(key, "bytes"))
            request->n = pair->val.via.u64;
        else if (tb_bytes_are(key, "at") && (request->pooled = true))
            request->at = pair->val.via.u64;
        else if (tb_bytes_are(key, "args"))
            take(&pair->val, request);
        else if (tb_bytes_are(key, "what"))
            copy_text(&pair->val, request->what, sizeof request->what);
        else if (tb_bytes_are(key, "arg"))
            copy_text(&pair->val, request->arg, sizeof request->arg);
    }
}

static bool read_frame(void)
{
    return read_exactly(in, TB_HEADER_SIZE) && read_exactly(in + TB_HEADER_SIZE, tb_load_u32(in));
}

bool link_await(uint8_t kind)
{
    do
        if (!read_frame())
            return false;
    while (in[4] != kind);
    return true;
}

bool link_next(struct request *ret_request)
{
    const msgpack_object *map;
    if (!unpacker.scanner && tb_unpacker_init(&unpacker, &tb_scan_peer) != 0)
        return false;
    for (;;) {
        if (!read_frame())
            return false;
        if (in[4] != TB_PLUGIN_CALL && in[4] != TB_PLUGIN_INIT)
            continue;
        struct tb_bytes text =
            tb_bytes_of(in + TB_HEADER_SIZE + 4, tb_load_u32(in + TB_HEADER_SIZE));
        *ret_request = (struct request){0};
        if (tb_unpack(&unpacker, &tb_scan_peer, text, &map) != TB_OK)
            return false;
        take(map, ret_request);
        ret_request->ids = ids;
        if (in[4] == TB_PLUGIN_CALL)
            return true;
    }
}

void link_send(struct tb_bytes bytes)
{
    while (bytes.n > 0) {
        ssize_t sent = send(LINK, bytes.data, bytes.n, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        bytes = tb_bytes_of(bytes.data + sent, bytes.n - (size_t)sent);
    }
}

/* A frame whose msgpack part is these bytes, whatever they are. */
static void send_text(struct tb_bytes text, int fd)
{
    uint8_t frame[TB_HEADER_SIZE + 4 + 4096];
    if (text.n > 4096)
        return;
    tb_frame_header(frame, TB_PLUGIN_REPLY, 0, 4 + text.n);
    tb_store_u32(frame + TB_HEADER_SIZE, (uint32_t)text.n);
    memcpy(frame + TB_HEADER_SIZE + 4, text.data, text.n);
    struct tb_bytes bytes = tb_bytes_of(frame, TB_HEADER_SIZE + 4 + text.n);
    if (fd < 0)
        link_send(bytes);
    else if (tb_fd_send(LINK, bytes, fd, 0) < 0)
        _exit(4);
}

static void send_reply(uint64_t call, const char *text, int fd)
{
    struct tb_buffer out;
    struct tb_packer packer;
    tb_buffer_init(&out, 4096);
    tb_packer_init(&packer, &out);
    tb_pack_map(&packer, 2);
    tb_pack_key(&packer, "call");
    tb_pack_uint(&packer, call);
    tb_pack_key(&packer, "value");
    tb_pack_str(&packer, tb_bytes_of_string(text));
    send_text(tb_buffer_bytes(&out), fd);
    tb_buffer_deinit(&out);
}

void link_answer(const struct request *request, const char *text)
{
    send_reply(request->call, text, -1);
}

static void send_error(uint64_t call, const char *code)
{
    struct tb_buffer out;
    struct tb_packer packer;
    tb_buffer_init(&out, 4096);
    tb_packer_init(&packer, &out);
    tb_pack_map(&packer, 2);
    tb_pack_key(&packer, "call");
    tb_pack_uint(&packer, call);
    tb_pack_key(&packer, "error");
    tb_pack_map(&packer, 2);
    tb_pack_key(&packer, "code");
    tb_pack_str(&packer, tb_bytes_of_string(code));
    tb_pack_key(&packer, "message");
    tb_pack_str(&packer, tb_bytes_of_string("text"));
    send_text(tb_buffer_bytes(&out), -1);
    tb_buffer_deinit(&out);
}

/* ---- the ways to break it ---- */

static void answer_twice(const struct request *request)
{
    send_reply(request->call, "once", -1);
    send_reply(request->call, "twice", -1);
}

static void answer_other(const struct request *request)
{
    send_reply(request->call + 1, "not mine", -1);
}

static void answer_garbage(tb_unused const struct request *request)
{
    uint8_t noise[64];
    memset(noise, 0xc1, sizeof noise);
    send_text(tb_bytes_of(noise, sizeof noise), -1);
}

static void send_header(uint32_t n, uint8_t kind)
{
    uint8_t header[TB_HEADER_SIZE + 64] = {[4] = kind};
    tb_store_u32(header, n);
    link_send(tb_bytes_of(header, sizeof header));
}

static void answer_huge(tb_unused const struct request *request)
{
    send_header(1U << 30, TB_PLUGIN_REPLY);
}

static void answer_kind(tb_unused const struct request *request)
{
    send_header(64, TB_PLUGIN_CALL);
}

/* {"call": 1, "value": an array that claims 2^32 - 1 elements} */
static void answer_bomb(tb_unused const struct request *request)
{
    static const uint8_t bomb[] = {0x82, 0xa4, 'c', 'a', 'l',  'l',  1,    0xa5, 'v',
                                   'a',  'l',  'u', 'e', 0xdd, 0xff, 0xff, 0xff, 0xff};
    send_text(tb_bytes_of(bomb, sizeof bomb), -1);
}

static void answer_code(const struct request *request)
{
    send_error(request->call, request->arg);
}

static void answer_fd(const struct request *request)
{
    send_reply(request->call, "with a descriptor", STDIN_FILENO);
}

static void flood(const struct request *request)
{
    for (uint64_t i = 1; i <= FLOOD; i++)
        send_reply(request->call + 1024 * i, "flood", -1);
}

static void hang(tb_unused const struct request *request)
{
    for (;;)
        (void)poll(NULL, 0, -1);
}

static void crash(tb_unused const struct request *request)
{
    __builtin_trap(); /* a signal that it sends itself would be ignored: it is the init of its
                         namespace */
}

/* Answers after its deadline has passed, and serves on. */
static void late(const struct request *request)
{
    struct timespec time = {.tv_nsec = 400 * 1000 * 1000};
    nanosleep(&time, NULL);
    send_reply(request->call, "too late", -1);
}

static const struct {
    const char *name;
    void (*run)(const struct request *request);
} ways[] = {
    {"twice", answer_twice}, {"other", answer_other}, {"garbage", answer_garbage},
    {"huge", answer_huge},   {"kind", answer_kind},   {"bomb", answer_bomb},
    {"code", answer_code},   {"fd", answer_fd},       {"flood", flood},
    {"hang", hang},          {"crash", crash},        {"late", late},
};

bool link_break(const struct request *request)
{
    for (size_t i = 0; i < TB_ARRAY_LEN(ways); i++)
        if (strcmp(ways[i].name, request->what) == 0) {
            ways[i].run(request);
            return true;
        }
    return false;
}
