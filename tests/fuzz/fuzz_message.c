/*
 * Plaintexts of every message with msgpack in it: the first byte picks the reader, the rest is
 * `u32 m | msgpack | raw` or, on the control link, the msgpack alone. What is accepted keeps to its
 * limits, and survives being written, sealed, opened and read again.
 */
#include "base/result.h"
#include "proto/ask.h"
#include "proto/control.h"
#include "proto/pick.h"
#include "proto/plugin.h"
#include "proto/plugin_pick.h"
#include "proto/secret.h"
#include "tests/fuzz/fuzz.h"

static struct tb_unpacker unpacker;
static struct tb_buffer out;
static const uint8_t key[TB_KEY_SIZE] = {5};
static const struct tb_envelope envelope = {.key = key, .handle = {{1}}};

/* Opens the frame in `out`. */
static struct tb_plaintext opened(enum tb_side side)
{
    struct tb_frame frame;
    struct tb_plaintext plaintext;
    size_t size;
    tb_assert(tb_frame_parse(side, tb_buffer_bytes(&out), &frame, &size) == TB_OK);
    tb_assert(size == tb_buffer_n(&out));
    tb_assert(tb_seal_open(&frame, key, &plaintext) == TB_OK);
    return plaintext;
}

static void on_call(const struct tb_plaintext *in)
{
    struct tb_call call;
    struct tb_buffer args;
    struct tb_packer packer;
    if (tb_call_read(&unpacker, in, &call) != TB_OK)
        return;
    tb_assert(call.args->type == MSGPACK_OBJECT_MAP && (call.has_raw || call.raw.n == 0));
    tb_buffer_init(&args, TB_FRAME_MAX);
    tb_packer_init(&packer, &args);
    tb_pack_object(&packer, call.args);
    if (!packer.failed &&
        tb_call_write(&out, &envelope, tb_buffer_bytes(&args), &call, false) == TB_OK) {
        struct tb_plaintext again = opened(TB_SIDE_BROKER_VIEW);
        tb_assert(tb_call_read(&unpacker, &again, &call) == TB_OK);
    }
    tb_buffer_deinit(&args);
}

static void check_reply(const struct tb_reply *reply)
{
    tb_assert(reply->type == TB_REPLY_BYTES || reply->raw.n == 0);
    if (reply->type == TB_REPLY_ERROR) {
        tb_assert(reply->error.code != TB_CODE_NONE && reply->error.code < TB_N_CODES);
        tb_assert(reply->error.message.n <= TB_ERROR_MESSAGE_MAX);
        tb_assert(reply->error.sys_errno >= 0 && reply->error.sys_errno <= TB_ERRNO_MAX);
    }
    if (tb_reply_write(&out, &envelope, reply, false) != TB_OK)
        return;
    struct tb_reply read;
    struct tb_plaintext again = opened(TB_SIDE_ENDPOINT);
    enum tb_reply_type type = reply->type;
    tb_assert(tb_reply_read(&unpacker, &again, &read) == TB_OK && read.type == type);
}

static void on_reply(const struct tb_plaintext *in)
{
    struct tb_reply reply;
    if (tb_reply_read(&unpacker, in, &reply) == TB_OK)
        check_reply(&reply);
}

static void on_want(const struct tb_plaintext *in)
{
    struct tb_want want;
    if (tb_want_read(&unpacker, in, &want) != TB_OK)
        return;
    tb_assert(want.count >= 1 && want.count <= TB_HANDLES_MAX);
    tb_assert(tb_want_write(&out, &envelope, &want) == TB_OK);
    struct tb_plaintext again = opened(TB_SIDE_BROKER_VIEW);
    tb_assert(tb_want_read(&unpacker, &again, &want) == TB_OK);
}

static void on_miss(const struct tb_plaintext *in)
{
    struct tb_miss miss;
    if (tb_miss_read(&unpacker, in, &miss) != TB_OK)
        return;
    tb_assert(miss.name.n <= TB_COMMAND_MAX && tb_utf8_valid(miss.name));
    tb_assert(tb_miss_write(&out, &envelope, &miss) == TB_OK);
    struct tb_plaintext again = opened(TB_SIDE_BROKER_VIEW);
    tb_assert(tb_miss_read(&unpacker, &again, &miss) == TB_OK);
}

static void on_handles(const struct tb_plaintext *in)
{
    struct tb_handles handles;
    if (tb_handles_read(&unpacker, in, &handles) != TB_OK)
        return;
    tb_assert(handles.handles.n % TB_HANDLE_SIZE == 0);
    tb_assert(tb_handles_write(&out, &envelope, &handles) == TB_OK);
    struct tb_plaintext again = opened(TB_SIDE_ENDPOINT);
    tb_assert(tb_handles_read(&unpacker, &again, &handles) == TB_OK);
}

