/*
 * The process that runs an app's hook for one view, and what is asked of it (docs/formats.md, Hook
 * link). It belongs to the view's label: it is started when it is first asked, outlives documents,
 * and ends when nothing has been asked of it for a while. It answers in the order of the questions;
 * an answer that nobody asked for, or that is not in the format, ends it.
 *
 * A question is the broker's to keep until it is answered. A few are at the process at a time and
 * the others wait here, so that what is cancelled meanwhile is gone, and not just forgotten. When
 * the process ends, whatever was asked of it is denied, and so is every call that it has let pass
 * and not seen the end of: a new one would know nothing of them.
 */
#pragma once

#include "broker/back_off.h"
#include "broker/link.h"
#include "proto/error.h"
#include "proto/hook.h"
#include "proto/stream.h"

struct tb_broker;
struct tb_session;
struct tb_live_call;
struct tb_grant;

/* The process that runs it has to be there by then. */
enum { TB_HOOK_START_S = 10 };

enum tb_hook_state { TB_HOOK_IDLE, TB_HOOK_STARTING, TB_HOOK_RUNNING };

/* What the answer is about. */
enum tb_question_kind {
    TB_QUESTION_REQUEST, /* of a call that is parked; its args are read from there */
    TB_QUESTION_PART,    /* of its body */
    TB_QUESTION_CHUNK,   /* of a plugin's */
    TB_QUESTION_EVENT,
    TB_QUESTION_REPLY,
    TB_QUESTION_ERROR,
};

struct tb_question {
    enum tb_question_kind kind;
    uint64_t id;
    struct tb_session *session;
    struct tb_live_call *call; /* NULL: it is over, and the answer is for nobody */
    struct tb_buffer frame;    /* as it will be sent; empty if it was, and of REQUEST */
    uint64_t *charged;         /* where it is counted while it waits; NULL: nowhere */
    uint64_t n_charged;
    struct tb_question *behind; /* in the hook's queue */
    struct tb_question *before; /* NULL: it is the first */
    struct tb_question *next;   /* of the same call, an older one */
    struct tb_question **at;    /* where that call refers to it */

    bool is_raw;           /* bytes were asked about, and not a value */
    uint64_t n;            /* how long the bytes or the value were */
    uint64_t cost;         /* PART, CHUNK: what it has cost its sender */
    bool last;             /* PART */
    struct tb_chunk chunk; /* CHUNK: its type and channel */
    struct tb_error error; /* ERROR: its message is in the frame alone */
    uint32_t lost;         /* EVENT: how many before it */
    char source[TB_LABEL_MAX + 1];
};

struct tb_hook {
    struct tb_broker *broker;
    uint32_t slot; /* of its view */
    enum tb_hook_state state;
    uint32_t token;             /* the supervisor's name for the running process; 0: none runs */
    uint8_t id[TB_DIGEST_SIZE]; /* of what it runs: tb_hook_id */
    uint32_t time_ms;
    bool loaded; /* it has answered, and so has run its text */
    struct tb_link link;
    struct tb_question *first; /* those that are at the process, and then those that wait */
    struct tb_question *last;
    struct tb_question *waiting; /* the first that waits; NULL: none */
    uint32_t n_at;               /* at the process */
    uint32_t n_calls;            /* whose args it keeps */
    uint64_t last_id;
    uint64_t deadline_ns; /* of its start, of the first answer, of its idleness; TB_NEVER: none */
    struct tb_back_off back_off;
};

/* Of a grant's hook, its text and budgets: what runs one can run no other. All zero: it has none.
 */
void tb_hook_id(const struct tb_grant *grant, uint8_t ret_id[static TB_DIGEST_SIZE]);

/* hook.c: a new question of that call, behind all others, or NULL without memory. */
struct tb_question *tb_question_new(struct tb_session *session, struct tb_live_call *call,
                                    enum tb_question_kind kind);
void tb_question_detach(struct tb_question *question); /* from its call */
void tb_question_free(struct tb_question *question);   /* of no queue */
/* Consumes the question: it is asked, and later answered (tb_hook_calls_answer), or its call is
 * denied; false: the hook cannot be asked now, and the caller denies. */
tb_must_check bool tb_hook_ask(struct tb_question *question);
/* The call is over for its endpoint: nothing that was asked of it matters, and the hook forgets its
 * args. */
void tb_hook_forget(struct tb_live_call *call, struct tb_session *session);
static inline void tb_question_drop(struct tb_question **question)
{
    tb_question_free(*question);
}

/* The first question, whose answer is there; or which nobody waits for. */
void tb_hook_drop_first(struct tb_hook *hook);
tb_must_check struct tb_question *tb_hook_take_first(struct tb_hook *hook);
/* That one has been dealt with: the next ones are sent. */
void tb_hook_go_on(struct tb_hook *hook);

/* hook_launch.c: processes come and go. */
struct tb_hook *tb_hook_of(const struct tb_session *session);        /* of its view */
int tb_hook_start(struct tb_hook *hook, struct tb_session *session); /* TB_OK or TB_FULL */
void tb_hook_started(struct tb_hook *hook, int32_t status, int fd);  /* consumes fd */
/* It has ended, or is ended. `cause`: what it did wrong; NULL: it just ended. */
void tb_hook_ended(struct tb_hook *hook, const char *cause);
/* The session is under another grant: a hook that is not that one's is stopped, and what it had is
 * answered. */
void tb_hook_regranted(struct tb_session *session);
/* Nobody needs it any more. */
void tb_hook_stop(struct tb_hook *hook);
void tb_hook_deadline(struct tb_hook *hook); /* its time has come */

/* hook_frames.c: readiness of a hook link (context: hook). */
void tb_hook_frames_ready(struct tb_source *source, uint32_t events);
void tb_hook_frames_resume(struct tb_hook *hook);
bool tb_hook_frames_may_resume(const struct tb_hook *hook);
