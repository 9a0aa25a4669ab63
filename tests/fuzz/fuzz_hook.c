/*
 * Bodies of the hook link: the first byte picks the reader. What is accepted keeps to its limits,
 * and is the same when it is written and read again.
 */
#include "base/result.h"
#include "proto/hook.h"
#include "tests/fuzz/fuzz.h"

static struct tb_unpacker unpacker;
static struct tb_unpacker unpacker_again;
static struct tb_buffer out;

static struct tb_bytes body_of(enum tb_side side)
{
    struct tb_frame frame;
    size_t size;
    tb_assert(tb_frame_parse(side, tb_buffer_bytes(&out), &frame, &size) == TB_OK);
    tb_assert(size == tb_buffer_n(&out));
    return frame.body;
}

static bool same_value(const msgpack_object *a, const msgpack_object *b)
{
    static struct tb_buffer texts[2];
    const msgpack_object *const values[] = {a, b};
    if (!a || !b)
        return a == b;
    for (size_t i = 0; i < 2; i++) {
        struct tb_packer packer;
        tb_buffer_init(&texts[i], 4 * TB_FRAME_MAX);
        tb_packer_init(&packer, &texts[i]);
        tb_pack_object(&packer, values[i]);
        tb_assert(!packer.failed);
    }
    bool same = tb_bytes_equal(tb_buffer_bytes(&texts[0]), tb_buffer_bytes(&texts[1]));
    tb_buffer_deinit(&texts[0]);
    tb_buffer_deinit(&texts[1]);
    return same;
}

static void on_init(struct tb_bytes body)
{
    struct tb_hook_init init;
    struct tb_hook_init again;
    if (tb_hook_init_read(&unpacker, body, &init) != TB_OK)
        return;
    tb_assert(init.time_ms >= 1 && init.time_ms <= TB_HOOK_TIME_MS_MAX);
    tb_assert(init.memory_mib <= TB_HOOK_MEMORY_MIB_MAX && init.text.n <= TB_HOOK_TEXT_MAX);
    tb_assert(tb_hook_init_write(&out, &init) == TB_OK);
    tb_assert(tb_hook_init_read(&unpacker_again, body_of(TB_SIDE_HOOK), &again) == TB_OK);
    tb_assert(tb_bytes_equal(init.view, again.view) && tb_bytes_equal(init.text, again.text) &&
              init.memory_mib == again.memory_mib);
}

static void on_ask(struct tb_bytes body)
{
    struct tb_hook_ask ask;
    struct tb_hook_ask again;
    if (tb_hook_ask_read(&unpacker, body, &ask) != TB_OK)
        return;
    tb_assert(ask.what < TB_N_HOOK_WHATS && ask.command.n <= TB_COMMAND_MAX);
    tb_assert((ask.what == TB_HOOK_FORGET) == (!ask.value && !ask.has_raw));
    if (tb_hook_ask_write(&out, &ask) != TB_OK)
        return; /* the canonical form of it does not fit a frame */
    tb_assert(tb_hook_ask_read(&unpacker_again, body_of(TB_SIDE_HOOK), &again) == TB_OK);
    tb_assert(again.what == ask.what && again.call == ask.call && again.in == ask.in &&
              same_value(ask.value, again.value) && tb_bytes_equal(ask.raw, again.raw));
}

static void on_answer(struct tb_bytes body)
{
    struct tb_hook_answer answer;
    struct tb_hook_answer again;
    if (tb_hook_answer_read(&unpacker, body, &answer) != TB_OK)
        return;
    tb_assert(answer.has_error ? !answer.value && !answer.has_raw && answer.raw.n == 0
                               : answer.value || answer.has_raw);
    if (!answer.has_error)
        return;
    tb_assert(tb_hook_refusal_write(&out, answer.id, answer.error) == TB_OK);
    struct tb_bytes body_again = body_of(TB_SIDE_BROKER_HOOK);
    tb_assert(tb_hook_answer_read(&unpacker_again, body_again, &again) == TB_OK &&
              tb_bytes_equal(answer.error, again.error) && again.id == answer.id);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const readers[])(struct tb_bytes) = {on_init, on_ask, on_answer};
    if (size == 0)
        return 0;
    if (!unpacker.scanner) {
        tb_assert(tb_unpacker_init(&unpacker, &tb_scan_hook) == 0);
        tb_assert(tb_unpacker_init(&unpacker_again, &tb_scan_hook) == 0);
    }
    tb_buffer_init(&out, 2 * TB_FRAME_MAX);
    readers[data[0] % TB_ARRAY_LEN(readers)](tb_bytes_of(data + 1, size - 1));
    tb_buffer_deinit(&out);
    return 0;
}