static void on_empty(const struct tb_plaintext *in)
{
    if (tb_empty_read(&unpacker, in) == TB_OK)
        tb_assert(in->raw.n == 0);
}

static void on_welcome(const struct tb_plaintext *in)
{
    struct tb_welcome welcome;
    struct tb_welcome_command command;
    if (tb_welcome_read(&unpacker, in, &welcome) != TB_OK)
        return;
    tb_assert(welcome.session.n == 2 * TB_SESSION_SIZE && welcome.in_flight > 0);
    for (uint32_t i = 0; i < welcome.commands->via.array.size; i++)
        if (tb_welcome_command_read(&welcome.commands->via.array.ptr[i], &command) == TB_OK)
            tb_assert(command.handles.n >= TB_HANDLES_MIN * TB_HANDLE_SIZE && command.name.n > 0 &&
                      command.handles.n <= command.pool * TB_HANDLE_SIZE);
}

static void on_plugin_reply(struct tb_bytes body)
{
    struct tb_plugin_reply answer;
    if (tb_plugin_reply_read(&unpacker, body, &answer) != TB_OK)
        return;
    if (answer.reply.type == TB_REPLY_ERROR)
        tb_assert(tb_code_from_plugin(answer.reply.error.code));
    tb_assert(!answer.raw.pooled || answer.reply.raw.n == 0);
    check_reply(&answer.reply);
}

static struct tb_bytes control_body(enum tb_side side)
{
    struct tb_frame frame;
    size_t size;
    tb_assert(tb_frame_parse(side, tb_buffer_bytes(&out), &frame, &size) == TB_OK);
    return frame.body;
}

static void on_open(struct tb_bytes body)
{
    struct tb_open open;
    if (tb_open_read(&unpacker, body, &open) != TB_OK)
        return;
    tb_assert(tb_open_valid(&open) && tb_open_write(&out, &open) == TB_OK);
    tb_assert(tb_open_read(&unpacker, control_body(TB_SIDE_BROKER_CONTROL), &open) == TB_OK);
}

static void on_opened(struct tb_bytes body)
{
    struct tb_opened opened_message;
    if (tb_opened_read(&unpacker, body, &opened_message) != TB_OK)
        return;
    tb_assert(tb_opened_write(&out, &opened_message) == TB_OK);
    tb_assert(tb_opened_read(&unpacker, control_body(TB_SIDE_HOST), &opened_message) == TB_OK);
}

static void on_view(struct tb_bytes body)
{
    struct tb_bytes view;
    if (tb_view_read(&unpacker, body, &view) != TB_OK)
        return;
    tb_assert(tb_view_write(&out, TB_SHUT, view) == TB_OK);
    tb_assert(tb_view_read(&unpacker, control_body(TB_SIDE_BROKER_CONTROL), &view) == TB_OK);
}

static void on_alert(struct tb_bytes body)
{
    struct tb_alert alert;
    if (tb_alert_read(&unpacker, body, &alert) != TB_OK)
        return;
    tb_assert(tb_alert_write(&out, &alert) == TB_OK);
    tb_assert(tb_alert_read(&unpacker, control_body(TB_SIDE_HOST), &alert) == TB_OK);
}

static void on_reload(struct tb_bytes body)
{
    uint32_t id;
    uint32_t again;
    if (tb_reload_read(&unpacker, body, &id) != TB_OK)
        return;
    tb_assert(tb_reload_write(&out, id) == TB_OK);
    tb_assert(tb_reload_read(&unpacker, control_body(TB_SIDE_BROKER_CONTROL), &again) == TB_OK);
    tb_assert(again == id);
}

static void on_reloaded(struct tb_bytes body)
{
    struct tb_reloaded reloaded;
    if (tb_reloaded_read(&unpacker, body, &reloaded) != TB_OK)
        return;
    tb_assert((reloaded.code == TB_CODE_NONE) == (reloaded.before.n == TB_DIGEST_TEXT));
    tb_assert((reloaded.code == TB_CODE_NONE) == (reloaded.after.n == TB_DIGEST_TEXT));
    tb_assert(tb_reloaded_write(&out, &reloaded) == TB_OK);
    tb_assert(tb_reloaded_read(&unpacker, control_body(TB_SIDE_HOST), &reloaded) == TB_OK);
}

