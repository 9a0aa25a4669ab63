/*
 * The broker's nouns together, and the parts that know them all: route.c (the path of an endpoint's
 * frame), filter.c (what a call passes behind its handle; waiting.h: if it has to wait), dispatch.c
 * (how it is passed on), plugin_frames.c (the way back), stream.c (what goes both ways), charge.c
 * (what calls use up), tripwire.c (what ends a session), events.c and event_calls.c (what views
 * tell each other), answer.c (how a call ends), lifecycle.c (sessions come and go), launch.c
 * (plugins come and go), graft.c (what people pick), control.c (the host), supervise.c (the
 * supervisor), reload.c (another policy). Everything else knows only itself.
 *
 * One round of the loop: what is ready is read and routed; times that have passed are dealt with;
 * then records go to the scribe, and only then calls to plugins and replies to endpoints. What was
 * closed in a round is freed at its end.
 */
#pragma once

#include "broker/audit.h"
#include "broker/reload.h"
#include "broker/remembered.h"
#include "broker/session.h"
#include "broker/view.h"
#include "policy/own.h"
#include "proto/inner.h"
#include "proto/pick.h"
#include "proto/plugin.h"
#include "proto/secret.h"

struct tb_broker {
    struct tb_loop loop;
    struct tb_settings settings;
    struct tb_audit audit;
    struct tb_link control;
    int offered_fd; /* the descriptor that came for the next OPEN or PICK; -1: none */
    struct tb_source supervisor;
    int through; /* a memory file: what goes to a pool is copied through it (bulk.c) */
    struct tb_views views;
    struct tb_reload reload;
    struct tb_random random;
    struct tb_unpacker unpacker;
    struct tb_unpacker event_unpacker; /* for payloads of events that a hook judges */
    uint32_t last_token;
    struct tb_remembers remembers;
    uint32_t last_ask;      /* prompts, by the host's number for them */
    uint32_t last_remember; /* answers that the supervisor was told to keep */
    bool asks_due;          /* prompts have come or gone, or what is remembered has changed */
    uint64_t now_ns;        /* when this round began */
    struct tb_link *dirty;
    struct tb_session *closed;
    uint32_t n_paused;         /* links that wait for room */
    uint32_t n_parked;         /* calls (waiting.h) */
    uint64_t n_event_work;     /* what this round has spent on events (events.c) */
    uint64_t next_deadline_ns; /* nothing that has a deadline has an earlier one */
    bool ending;
    int exit_status;
};

/* Frames between two sends: larger bursts make the processes run in lockstep, smaller ones cost
 * system calls. */
enum { TB_BURST = 8 };

/* route.c: readiness of a view link (context: session). */
void tb_route_view_ready(struct tb_source *source, uint32_t events);
void tb_route_resume(struct tb_broker *broker); /* goes on with paused links that have room again */
bool tb_route_may_resume(const struct tb_broker *broker); /* whether there is one */

/* supply.c: frames of an endpoint that name no call. The cause if one breaks the protocol, a
 * literal; else NULL. */
const char *tb_supply_hello(struct tb_broker *broker, struct tb_session *session,
                            const struct tb_frame *frame);
const char *tb_supply_more(struct tb_broker *broker, struct tb_session *session,
                           const struct tb_frame *frame, const struct tb_address *address);

/* raw.c: bodies on their way between view links, pools and plugin links. */
/* The view's link has the front of a frame: where it is the front of a large body that can go to
 * its plugin's pool, the body is read there. */
void tb_raw_expect(struct tb_session *session);
/* The frame has been dealt with: a body that was read for it and not passed on is dropped. */
void tb_raw_settle(struct tb_session *session);
/* Bytes for the plugin: in its pool, or behind the map. */
struct tb_raw tb_raw_to_plugin(struct tb_plugin *plugin, struct tb_bytes bytes);
/* The same of a CALL's body, which may have been read to its place already. TB_OK, or TB_CLOSED:
 * the instance that it was read for has ended. */
int tb_raw_of_call(struct tb_session *session, struct tb_plugin *plugin, struct tb_bytes bytes,
                   struct tb_raw *ret_raw);
