#include "tests/hostile/plugins/pool.h"

#include "base/result.h"
#include "proto/plugin_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    POOL = 4,
    SIZE = TB_BULK_IN + TB_BULK_OUT,
    LARGE = 1000000, /* of an answer */
    PAGE = 4096,
};

static uint8_t *map(void)
{
    static uint8_t *memory;
    if (!memory) {
        void *at = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, POOL, 0);
        if (at == MAP_FAILED)
            _exit(5);
        memory = at;
    }
    return memory;
}

static void send_out(struct tb_buffer *out)
{
    link_send(tb_buffer_bytes(out));
    tb_buffer_deinit(out);
}

static void release(uint64_t at)
{
    struct tb_buffer out;
    tb_buffer_init(&out, 256);
    if (tb_plugin_release_write(&out, at) != TB_OK)
        _exit(5);
    send_out(&out);
}

static void answer_at(const struct request *request, uint64_t at, uint64_t n)
{
    struct tb_buffer out;
    struct tb_packer packer;
    tb_buffer_init(&out, 256);
    struct tb_plain plain = tb_plain_begin(&packer, &out, TB_PLUGIN_REPLY);
    tb_pack_map(&packer, 3);
    tb_pack_key_uint(&packer, "call", request->call);
    tb_pack_key_uint(&packer, "bytes", n);
    tb_pack_key_uint(&packer, "at", at);
    if (tb_plain_finish(&plain, &packer, (struct tb_bytes){0}) != TB_OK)
        _exit(5);
    send_out(&out);
}

/* ---- on the link ---- */

/* The twin: the body back, from one part to the other. */
static void echo(const struct request *request)
{
    if (!request->pooled) {
        link_answer(request, "the body is not in the pool");
        return;
    }
    memcpy(map() + TB_BULK_IN, map() + request->at, request->n);
    release(request->at);
    answer_at(request, TB_BULK_IN, request->n);
}

static void release_wrongly(const struct request *request)
{
    if (strcmp(request->arg, "twice") == 0)
        release(request->at);
    release(strcmp(request->arg, "twice") == 0     ? request->at
            : strcmp(request->arg, "inside") == 0  ? request->at + 1
            : strcmp(request->arg, "foreign") == 0 ? request->at + TB_BULK_IN / 2
                                                   : UINT64_MAX);
    link_answer(request, "SUCCESS");
}

static void answer_outside(const struct request *request)
{
    answer_at(request,
              strcmp(request->arg, "in") == 0    ? 0
              : strcmp(request->arg, "end") == 0 ? SIZE - PAGE
                                                 : UINT64_MAX - PAGE,
              5 * PAGE);
}

/* Keeps what it was lent. */
static void hoard(const struct request *request)
{
    link_answer(request, request->pooled ? "pooled" : "behind the map");
}

static void answer_and_die(const struct request *request)
{
    memset(map() + TB_BULK_IN, 'x', LARGE);
    answer_at(request, TB_BULK_IN, LARGE);
    _exit(3);
}

/* ---- at the memory, while others read it ---- */

static void *spoil(void *none)
{
    for (uint8_t i = 0;; i++)
        memset(map() + TB_BULK_IN, i, LARGE);
    return none;
}

/* From the first such call on a thread changes everything all the time. */
static void answer_and_spoil(const struct request *request)
{
    static pthread_t spoiler;
    if (!spoiler && pthread_create(&spoiler, NULL, spoil, NULL) != 0)
        _exit(7);
    answer_at(request, TB_BULK_IN, LARGE);
}

/* ---- at the file ---- */

static void tell(const struct request *request, int result)
{
    link_answer(request, result < 0 ? strerrorname_np(errno) : "SUCCESS");
}

static void change_size(const struct request *request)
{
    tell(request, ftruncate(POOL, strcmp(request->arg, "grow") == 0 ? SIZE + PAGE : PAGE));
}

/* While one is made, whoever touches the memory there waits. */
static void make_hole(const struct request *request)
{
    tell(request, strcmp(request->arg, "madvise") == 0
                      ? madvise(map(), SIZE, MADV_REMOVE)
                      : fallocate(POOL, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, SIZE));
}

static void change_seals(const struct request *request)
{
    tell(request, fcntl(POOL, F_ADD_SEALS, F_SEAL_WRITE));
}

static const struct {
    const char *name;
    void (*run)(const struct request *request);
} ways[] = {
    {"pool-echo", echo},        {"pool-release", release_wrongly}, {"pool-answer", answer_outside},
    {"pool-hoard", hoard},      {"pool-die", answer_and_die},      {"pool-spoil", answer_and_spoil},
    {"pool-size", change_size}, {"pool-seal", change_seals},       {"pool-hole", make_hole},
};

bool pool_break(const struct request *request)
{
    for (size_t i = 0; i < TB_ARRAY_LEN(ways); i++)
        if (strcmp(ways[i].name, request->what) == 0) {
            ways[i].run(request);
            return true;
        }
    return false;
}