/* What fits goes out again as the host's library would send it. */
static void on_emit(struct tb_bytes body)
{
    struct tb_emit emit;
    struct tb_emit again;
    struct tb_packer packer;
    size_t at;
    if (tb_emit_read(&unpacker, body, &emit) != TB_OK)
        return;
    bool fits = tb_emit_fits(unpacker.scanner);
    tb_assert(emit.event.n <= TB_EVENT_NAME_MAX && emit.view.n <= TB_LABEL_MAX);
    tb_assert(tb_emit_begin(&out, &packer, emit.view, emit.event, &at) == TB_OK);
    tb_pack_object(&packer, emit.payload);
    int r = tb_emit_finish(&out, &packer, at, unpacker.scanner);
    tb_assert(r == TB_OK ||
              (r == TB_TOO_LARGE && (!fits || tb_buffer_n(&out) - at > TB_CHUNK_RAW_MAX)));
    if (r == TB_OK)
        tb_assert(tb_emit_read(&unpacker, control_body(TB_SIDE_BROKER_CONTROL), &again) == TB_OK &&
                  tb_emit_fits(unpacker.scanner));
}

static void on_ask(struct tb_bytes body)
{
    struct tb_ask ask;
    if (tb_ask_read(&unpacker, body, &ask) != TB_OK)
        return;
    tb_assert(ask.args->type == MSGPACK_OBJECT_MAP && tb_origin_valid(ask.origin));
    int r = tb_ask_write(&out, &ask);
    tb_assert(r == TB_OK || r == TB_TOO_LARGE); /* the canonical form may be longer */
    if (r == TB_OK)
        tb_assert(tb_ask_read(&unpacker, control_body(TB_SIDE_HOST), &ask) == TB_OK);
}

static void on_ask_answer(struct tb_bytes body)
{
    struct tb_ask_answer answer;
    struct tb_ask_answer again;
    if (tb_ask_answer_read(&unpacker, body, &answer) != TB_OK)
        return;
    tb_assert(answer.answered < TB_N_ANSWERS && tb_ask_answer_write(&out, &answer) == TB_OK);
    struct tb_bytes written = control_body(TB_SIDE_BROKER_CONTROL);
    tb_assert(tb_ask_answer_read(&unpacker, written, &again) == TB_OK);
    tb_assert(again.id == answer.id && again.answered == answer.answered);
}

static void on_ask_over(struct tb_bytes body)
{
    uint32_t id;
    uint32_t again;
    if (tb_ask_over_read(&unpacker, body, &id) != TB_OK)
        return;
    tb_assert(tb_ask_over_write(&out, id) == TB_OK);
    tb_assert(tb_ask_over_read(&unpacker, control_body(TB_SIDE_HOST), &again) == TB_OK);
    tb_assert(again == id);
}

/* ---- passphrases: on the plugin link, and on the control link ---- */

static void on_secret(struct tb_bytes body)
{
    struct tb_secret secret;
    struct tb_secret again;
    if (tb_secret_read(&unpacker, body, &secret) != TB_OK)
        return;
    tb_assert(secret.what.n > 0 && secret.what.n <= TB_SECRET_WHAT_MAX);
    tb_assert(!memchr(secret.what.data, 0, secret.what.n) && tb_utf8_valid(secret.what));
    tb_assert(tb_secret_write(&out, &secret) == TB_OK);
    struct tb_bytes written = control_body(TB_SIDE_BROKER_PLUGIN);
    tb_assert(tb_secret_read(&unpacker, written, &again) == TB_OK);
    tb_assert(again.call == secret.call && again.is_new == secret.is_new &&
              memcmp(again.key, secret.key, TB_SECRET_KEY_SIZE) == 0 &&
              tb_bytes_equal(again.what, secret.what));
}

static void on_secret_answer(struct tb_bytes body)
{
    struct tb_secret_answer answer;
    struct tb_secret_answer again;
    if (tb_secret_answer_read(&unpacker, body, &answer) != TB_OK)
        return;
    tb_assert(answer.sealed.n == 0 || tb_secret_box_valid(answer.sealed.n));
    tb_assert(tb_secret_answer_write(&out, &answer) == TB_OK);
    tb_assert(tb_secret_answer_read(&unpacker, control_body(TB_SIDE_PLUGIN), &again) == TB_OK);
    tb_assert(again.call == answer.call && tb_bytes_equal(again.sealed, answer.sealed));
}

static void on_secret_prompt(struct tb_bytes body)
{
    struct tb_secret_prompt prompt;
    struct tb_secret_prompt again;
    if (tb_secret_prompt_read(&unpacker, body, &prompt) != TB_OK)
        return;
    tb_assert(prompt.what.n > 0 && prompt.command.n > 0 && tb_origin_valid(prompt.origin));
    tb_assert(tb_secret_prompt_write(&out, &prompt) == TB_OK);
    tb_assert(tb_secret_prompt_read(&unpacker, control_body(TB_SIDE_HOST), &again) == TB_OK);
    tb_assert(again.id == prompt.id && again.is_new == prompt.is_new &&
              tb_bytes_equal(again.what, prompt.what) &&
              tb_bytes_equal(again.plugin, prompt.plugin));
}