void tb_raw_take_back(struct tb_plugin *plugin, const struct tb_raw *raw); /* it was not sent */
/* The raw bytes of a plugin's frame, for one to the endpoint: *ret_bytes, or their length alone and
 * a piece that is to follow that frame (or tb_no_piece). False: they are outside of its part. */
bool tb_raw_from_plugin(struct tb_plugin *plugin, const struct tb_raw *untrusted_raw,
                        struct tb_bytes *ret_bytes, struct tb_piece *ret_piece);
/* The same for what is judged before it goes on: *ret_bytes are nobody's to change, until the next
 * call. */
bool tb_raw_copy_from_plugin(struct tb_plugin *plugin, const struct tb_raw *untrusted_raw,
                             struct tb_bytes *ret_bytes);
void tb_raw_forget(void); /* wipes what was read so */
/* The instance ends: what is still being sent from its pool goes on without that. */
void tb_raw_part_with(struct tb_plugin *plugin);
/* The cause if a plugin's RELEASE breaks the protocol, a literal; else NULL. */
const char *tb_raw_on_release(struct tb_broker *broker, struct tb_plugin *plugin,
                              const struct tb_frame *frame);

struct tb_request; /* filter.h */
struct tb_denial;
/* dispatch.c: a CALL whose handle and frame are good is dispatched, or answered. */
void tb_dispatch(struct tb_broker *broker, struct tb_session *session, struct tb_live_call *call,
                 const struct tb_call *message);
/* Recorded as denied, and answered by an error: the request is over. */
void tb_dispatch_deny(const struct tb_request *request, const struct tb_denial *denial);
void tb_dispatch_refuse(const struct tb_request *request, enum tb_code code, const char *message,
                        uint32_t retry_ms);
/* The same of a parked call, or one without a request any more. */
void tb_dispatch_refuse_call(struct tb_session *session, struct tb_live_call *call,
                             enum tb_code code, const char *message, uint32_t retry_ms);
/* The `call` record, whose number the call then has; of a denial, or NULL. TB_OK, or TB_FULL: it
 * must not happen. */
int tb_dispatch_record(const struct tb_request *request, struct tb_bytes args,
                       const struct tb_denial *denial);

/* What the log is told of args, as exactly they are dispatched. `command`: NULL if the session may
 * not call it any more. What the record borrows lives in `space`, which the caller frees. */
void tb_dispatch_args(struct tb_broker *broker, struct tb_record *record,
                      const struct tb_grant_command *command, struct tb_bytes args,
                      struct tb_buffer *space);

struct tb_waiting;
/* ask.c, ask_known.c: a person is asked. A parked call is over, and its prompt with it. */
void tb_ask_forget(struct tb_waiting *waiting);
/* ANSWER; one that nobody waits for is ignored. */
void tb_ask_answered(struct tb_broker *broker, const struct tb_ask_answer *answer);
/* The time of a parked call with a prompt has passed. */
void tb_ask_late(struct tb_session *session, struct tb_live_call *call);
void tb_ask_turn(struct tb_broker *broker); /* once in a round: shows what may be shown now */
/* The session has another grant. */
void tb_ask_regranted(struct tb_session *session);
/* The remembered answers are others. Calls that one has allowed which is gone end. Borrows fd. */
void tb_ask_remembers(struct tb_broker *broker, uint32_t token, int fd);

/* secret.c: a plugin's SECRET. The cause if it breaks the protocol, a literal; else NULL. */
const char *tb_secret_from_plugin(struct tb_broker *broker, struct tb_plugin *plugin,
                                  const struct tb_frame *frame);
/* SECRET_ANSWER of the host; one that nobody waits for is ignored. */
void tb_secret_take(struct tb_broker *broker, const struct tb_secret_typed *typed);
/* The time of a call that waits for a passphrase has passed. */
void tb_secret_late(struct tb_session *session, struct tb_live_call *call);
/* A call's plugin wants no passphrase any more; it may never have. */
void tb_secret_forget(struct tb_session *session, struct tb_live_call *call);

/* charge.c: whether a call of that command would be let in now; nothing is used up. */
bool tb_charge_would_pass(struct tb_broker *broker, struct tb_session *session, uint32_t index);
/* What a call that was let in uses up of its command's limits: so many bytes of the
 * request's body, of a chunk, of a reply, which the plugin has given already. False: the call has
 * been answered for it. */
