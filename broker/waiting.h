/*
 * A parked call: what is kept of it until it goes on. Its args and raw bytes are copied, and stay
 * charged to the session (n_bytes_live) as they were when they came; parts of its body that come
 * meanwhile wait behind it, at most what it has credit for.
 *
 * A stage that has to wait parks its request and is over. Whoever waited resumes the call at the
 * stage that is to be next, with the args that it kept or with others. CANCEL, the deadline and the
 * end of the session answer a parked call and free what is kept: who waits for it finds it by its
 * number (tb_waiting_find), which is then nobody's.
 */
#pragma once

#include "broker/filter.h"
#include "broker/order.h"

struct tb_waiting {
    struct tb_turn turn;    /* first: an order knows only that of it */
    struct tb_order *order; /* that it is in; NULL: it holds nobody back */
    struct tb_session *session;
    struct tb_live_call *call;
    struct tb_buffer bytes; /* the text of the args, and behind it the raw ones */
    size_t n_args;
    bool has_raw;
    bool more;
    struct tb_prompt *prompt; /* a person is asked; NULL: it waits for something else */
    enum tb_stage stage;      /* where it goes on, unless a person is asked */
    enum tb_verdict verdict;
    struct tb_rule rule;
};

/* What a call goes on with in place of what it came with. */
struct tb_changed {
    const msgpack_object *args; /* a map */
    bool has_raw;
    struct tb_bytes raw;
};

/* What the page is told when a call cannot be parked. */
extern const char tb_waiting_full[];
/* Parks the call. `order`: it holds back the later ones in there; NULL: nobody. TB_OK, or TB_FULL:
 * there is no memory for it, its session has too many bytes in flight, or a reload has come while
 * its body was read to its plugin's pool. */
tb_must_check int tb_waiting_park(struct tb_request *request, struct tb_order *order);
/* Parks a call that waits for nothing but earlier ones, and then goes on at `stage`. */
enum tb_step tb_waiting_queue(struct tb_request *request, struct tb_order *order,
                              enum tb_stage stage);

/* The parked call of that number, or NULL: it is over, or goes on already. */
struct tb_live_call *tb_waiting_find(struct tb_session *session, uint64_t number);

/* The args and raw bytes that are kept; they borrow from the call while it is parked. */
struct tb_bytes tb_waiting_args(const struct tb_waiting *waiting);
struct tb_bytes tb_waiting_raw(const struct tb_waiting *waiting);

/* Goes on at that stage; with what it kept if `changed` is NULL. What policy has revoked meanwhile
 * is denied. The call may be gone afterwards, and the session closed. */
void tb_waiting_resume(struct tb_session *session, struct tb_live_call *call, enum tb_stage stage,
                       const struct tb_changed *changed);

/* Another policy is in force: what it has judged under the one before is judged again. */
void tb_waiting_regranted(struct tb_waiting *waiting, const struct tb_grant_command *granted);

/* The order that a call belongs to: its plugin's, or that of the broker's own commands. */
struct tb_order *tb_waiting_order(struct tb_session *session, const struct tb_live_call *call);
/* Calls in it go on whose turn it is. */
void tb_waiting_go_on(struct tb_session *session, struct tb_order *order);
/* The same of all orders in which something has changed. */
void tb_waiting_turn(struct tb_broker *broker);

/* Frees what is kept of a call, which is over. NULL is fine. */
void tb_waiting_free(struct tb_waiting *waiting);
