/*
 * A plugin asks a person for a passphrase, in a call that is at the plugin. It is one of the
 * prompts of its session (prompts.h), so that it is shown alone. What is typed comes sealed to the
 * plugin's own key and is passed on as it is: the broker judges who may ask, how often and for how
 * long, and never holds a passphrase.
 *
 * The prompt belongs to its call and goes when that is answered or the plugin replies, whatever the
 * cause. The plugin is told of everything else that ends it; of this it knows by CANCEL, or did it
 * itself.
 */
#include "broker/ask.h"

#include "base/clock.h"

#include <sodium.h>

static struct tb_view *view_of(const struct tb_session *session)
{
    return &session->broker->views.slots[session->slot];
}

/* `outcome` is first, so that nothing that a plugin writes can pass for it. */
static void record(const struct tb_session *session, const struct tb_live_call *call,
                   enum tb_verdict verdict, const char *outcome, struct tb_bytes what)
{
    char reason[TB_SECRET_WHAT_MAX + 80];
    (void)snprintf(reason, sizeof reason, "passphrase %s: %.*s", outcome, (int)what.n,
                   (const char *)what.data);
    struct tb_record record = {
        .event = TB_EVENT_ASK,
        .verdict = verdict,
        .code = verdict == TB_ALLOW ? TB_CODE_NONE : TB_CODE_ASK_DENIED,
        .command = tb_session_command(session, call->command)->name,
        .plugin = session->plugins[call->plugin].name,
        .reason = tb_bytes_of_string(reason),
    };
    (void)tb_flush_record(session->broker, session, &record);
}

static void record_prompt(const struct tb_session *session, const struct tb_live_call *call,
                          enum tb_verdict verdict, const char *outcome)
{
    record(session, call, verdict, outcome, tb_bytes_of_string(call->secret->wish.what));
}

/* ---- the end of a prompt ---- */

static void detach(struct tb_session *session, struct tb_live_call *call)
{
    struct tb_broker *broker = session->broker;
    uint64_t left_ns = call->secret->wish.left_ns;
    tb_prompts_free(&session->prompts, call->secret);
    call->secret = NULL;
    broker->asks_due = true;
    tb_answer_by(broker, session, call, tb_clock_after(broker->now_ns, left_ns));
}

static void take_away(struct tb_session *session, struct tb_live_call *call, const char *outcome)
{
    record_prompt(session, call, TB_DENY, outcome);
    tb_control_ask_over(session->broker, call->secret->id);
    view_of(session)->refusals.next_ask_ns = session->broker->now_ns + TB_ASK_GAP_NS;
}

void tb_secret_forget(struct tb_session *session, struct tb_live_call *call)
{
    if (!call->secret)
        return;
    if (call->secret->id != 0)
        take_away(session, call, "taken away, the call is over");
    detach(session, call);
}

/* Empty: dismissed. A plugin that does not read what it asked for has its call ended. */
static void tell(struct tb_session *session, struct tb_live_call *call, struct tb_bytes sealed)
{
    struct tb_plugin *plugin = &session->plugins[call->plugin];
    const struct tb_secret_answer answer = {.call = call->number, .sealed = sealed};
    if (tb_secret_answer_write(&plugin->link.out, &answer) == TB_OK)
        tb_flush_mark(session->broker, &plugin->link);
    else
        tb_answer_give_up(session->broker, session, call, TB_CODE_LIMIT,
                          "too many bytes wait for the plugin", 100);
}

/* ---- the plugin asks ---- */

/* What a refusal counts for: the command, whatever the plugin writes. */
static void key_of(const struct tb_session *session, const struct tb_live_call *call,
                   uint8_t ret_key[static TB_ASK_KEY_SIZE])
{
    static const uint8_t purpose[] = "trollbridge passphrase";
    struct tb_bytes name = tb_session_command(session, call->command)->name;
    (void)crypto_generichash(ret_key, TB_ASK_KEY_SIZE, name.data, name.n, purpose, sizeof purpose);
}

/* Nobody is asked; NULL: somebody may be. */
static const char *refusal_of(const struct tb_session *session,
                              const uint8_t key[static TB_ASK_KEY_SIZE])
{
    const struct tb_broker *broker = session->broker;
    if (tb_refusals_left_ms(&view_of(session)->refusals, key, broker->now_ns) > 0)
        return "not asked for, it was dismissed a moment ago";
    return tb_audit_available(&broker->audit) ? NULL : "not asked for, the log cannot be written";
}

static void refuse(struct tb_session *session, struct tb_live_call *call, const char *outcome,
                   struct tb_bytes what)
{
    record(session, call, TB_DENY, outcome, what);
    tell(session, call, (struct tb_bytes){0});
}

static uint64_t left_ns(const struct tb_session *session, const struct tb_live_call *call)
{
    uint64_t now_ns = session->broker->now_ns;
    if (call->deadline_ns == TB_NEVER)
        return TB_NEVER;
    return call->deadline_ns > now_ns ? call->deadline_ns - now_ns : 0;
}