bool tb_charge_part(struct tb_broker *broker, struct tb_session *session, struct tb_live_call *call,
                    uint64_t n);
bool tb_charge_chunk(struct tb_broker *broker, struct tb_session *session,
                     struct tb_live_call *call, uint64_t n);
bool tb_charge_reply(struct tb_broker *broker, struct tb_session *session,
                     struct tb_live_call *call, uint64_t n);
/* The same of an event to a listener, whose call is the caller's to end: 0, or retry_ms. */
uint32_t tb_charge_event(struct tb_broker *broker, struct tb_session *session,
                         const struct tb_live_call *call, uint64_t n);
void tb_charge_over(struct tb_broker *broker, struct tb_session *session, struct tb_live_call *call,
                    uint32_t retry_ms);

/* tripwire.c: what no honest page calls. Whether the session was locked for calling that command,
 * or for asking for one of that name. */
bool tb_tripwire_called(struct tb_broker *broker, struct tb_session *session, uint32_t command);
bool tb_tripwire_missed(struct tb_broker *broker, struct tb_session *session, struct tb_bytes name);

/* plugin_frames.c: readiness of a plugin link (context: plugin). */
/* While more than this waits for the endpoint, or for the hook on the way there, plugins' frames
 * wait in the kernel, and so do the hook's. */
enum { TB_REPLIES_WAITING = 4 * 1024 * 1024 };
/* The call of that number that is at this plugin, or NULL. */
struct tb_live_call *tb_plugin_frames_call(struct tb_plugin *plugin, uint64_t untrusted_number);
void tb_plugin_frames_ready(struct tb_source *source, uint32_t events);
void tb_plugin_frames_resume(struct tb_broker *broker, struct tb_session *session);
bool tb_plugin_frames_may_resume(const struct tb_broker *broker, const struct tb_session *session);

/* stream.c: CHUNK and CREDIT, from either side. Each returns the cause if the protocol is broken, a
 * literal; else NULL. */
const char *tb_stream_from_endpoint(struct tb_broker *broker, struct tb_session *session,
                                    const struct tb_frame *frame, const struct tb_address *address);
const char *tb_stream_from_plugin(struct tb_broker *broker, struct tb_plugin *plugin,
                                  const struct tb_frame *frame);
/* Parts of requests' bodies end their call where more than this waits for a plugin. */
enum { TB_PARTS_WAITING = 16 * 1024 * 1024 };
/* A call becomes a stream of the endpoint's, which gets its slot back at once: what a CALL with
 * `more` is told when it is dispatched, and any that waits for a person. TB_OK, or TB_FULL: the
 * session has as many streams as it may have. */
tb_must_check int tb_stream_welcome(struct tb_broker *broker, struct tb_session *session,
                                    struct tb_live_call *call);
/* A call was dispatched: parts of its body that came before go on. The call may be gone. */
void tb_stream_pass_kept(struct tb_broker *broker, struct tb_session *session,
                         struct tb_live_call *call);

/* event_calls.c: a call of one of `plugin:event|…` is answered, or becomes a stream. */
void tb_event_call(const struct tb_request *request, enum tb_own own);

/* events.c: listeners, and what reaches them. */
struct tb_emission {
    struct tb_bytes event;
    struct tb_target to;
    struct tb_bytes payload; /* msgpack, at most TB_CHUNK_RAW_MAX */
    struct tb_bytes source;  /* a view's label; empty: a plugin, or the host */
};
/* Consumes the listener; its call becomes a stream, for which there has to be room. */
void tb_events_add(struct tb_broker *broker, struct tb_session *session, struct tb_live_call *call,
                   struct tb_listener *listener);
/* Whether policy lets the command reach a view, or a webview, of that label. */
bool tb_events_may_reach(const struct tb_session *session, const struct tb_grant_command *command,
                         struct tb_bytes label);
void tb_events_emit(struct tb_broker *broker, struct tb_session *from,
                    const struct tb_grant_command *command, const struct tb_emission *emission);
