#include "broker/hook.h"
#include "broker/private.h"
#include "broker/waiting.h"

#include "base/clock.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>

/* The most that waits for an endpoint which does not read: replies are taken from plugins only
 * below the first number (route.c), so that the second is never reached by them. */
enum { OUT_MAX = 8 * 1024 * 1024 };

static void copy_text(char *to, size_t cap, struct tb_bytes text)
{
    tb_assert(text.n < cap);
    memcpy(to, text.data, text.n);
    to[text.n] = 0;
}

struct tb_session *tb_session_new(struct tb_loop *loop, const struct tb_open *open)
{
    struct tb_session *session = calloc(1, sizeof *session);
    if (!session)
        return NULL;
    session->open_id = open->id;
    session->mode = open->mode;
    session->document = open->document;
    session->opened_ns = tb_clock_ns();
    session->next_deadline_ns = TB_NEVER;
    copy_text(session->label, sizeof session->label, open->view);
    copy_text(session->webview, sizeof session->webview, open->webview);
    copy_text(session->origin, sizeof session->origin, open->origin);
    tb_link_init(&session->link, loop, TB_SIDE_BROKER_VIEW, OUT_MAX);
    return session;
}

static void drop_listener(struct tb_session *session, struct tb_listener *listener)
{
    struct tb_listener **at = &session->listeners;
    while (*at != listener)
        at = &(*at)->next;
    *at = listener->next;
    session->n_events_waiting -= listener->n_waiting;
    tb_listener_free(listener);
}

static void free_plugin(struct tb_plugin *plugin)
{
    tb_plugin_drop_bulk(plugin);
    tb_link_deinit(&plugin->link);
}

void tb_session_free(struct tb_session *session)
{
    if (!session)
        return;
    for (uint32_t i = 0; session->plugins && i < session->n_plugins; i++)
        free_plugin(&session->plugins[i]);
    while (session->listeners)
        drop_listener(session, session->listeners);
    tb_link_deinit(&session->link);
    tb_bulk_unref(session->body);
    tb_handle_pool_deinit(&session->handles);
    tb_prompts_deinit(&session->prompts);
    tb_picks_free(session->picks);
    tb_calls_deinit(&session->calls);
    free(session->plugins);
    free(session->commands);
    if (session->first != session->grant)
        tb_grant_free(session->first);
    tb_grant_free(session->grant);
    tb_grant_free(session->next_grant);
    sodium_memzero(session, sizeof *session);
    free(session);
}

static void make_bootstrap(struct tb_session *session, struct tb_random *random)
{
    struct tb_bootstrap *b = &session->bootstrap;
    tb_random_bytes(random, session->id, sizeof session->id);
    tb_hex(session->id, sizeof session->id, session->id_hex);
    tb_random_bytes(random, b->ticket_id, sizeof b->ticket_id);
    randombytes_buf(b->ticket_secret, sizeof b->ticket_secret);
    crypto_box_keypair(b->broker_pk, session->broker_sk);
    memcpy(b->policy_digest, session->grant->digest, sizeof b->policy_digest);
    b->document = session->document;
    b->label = tb_bytes_of_string(session->label);
    b->origin = tb_bytes_of_string(session->origin);
}

static void name_all(struct tb_session *session)
{
    const struct tb_grant *grant = session->grant;
    session->n_plugins = (uint32_t)grant->n_plugins;
    for (uint32_t i = 0; i < session->n_plugins; i++)
        session->plugins[i] = (struct tb_plugin){
            .session = session,
            .index = i,
            .name = grant->plugins[i].name,
            .granted = &grant->plugins[i],
        };
    session->n_commands = (uint32_t)grant->n_commands;
    for (uint32_t i = 0; i < session->n_commands; i++)
        session->commands[i] = (struct tb_named){
            .name = grant->commands[i].name,
            .granted = &grant->commands[i],
            .plugin = grant->commands[i].plugin,
            .promised = TB_HANDLES_MAX,
            .cap = grant->commands[i].in_flight,
        };
}

