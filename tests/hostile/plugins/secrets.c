#include "tests/hostile/plugins/secrets.h"

#include "proto/plugin.h"
#include "proto/secret.h"

#include <unistd.h>

enum { ASKED_TOO_OFTEN = 5, NOTE_TOO_LONG = 257 };

static void ask_about(uint64_t call, struct tb_bytes what)
{
    static const uint8_t key[32] = {9}; /* a point of the curve; nobody has the other half */
    const struct tb_secret secret = {.call = call, .key = key, .what = what};
    struct tb_buffer out;
    tb_buffer_init(&out, TB_HEADER_SIZE + TB_FRAME_MAX);
    if (tb_secret_write(&out, &secret) != 0)
        _exit(4);
    link_send(tb_buffer_bytes(&out));
    tb_buffer_deinit(&out);
}

static void ask(uint64_t call)
{
    ask_about(call, tb_bytes_of_string("your bank's password"));
}

/* The honest way: one question, one answer, then the call's. */
static void ask_once(const struct request *request)
{
    ask(request->call);
    if (link_await(TB_PLUGIN_SECRET_ANSWER))
        link_answer(request, "answered");
}

/* The call stays open. */
static void ask_only(const struct request *request)
{
    ask(request->call);
}

static void ask_behind_reply(const struct request *request)
{
    link_answer(request, "SUCCESS");
    ask(request->call);
}

static void ask_with_text(const struct request *request)
{
    ask_about(request->call, tb_bytes_of_string(request->arg));
}

static void ask_with_nul(const struct request *request)
{
    ask_about(request->call, tb_bytes_of("\0your bank", 10));
}

static void ask_for_another(const struct request *request)
{
    ask(request->call + 1024);
}

static void ask_two_at_once(const struct request *request)
{
    ask(request->call);
    ask(request->call);
}

static void ask_again_and_again(const struct request *request)
{
    for (int i = 0; i < ASKED_TOO_OFTEN; i++) {
        ask(request->call);
        if (!link_await(TB_PLUGIN_SECRET_ANSWER))
            return;
    }
    link_answer(request, "answered");
}

static void answer_with_note(const struct request *request, struct tb_bytes note)
{
    struct tb_buffer out;
    struct tb_packer packer;
    tb_buffer_init(&out, TB_HEADER_SIZE + TB_FRAME_MAX);
    struct tb_plain plain = tb_plain_begin(&packer, &out, TB_PLUGIN_REPLY);
    tb_pack_map(&packer, 3);
    tb_pack_key_uint(&packer, "call", request->call);
    tb_pack_key_text(&packer, "value", "SUCCESS");
    tb_pack_key_str(&packer, "note", note);
    if (tb_plain_finish(&plain, &packer, (struct tb_bytes){0}) != 0)
        _exit(4);
    link_send(tb_buffer_bytes(&out));
    tb_buffer_deinit(&out);
}

static void note(const struct request *request)
{
    answer_with_note(request, tb_bytes_of_string(request->arg));
}

static void note_too_long(const struct request *request)
{
    static char text[NOTE_TOO_LONG];
    memset(text, 'x', sizeof text);
    answer_with_note(request, tb_bytes_of(text, sizeof text));
}

static void note_not_text(const struct request *request)
{
    answer_with_note(request, tb_bytes_of("a\xff\xfe", 3));
}

static const struct {
    const char *name;
    void (*run)(const struct request *request);
} ways[] = {
    {"secret", ask_once},
    {"secret-only", ask_only},
    {"secret-behind", ask_behind_reply},
    {"secret-text", ask_with_text},
    {"secret-nul", ask_with_nul},
    {"secret-other", ask_for_another},
    {"secret-two", ask_two_at_once},
    {"secret-five", ask_again_and_again},
    {"note", note},
    {"note-long", note_too_long},
    {"note-binary", note_not_text},
};

bool secrets_break(const struct request *request)
{
    for (size_t i = 0; i < TB_ARRAY_LEN(ways); i++)
        if (strcmp(ways[i].name, request->what) == 0) {
            ways[i].run(request);
            return true;
        }
    return false;
}