static void on_secret_typed(struct tb_bytes body)
{
    struct tb_secret_typed typed;
    struct tb_secret_typed again;
    if (tb_secret_typed_read(&unpacker, body, &typed) != TB_OK)
        return;
    tb_assert(typed.sealed.n == 0 || tb_secret_box_valid(typed.sealed.n));
    tb_assert(tb_secret_typed_write(&out, &typed) == TB_OK);
    struct tb_bytes written = control_body(TB_SIDE_BROKER_CONTROL);
    tb_assert(tb_secret_typed_read(&unpacker, written, &again) == TB_OK);
    tb_assert(again.id == typed.id && tb_bytes_equal(again.sealed, typed.sealed));
}

static void on_pick(struct tb_bytes body)
{
    struct tb_pick_offer offer;
    struct tb_pick_offer again;
    if (tb_pick_offer_read(&unpacker, body, &offer) != TB_OK)
        return;
    tb_assert(offer.path.n > 1 && offer.path.n <= TB_PICK_PATH_MAX && tb_label_valid(offer.view));
    tb_assert(tb_pick_offer_write(&out, &offer) == TB_OK);
    struct tb_bytes written = control_body(TB_SIDE_BROKER_CONTROL);
    tb_assert(tb_pick_offer_read(&unpacker, written, &again) == TB_OK);
    tb_assert(again.id == offer.id && again.document == offer.document &&
              again.folder == offer.folder && again.recursive == offer.recursive &&
              again.writable == offer.writable && tb_bytes_equal(again.path, offer.path));
}

static void on_pick_answer(struct tb_bytes body)
{
    struct tb_pick_answer answer;
    struct tb_pick_answer again;
    if (tb_pick_answer_read(&unpacker, body, &answer) != TB_OK)
        return;
    tb_assert(tb_pick_answer_write(&out, &answer) == TB_OK);
    tb_assert(tb_pick_answer_read(&unpacker, control_body(TB_SIDE_HOST), &again) == TB_OK);
    tb_assert(again.id == answer.id && again.code == answer.code &&
              tb_bytes_equal(again.message, answer.message));
}

static void on_plugin_pick(struct tb_bytes body)
{
    struct tb_plugin_pick pick;
    struct tb_plugin_pick again;
    if (tb_plugin_pick_read(&unpacker, body, &pick) != TB_OK)
        return;
    tb_assert(pick.number > 0 && pick.number <= TB_PICKS_MAX && tb_pick_path_valid(pick.at));
    tb_assert(tb_plugin_pick_write(&out, &pick) == TB_OK);
    tb_assert(tb_plugin_pick_read(&unpacker, control_body(TB_SIDE_PLUGIN), &again) == TB_OK);
    tb_assert(again.number == pick.number && tb_bytes_equal(again.path, pick.path) &&
              tb_bytes_equal(again.at, pick.at) && again.writable == pick.writable);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const sealed[])(const struct tb_plaintext *) = {
        on_call, on_reply, on_want, on_miss, on_handles, on_empty, on_welcome};
    static void (*const clear[])(struct tb_bytes) = {
        on_plugin_reply, on_open,        on_opened,        on_view,          on_alert,
        on_reload,       on_reloaded,    on_emit,          on_ask,           on_ask_answer,
        on_ask_over,     on_secret,      on_secret_answer, on_secret_prompt, on_secret_typed,
        on_pick,         on_pick_answer, on_plugin_pick};
    struct tb_plaintext plaintext;
    if (!unpacker.scanner) {
        tb_assert(tb_unpacker_init(&unpacker, &tb_scan_peer) == 0);
        tb_buffer_init(&out, 2 * TB_FRAME_MAX);
    }
    if (size == 0)
        return 0;
    size_t which = data[0] % (TB_ARRAY_LEN(sealed) + TB_ARRAY_LEN(clear));
    struct tb_bytes rest = tb_bytes_of(data + 1, size - 1);
    if (which >= TB_ARRAY_LEN(sealed))
        clear[which - TB_ARRAY_LEN(sealed)](rest);
    else if (tb_plaintext_split(rest, &plaintext) == TB_OK)
        sealed[which](&plaintext);
    tb_buffer_consume(&out, tb_buffer_n(&out));
    return 0;
}