/* EMIT; the cause if it breaks the protocol, a literal; else NULL. */
const char *tb_events_from_plugin(struct tb_broker *broker, struct tb_plugin *plugin,
                                  const struct tb_frame *frame);
/* EMIT of the host; false if it breaks the protocol. */
bool tb_events_from_host(struct tb_broker *broker, const struct tb_frame *frame);
/* The hook has judged an event for the listener that the call is. */
void tb_events_judged(struct tb_broker *broker, struct tb_session *session,
                      struct tb_live_call *call, const struct tb_event_message *message);
/* The endpoint has given credit to a listener. */
void tb_events_credited(struct tb_broker *broker, struct tb_session *session,
                        const struct tb_live_call *call);
/* A new round: goes on with events that waited for room. */
void tb_events_resume(struct tb_broker *broker);
bool tb_events_may_resume(const struct tb_broker *broker); /* whether there are some */

/* What the hook has judged goes on, or what need not be. */
void tb_stream_pass_part(struct tb_broker *broker, struct tb_session *session,
                         struct tb_live_call *call, const struct tb_part *part);
void tb_stream_pass_chunk(struct tb_broker *broker, struct tb_session *session,
                          struct tb_live_call *call, const struct tb_chunk *chunk,
                          const struct tb_piece *piece);

/* answer.c: how a call ends. Messages are literals. `call` is invalid afterwards unless it is still
 * at its plugin, and the session may be closed. */
/* `piece` is done with or queued, also on failure. */
void tb_answer(struct tb_broker *broker, struct tb_session *session, struct tb_live_call *call,
               struct tb_reply *reply, const struct tb_piece *piece);
void tb_answer_error(struct tb_broker *broker, struct tb_session *session,
                     struct tb_live_call *call, enum tb_code code, const char *message,
                     uint32_t retry_ms);
/* The same of a call that its plugin may have, which is told. */
void tb_answer_give_up(struct tb_broker *broker, struct tb_session *session,
                       struct tb_live_call *call, enum tb_code code, const char *message,
                       uint32_t retry_ms);
/* The same, and the log is told why. */
void tb_answer_deny(struct tb_broker *broker, struct tb_session *session, struct tb_live_call *call,
                    const struct tb_denial *denial);
/* Sets a call's deadline. */
void tb_answer_by(struct tb_broker *broker, struct tb_session *session, struct tb_live_call *call,
                  uint64_t deadline_ns);
/* Answers the session's calls whose deadline has passed. */
void tb_answer_late(struct tb_broker *broker, struct tb_session *session);

/* lifecycle.c. Asking for the grant of a session that waits for one: TB_OK or TB_FULL. */
int tb_broker_resolve(struct tb_broker *broker, struct tb_session *session);
/* The session ends, and its OPEN is refused. */
void tb_broker_refuse(struct tb_broker *broker, struct tb_session *session, enum tb_code code,
                      const char *message);
void tb_broker_open(struct tb_broker *broker, const struct tb_open *open, int fd); /* consumes fd */
void tb_broker_granted(struct tb_broker *broker, struct tb_session *session, int32_t status,
                       int grant_fd); /* consumes grant_fd */
void tb_broker_close(struct tb_broker *broker, struct tb_session *session, enum tb_close code,
                     const char *reason);
void tb_broker_free_closed(struct tb_broker *broker);
void tb_broker_deadlines(struct tb_broker *broker);
/* The session ends with CLOSE, and its view is counted as locked; as much as that, whatever the
 * manifest says of violations. */
void tb_broker_lock(struct tb_broker *broker, struct tb_session *session, const char *cause);
/* An endpoint broke the protocol: counted, audited, then what the manifest says. After a `framing`
 * violation (a header, or anything before WELCOME) there is no going on, whatever the manifest
 * says. The session may be closed afterwards. */
void tb_broker_violation(struct tb_broker *broker, struct tb_session *session, bool framing,
                         const char *cause);

/* launch.c. An instance that has ended has its calls answered. */
tb_must_check int tb_launch(struct tb_broker *broker,
                            struct tb_plugin *plugin); /* TB_OK or TB_FULL */
