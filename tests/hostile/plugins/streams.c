#include "tests/hostile/plugins/streams.h"

#include "proto/plugin.h"

#include <unistd.h>

enum { FLOOD = 20000, PAYLOAD = 1000 };

static uint8_t raw[TB_CHUNK_RAW_MAX];

/* One frame of a map that has room for `call` and one more pair. */
struct words {
    struct tb_buffer out;
    struct tb_packer packer;
    struct tb_plain plain;
};

static struct tb_packer *begin(struct words *words, enum tb_kind kind, const uint64_t *call)
{
    tb_buffer_init(&words->out, TB_HEADER_SIZE + TB_FRAME_MAX);
    words->plain = tb_plain_begin(&words->packer, &words->out, kind);
    tb_pack_map(&words->packer, 2);
    if (call)
        tb_pack_key_uint(&words->packer, "call", *call);
    return &words->packer;
}

static void end(struct words *words, size_t n_raw)
{
    if (tb_plain_finish(&words->plain, &words->packer, tb_bytes_of(raw, n_raw)) != 0)
        _exit(4);
    link_send(tb_buffer_bytes(&words->out));
    tb_buffer_deinit(&words->out);
}

static void say(enum tb_kind kind, uint64_t call, const char *key, uint64_t value)
{
    struct words words;
    tb_pack_key_uint(begin(&words, kind, &call), key, value);
    end(&words, 0);
}

static void part(uint64_t call, size_t n)
{
    struct words words;
    tb_pack_key_uint(begin(&words, TB_PLUGIN_CHUNK, &call), "bytes", n);
    end(&words, n);
}

static void emit(const char *event)
{
    struct words words;
    struct tb_packer *packer = begin(&words, TB_PLUGIN_EMIT, NULL);
    tb_pack_key_text(packer, "event", event);
    tb_pack_key(packer, "payload");
    tb_pack_bin(packer, tb_bytes_of(raw, PAYLOAD));
    end(&words, 0);
}

/* Never asks what it may send. */
static void endless(const struct request *request)
{
    for (;;)
        part(request->call, sizeof raw);
}

static void endless_later(const struct request *request)
{
    say(TB_PLUGIN_CHUNK, request->call, "message", 1);
    if (link_await(TB_PLUGIN_CANCEL))
        endless(request);
}

static void two_values(const struct request *request)
{
    say(TB_PLUGIN_CHUNK, request->call, "value", 1);
    say(TB_PLUGIN_CHUNK, request->call, "value", 2);
}

static void value_then_bytes(const struct request *request)
{
    say(TB_PLUGIN_CHUNK, request->call, "value", 1);
    part(request->call, 1);
}

static void bytes_then_reply(const struct request *request)
{
    part(request->call, 1);
    link_answer(request, "a text");
}

static void value_then_reply(const struct request *request)
{
    say(TB_PLUGIN_CHUNK, request->call, "value", 1);
    link_answer(request, "another result");
}

static void other_chunk(const struct request *request)
{
    say(TB_PLUGIN_CHUNK, request->call + 1, "message", 1);
}

static void late_chunk(const struct request *request)
{
    link_answer(request, "over");
    say(TB_PLUGIN_CHUNK, request->call, "message", 1);
}

static void too_much_credit(const struct request *request)
{
    say(TB_PLUGIN_CREDIT, request->call, "bytes", TB_CREDIT_MOST);
}

static void no_credit(const struct request *request)
{
    say(TB_PLUGIN_CREDIT, request->call, "bytes", 0);
}

static void emit_one(const struct request *request)
{
    emit(request->arg);
    link_answer(request, "emitted");
}

static void emit_flood(const struct request *request)
{
    for (int i = 0; i < FLOOD; i++)
        emit(request->arg);
    link_answer(request, "flooded");
}

/* Keeps something open: what its id would be. */
static void keep(const struct request *request)
{
    say(TB_PLUGIN_REPLY, request->call, "value", request->ids + 1);
}

static const struct {
    const char *name;
    void (*run)(const struct request *request);
} ways[] = {
    {"endless", endless},
    {"endless-later", endless_later},
    {"two-values", two_values},
    {"value-then-bytes", value_then_bytes},
    {"bytes-then-reply", bytes_then_reply},
    {"value-then-reply", value_then_reply},
    {"other-chunk", other_chunk},
    {"late-chunk", late_chunk},
    {"too-much-credit", too_much_credit},
    {"no-credit", no_credit},
    {"emit", emit_one},
    {"emit-flood", emit_flood},
    {"keep", keep},
};

bool streams_break(const struct request *request)
{
    for (size_t i = 0; i < TB_ARRAY_LEN(ways); i++)
        if (strcmp(ways[i].name, request->what) == 0) {
            ways[i].run(request);
            return true;
        }
    return false;
}