int tb_session_grant(struct tb_session *session, struct tb_grant *grant, struct tb_random *random)
{
    session->grant = session->first = grant;
    tb_private_granted(grant);
    session->plugins = calloc(grant->n_plugins + 1, sizeof *session->plugins);
    session->commands = calloc(grant->n_commands + 1, sizeof *session->commands);
    if (!session->plugins || !session->commands || tb_calls_init(&session->calls) < 0 ||
        tb_handle_pool_init(&session->handles, (uint32_t)grant->n_commands) < 0)
        return -ENOMEM;
    name_all(session);
    tb_hook_id(grant, session->hook_id);
    make_bootstrap(session, random);
    return 0;
}

int tb_session_hello(struct tb_session *session, struct tb_bytes body)
{
    struct tb_hello hello;
    struct tb_bootstrap *b = &session->bootstrap;
    int r = tb_hello_read(body, &hello);
    if (r != TB_OK)
        return r;
    if (sodium_memcmp(hello.ticket_id, b->ticket_id, sizeof b->ticket_id) != 0)
        return TB_DENIED;
    r = tb_keys_derive(b, session->broker_sk, hello.endpoint_pk, hello.endpoint_pk, &session->keys);
    sodium_memzero(session->broker_sk, sizeof session->broker_sk);
    sodium_memzero(b->ticket_secret, sizeof b->ticket_secret);
    return r;
}

int tb_session_write_boot(struct tb_session *session)
{
    uint8_t frame[TB_HEADER_SIZE + TB_BOOTSTRAP_MAX];
    size_t n = tb_bootstrap_write(&session->bootstrap, frame + TB_HEADER_SIZE);
    tb_frame_header(frame, TB_BOOT, 0, n);
    bool ok = tb_buffer_append(&session->link.out, tb_bytes_of(frame, TB_HEADER_SIZE + n));
    sodium_memzero(frame, sizeof frame);
    return ok ? TB_OK : TB_FULL;
}

static struct tb_envelope to_endpoint(struct tb_session *session)
{
    return (struct tb_envelope){.key = session->keys.to_endpoint, .counter = session->n_sent++};
}

int tb_session_write_welcome(struct tb_session *session, struct tb_random *random)
{
    struct tb_packer packer;
    struct tb_seal seal = tb_welcome_begin(
        &packer, &session->link.out, tb_bytes_of_string(session->id_hex), session->n_commands);
    for (uint32_t i = 0; i < session->n_commands; i++) {
        struct tb_handle handles[TB_HANDLES_MIN];
        uint32_t cap = session->commands[i].promised = session->commands[i].cap;
        uint32_t n =
            tb_handle_pool_issue(&session->handles, random, i, cap, TB_HANDLES_MIN, handles);
        const struct tb_welcome_command command = {
            .index = i,
            .name = session->commands[i].name,
            .pool = cap,
            .handles = tb_bytes_of(handles, n * sizeof *handles),
        };
        tb_welcome_add(&packer, &command);
    }
    seal.failed |= packer.failed;
    struct tb_envelope envelope = to_endpoint(session);
    return tb_seal_finish(&seal, envelope.key, &envelope.handle, envelope.counter,
                          (struct tb_bytes){0});
}

int tb_session_write_handles(struct tb_session *session, struct tb_random *random,
                             const struct tb_want *want)
{
    struct tb_handle handles[TB_HANDLES_MAX];
    uint32_t cap = tb_session_command(session, want->command)->cap;
    uint32_t n =
        tb_handle_pool_issue(&session->handles, random, want->command, cap, want->count, handles);
    const struct tb_handles answer = {want->command, tb_bytes_of(handles, n * sizeof *handles)};
    struct tb_envelope envelope = to_endpoint(session);
    return tb_handles_write(&session->link.out, &envelope, &answer);
}

void tb_session_free_call(struct tb_session *session, struct tb_live_call *call)
{
    if (call->stream.listener)
        drop_listener(session, call->stream.listener);
    tb_assert(session->n_bytes_live >= call->n_in);
    session->n_bytes_live -= call->n_in;
    session->n_parts_parked -= tb_buffer_n(&call->parts);
    tb_buffer_deinit(&call->parts);
    tb_buffer_deinit(&call->note);
    tb_waiting_free(call->waiting);
    tb_secret_forget(session, call);
    tb_calls_free(&session->calls, call);
}
