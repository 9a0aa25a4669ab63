/*
 * The real broker on a bench: its own code in this process, with the test at the other end of every
 * one of its sockets. The test plays endpoint, host, supervisor, scribe and plugin.
 */
#pragma once

#include "broker/broker.h"

/* What the app's files say. Policies that differ have different digests. */
struct bench_policy {
    uint32_t commands;    /* a bit for each one that is granted */
    uint32_t scope;       /* what is in the scope of those that have a plugin; 0: they have none */
    uint32_t memory_mib;  /* part of the plugin's hull, as are the next two */
    uint32_t network;     /* not 0: it has it */
    uint32_t jit;         /* the same */
    uint32_t audit;       /* the same */
    uint32_t state;       /* not 0: the plugin has a folder of its own */
    uint32_t secrets;     /* not 0: it may ask for passphrases */
    uint32_t picks;       /* not 0: it is given what people pick */
    uint32_t hosted;      /* the host serves the plugin */
    uint32_t pool;        /* handles of each command; 0: BENCH_POOL, which is the most */
    uint32_t events;      /* enum bench_events */
    uint32_t resources;   /* not 0: the plugin keeps things open */
    uint32_t nothing;     /* not 0: the plugin implements BENCH_NOTHING, too */
    uint32_t calls_per_s; /* of each command, with as large a burst; 0: no limit, as those below */
    uint32_t bytes_in;
    uint32_t bytes_out;
    uint32_t hooked;    /* a bit for each command that the hook sees */
    uint32_t hook_text; /* which text it has */
    uint32_t hook_ms;   /* how long it may take; 0: 50 */
    uint32_t tripwires; /* a bit for each command that is one, granted or not */
    uint32_t asks;      /* a bit for each command that a person is asked about */
    uint32_t records;   /* a bit for each private command: its list is `key`, `to` */
    const struct bench_filters *filters; /* of every command; NULL: none */
};

/* As msgpack; docs/formats.md, Rule and Schema. */
struct bench_filters {
    struct tb_bytes rules; /* of so many, one behind the other */
    uint32_t n_rules;
    struct tb_bytes schema; /* empty: none */
};

/* Which views `emit` and `emit_to` reach besides their own: none, all by the mode, or by their
 * scope `settings`, any, and any but `settings`. */
enum bench_events {
    BENCH_EVENTS_OWN,
    BENCH_EVENTS_ALL,
    BENCH_EVENTS_NAMED,
    BENCH_EVENTS_ANY,
    BENCH_EVENTS_DENIED,
};

/* The commands, by their index if all are granted. */
enum bench_command {
    BENCH_ECHO,    /* the plugin implements it */
    BENCH_NOTHING, /* nothing does */
    BENCH_OTHER,   /* of the plugin, too */
    BENCH_EMIT,
    BENCH_EMIT_TO,
    BENCH_LISTEN,
    BENCH_UNLISTEN,
    BENCH_CLOSE, /* plugin:resources|close */
    BENCH_ALL,
};

/* An endpoint. */
struct bench_end {
    uint32_t slot; /* of its view */
    int view;      /* its link; -1: closed */
    struct tb_session_keys keys;
    struct tb_buffer from_broker; /* what it has been sent and has not looked at */
};

struct bench {
    struct tb_broker broker;
    struct bench_policy policy; /* in force */
    struct bench_policy next;   /* what a reload finds */
    bool no_grant;              /* the next policy's grants cannot be made */
    struct bench_end end;       /* the endpoint that speaks */
    struct bench_end silent;    /* the other one, if there is one */
    bool deaf;                  /* the endpoint that speaks reads nothing */
    int host;
    int supervisor;
    int scribe;
    int plugin;   /* the plugin's end; -1: none runs */
    int hook;     /* the hook's end of its link; -1: none runs */
    bool no_hook; /* none can be started */
    uint32_t hook_token;
    uint32_t n_hooks; /* that were started */
    int memory;       /* the pool of the plugin that was started last; -1: none was */
    struct tb_remembered remembered; /* the answer that the supervisor was told last */
    uint32_t remember_token;         /* … and its token; 0: none */
    uint32_t n_used;                 /* how often it was told that one was used */
    struct tb_buffer to_host;
    struct tb_buffer to_plugin;
    struct tb_buffer to_hook;
};

enum { BENCH_POOL = 8, BENCH_COMMANDS = 3 };

/* One view `main` is opened, its grant made, HELLO awaited. The first n_commands are granted. */
void bench_init(struct bench *bench, enum tb_mode mode, enum tb_violation_action action,
                uint32_t n_commands);
/* A new descriptor of the view's grant; and the policy's digest. */
int bench_grant(const struct bench_policy *policy);
void bench_digest(const struct bench_policy *policy, uint8_t ret_digest[static TB_DIGEST_SIZE]);
void bench_deinit(struct bench *bench);

/* Of the endpoint that speaks; NULL: it is closed. */
struct tb_session *bench_session(struct bench *bench);

/* A second view `settings`, whose endpoint speaks from then on; and the other one speaks again. */
void bench_open_second(struct bench *bench);
void bench_switch(struct bench *bench);
/* The next document of the view whose endpoint speaks, which is at HELLO then. */
void bench_open_again(struct bench *bench);

/* Sends HELLO for that X25519 secret key and takes the session's keys. */
void bench_hello(struct bench *bench, const uint8_t secret[static TB_KEY_SIZE]);

/* Sends what the endpoint would send, as far as the broker takes it. */
void bench_send(struct bench *bench, struct tb_bytes bytes);
/* Seals a plaintext of msgpack and raw bytes under the endpoint's key, and sends it. */
void bench_send_sealed(struct bench *bench, enum tb_kind kind, uint8_t flags,
                       const struct tb_handle *handle, uint64_t counter, struct tb_bytes text,
                       struct tb_bytes raw);
/* Lets the broker work until nothing moves any more; what it sends is collected. */
void bench_run(struct bench *bench);

/* The files now say this, and the host reloads. */
void bench_reload(struct bench *bench, const struct bench_policy *policy);

/* What an answer about the command is kept under; under that policy. */
void bench_ask_key(const struct bench_policy *policy, uint32_t command,
                   uint8_t ret_key[static TB_ASK_KEY_SIZE]);
/* The supervisor has dealt with all answers up to that token, and keeps these. */
void bench_answers(struct bench *bench, uint32_t token, const struct tb_answers *answers);

/* Sends what the plugin would send; nothing if none runs. */
void bench_plugin_send(struct bench *bench, struct tb_bytes bytes);
/* The plugin answers that call with the value 1. */
void bench_plugin_answer(struct bench *bench, uint64_t call);

/* Sends what the hook would send; nothing if none runs. */
void bench_hook_send(struct bench *bench, struct tb_bytes bytes);

/* An issued handle of the command, or false: none is outstanding. */
bool bench_issued(struct bench *bench, uint32_t command, struct tb_handle *ret_handle);

/* What must be true of a broker between two rounds, whoever did what; asserts. */
void bench_check(struct bench *bench);