static void queue(struct tb_session *session, struct tb_live_call *call,
                  const struct tb_secret *untrusted_secret, const uint8_t *key)
{
    struct tb_prompt *prompt = tb_prompts_new(&session->prompts);
    struct tb_bytes what = untrusted_secret->what;
    if (!prompt) {
        refuse(session, call, "not asked for, too many prompts wait", what);
        return;
    }
    prompt->call = call;
    memcpy(prompt->key, key, TB_ASK_KEY_SIZE);
    memcpy(prompt->wish.key, untrusted_secret->key, TB_SECRET_KEY_SIZE);
    memcpy(prompt->wish.what, what.data, what.n);
    prompt->wish.is_new = untrusted_secret->is_new;
    prompt->wish.left_ns = left_ns(session, call);
    call->secret = prompt;
    call->deadline_ns = TB_NEVER;
    session->broker->asks_due = true;
}

static void ask(struct tb_session *session, struct tb_live_call *call,
                const struct tb_secret *untrusted_secret)
{
    uint8_t key[TB_ASK_KEY_SIZE];
    key_of(session, call, key);
    const char *refusal = refusal_of(session, key);
    if (refusal)
        refuse(session, call, refusal, untrusted_secret->what);
    else
        queue(session, call, untrusted_secret, key);
}

const char *tb_secret_from_plugin(struct tb_broker *broker, struct tb_plugin *plugin,
                                  const struct tb_frame *frame)
{
    struct tb_secret untrusted_secret;
    if (!plugin->granted || !plugin->granted->secrets)
        return "it asked for a passphrase, and its plugin.toml does not say `secrets = true`";
    if (tb_secret_read(&broker->unpacker, frame->body, &untrusted_secret) != TB_OK)
        return "a request for a passphrase that is not in the format";
    struct tb_live_call *call = tb_plugin_frames_call(plugin, untrusted_secret.call);
    if (!call)
        return "a request for a passphrase in a call that it does not have";
    if (call->secret)
        return "a second request for a passphrase before the first was answered";
    if (++call->n_secrets > TB_SECRETS_PER_CALL)
        return "more requests for passphrases than a call may have";
    if (!call->answered) /* else it has crossed CANCEL, which says it all */
        ask(plugin->session, call, &untrusted_secret);
    return NULL;
}

/* ---- one at a time ---- */

static void show(struct tb_session *session, struct tb_live_call *call)
{
    struct tb_broker *broker = session->broker;
    const struct tb_wish *wish = &call->secret->wish;
    const struct tb_secret_prompt message = {
        .id = call->secret->id = ++broker->last_ask,
        .view = tb_bytes_of_string(session->label),
        .origin = tb_bytes_of_string(session->origin),
        .command = tb_session_command(session, call->command)->name,
        .plugin = session->plugins[call->plugin].name,
        .what = tb_bytes_of_string(wish->what),
        .key = wish->key,
        .is_new = wish->is_new,
    };
    record_prompt(session, call, TB_ALLOW, "asked for");
    tb_answer_by(broker, session, call, broker->now_ns + TB_ASK_S * TB_S_NS);
    tb_control_secret(broker, &message);
}

static void dismiss(struct tb_session *session, struct tb_live_call *call)
{
    tb_refusals_add(&view_of(session)->refusals, call->secret->key, session->broker->now_ns);
    detach(session, call);
    tell(session, call, (struct tb_bytes){0});
}

bool tb_secret_advance(struct tb_session *session, struct tb_live_call *call)
{
    if (call->secret->id != 0)
        return false;
    const char *refusal = refusal_of(session, call->secret->key);
    if (refusal) {
        record_prompt(session, call, TB_DENY, refusal);
        detach(session, call);
        tell(session, call, (struct tb_bytes){0});
        return true;
    }
    if (!tb_ask_must_wait(session, call))
        show(session, call);
    return false;
}

void tb_secret_late(struct tb_session *session, struct tb_live_call *call)
{
    if (call->secret->id == 0) { /* it waited until it may be shown */
        call->deadline_ns = TB_NEVER;
        session->broker->asks_due = true;
        return;
    }
    take_away(session, call, "taken away, nobody has answered");
    dismiss(session, call);
}

void tb_secret_take(struct tb_broker *broker, const struct tb_secret_typed *typed)
{
    struct tb_session *session = typed->id == 0 ? NULL : tb_ask_shown_in(broker, typed->id);
    struct tb_live_call *call = session ? session->prompts.first->call : NULL;
    if (!call || !call->secret)
        return; /* it has crossed ASK_OVER, was answered before, or is none of a passphrase */
    record_prompt(session, call, typed->sealed.n > 0 ? TB_ALLOW : TB_DENY,
                  typed->sealed.n > 0 ? "given" : "dismissed");
    if (typed->sealed.n == 0) {
        dismiss(session, call);
        return;
    }
    detach(session, call);
    tell(session, call, typed->sealed);
}