void tb_launch_started(struct tb_broker *broker, struct tb_plugin *plugin, int32_t status, int fd);
void tb_launch_ended(struct tb_broker *broker, struct tb_plugin *plugin, const char *cause);
void tb_launch_stop(struct tb_broker *broker, struct tb_plugin *plugin);
/* A stale instance: stopped, its calls answered; the next call starts one that fits the grant. */
void tb_launch_replace(struct tb_broker *broker, struct tb_plugin *plugin);

/* supervise.c. TB_OK, or TB_FULL when the supervisor does not keep up. */
int tb_supervise_send(struct tb_broker *broker, const struct tb_inner *message);
/* The same with a descriptor, which is borrowed. */
int tb_supervise_hand_over(struct tb_broker *broker, const struct tb_inner *message, int fd);
/* Waits for room: the supervisor never waits for the broker. For what must not be lost. */
void tb_supervise_insist(struct tb_broker *broker, const struct tb_inner *message);
void tb_supervise_ready(struct tb_source *source, uint32_t events); /* context: broker */

/* graft.c: what people pick. PICK of the host; consumes fd. */
void tb_graft_offered(struct tb_broker *broker, const struct tb_pick_offer *offer, int fd);
/* GRAFT of the supervisor; `plugin`: whose token it has, or NULL. */
void tb_graft_answered(struct tb_broker *broker, struct tb_plugin *plugin,
                       const struct tb_inner *message);
/* The plugin's sandbox stands. */
void tb_graft_confined(struct tb_broker *broker, struct tb_plugin *plugin);
/* A new instance, behind its INIT: it is told of what the session holds, and sent nothing until it
 * has that. TB_OK, TB_TOO_LARGE or TB_FULL. */
tb_must_check int tb_graft_begin(struct tb_plugin *plugin);
void tb_graft_end(struct tb_broker *broker, struct tb_plugin *plugin); /* the instance is over */
void tb_graft_close(struct tb_broker *broker, struct tb_session *session); /* all of its picks */

/* reload.c: RELOAD from the host, what the supervisor answers, and the time limit. */
void tb_reload_begin(struct tb_broker *broker, uint32_t id);
void tb_reload_made(struct tb_broker *broker, const struct tb_inner *message);
void tb_reload_resolved(struct tb_broker *broker, int32_t status, int grant_fd); /* consumes it */
void tb_reload_deadline(struct tb_broker *broker);

/* control.c: readiness of the control link (context: broker), and what the host is told. */
void tb_control_ready(struct tb_source *source, uint32_t events);
void tb_control_opened(struct tb_broker *broker, const struct tb_opened *opened);
void tb_control_reloaded(struct tb_broker *broker, const struct tb_reloaded *reloaded);
/* Whether the host keeps up, so that it may be shown another prompt. */
bool tb_control_reads(const struct tb_broker *broker);
void tb_control_picked(struct tb_broker *broker, const struct tb_pick_answer *answer);
void tb_control_ask(struct tb_broker *broker, const struct tb_ask *ask);
void tb_control_secret(struct tb_broker *broker, const struct tb_secret_prompt *prompt);
void tb_control_ask_over(struct tb_broker *broker, uint32_t id);
void tb_control_alert(struct tb_broker *broker, const char *view, const char *event,
                      const char *message);
/* The same of what a page can cause as often as it likes: a host that does not keep up is told of
 * fewer, and not ended for it. */
void tb_control_alert_often(struct tb_broker *broker, const char *view, const char *event,
                            const char *message);

/* flush.c: sending at the end of a round, and the records. */
void tb_flush_mark(struct tb_broker *broker, struct tb_link *link);   /* has something to send */
void tb_flush_unmark(struct tb_broker *broker, struct tb_link *link); /* is about to go */
/* The link is about to go: what it holds is sent now if it may be at all, or never. */
void tb_flush_last(struct tb_broker *broker, struct tb_link *link);
void tb_flush(struct tb_broker *broker);
void tb_flush_pause(struct tb_broker *broker,
                    struct tb_link *link); /* read no further until unpaused */
void tb_flush_unpause(struct tb_broker *broker, struct tb_link *link);
/* Fills in time, and of the session view, origin and id. TB_OK, or TB_FULL: what it records must
 * not happen. */
int tb_flush_record(struct tb_broker *broker, const struct tb_session *session,
                    struct tb_record *record);
