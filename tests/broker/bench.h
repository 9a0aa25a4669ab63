/*
 * The real broker on a bench: its own code in this process, with the test at the other end of every
 * one of its sockets. The test plays endpoint, host, supervisor, scribe and plugin.
 */
#pragma once

#include "broker/broker.h"

/* What the app's files say. Policies that differ have different digests. */
struct bench_policy {
    uint32_t commands;   /* a bit for each one that is granted */
    uint32_t scope;      /* what is in the scope of those that have a plugin; 0: they have none */
    uint32_t memory_mib; /* part of the plugin's hull */
    uint32_t pool;       /* handles of each command; 0: BENCH_POOL, which is the most */
};

struct bench {
    struct tb_broker broker;
    struct bench_policy policy; /* in force */
    struct bench_policy next;   /* what a reload finds */
    bool no_grant;              /* the next policy's grants cannot be made */
    int view;                   /* the endpoint's end; -1: closed */
    bool deaf;                  /* the endpoint reads nothing */
    int host;
    int supervisor;
    int scribe;
    int plugin; /* the plugin's end; -1: none runs */
    int memory; /* the pool of the plugin that was started last; -1: none was */
    struct tb_session_keys keys;
    struct tb_buffer from_broker; /* what the endpoint has been sent and has not looked at */
    struct tb_buffer to_host;
    struct tb_buffer to_plugin;
};

enum { BENCH_POOL = 8, BENCH_COMMANDS = 3 };

/*
 * One view `main` is opened, its grant made, HELLO awaited. The commands, of which the first
 * n_commands are granted: 0 `echo`, which a plugin implements, 1 `nothing`, which nothing does,
 * 2 `twin`, of the same plugin.
 */
void bench_init(struct bench *bench, enum tb_mode mode, enum tb_violation_action action,
                uint32_t n_commands);
/* A new descriptor of the view's grant; and the policy's digest. */
int bench_grant(const struct bench_policy *policy);
void bench_digest(const struct bench_policy *policy, uint8_t ret_digest[static TB_DIGEST_SIZE]);
void bench_deinit(struct bench *bench);

struct tb_session *bench_session(struct bench *bench); /* NULL: it is closed */

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

/* Sends what the plugin would send; nothing if none runs. */
void bench_plugin_send(struct bench *bench, struct tb_bytes bytes);
/* The plugin answers that call with the value 1. */
void bench_plugin_answer(struct bench *bench, uint64_t call);

/* An issued handle of the command, or false: none is outstanding. */
bool bench_issued(struct bench *bench, uint32_t command, struct tb_handle *ret_handle);

/* What must be true of a broker between two rounds, whoever did what; asserts. */
void bench_check(struct bench *bench);
