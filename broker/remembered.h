/*
 * The answers that the supervisor keeps for this app, as the broker knows them: the table that came
 * last, and what a person has answered since. An answer of now counts at once; when the supervisor
 * says that it has dealt with it, the table alone does, so that revoking it takes it away.
 */
#pragma once

#include "proto/answers.h"

enum { TB_NEWS_MAX = 16 };

/* An answer that the supervisor has been told and no table has shown yet. */
struct tb_news {
    uint8_t key[TB_ASK_KEY_SIZE];
    enum tb_answered answered;
    uint32_t token; /* of its REMEMBER */
};

struct tb_remembers {
    struct tb_answers table;
    struct tb_news news[TB_NEWS_MAX];
    size_t n_news;
};

void tb_remembers_deinit(struct tb_remembers *remembers);

/* ALWAYS or NEVER; TB_N_ANSWERS: nothing that counts at that time is remembered. */
enum tb_answered tb_remembers_find(const struct tb_remembers *remembers,
                                   const uint8_t key[static TB_ASK_KEY_SIZE], uint64_t now_s);
/* Whether the table has ALWAYS for it, expired or not: who revokes it takes it out. */
bool tb_remembers_keep(const struct tb_remembers *remembers,
                       const uint8_t key[static TB_ASK_KEY_SIZE]);
/* Whether the supervisor is to be told that the answer was used: once in a minute. */
bool tb_remembers_use(struct tb_remembers *remembers, const uint8_t key[static TB_ASK_KEY_SIZE],
                      uint64_t now_s);

/* An answer of now, of which the supervisor has been told under that token. Where too many wait for
 * it, it is not known before the next table. */
void tb_remembers_add(struct tb_remembers *remembers, const struct tb_news *news);
/* A new table, which holds what came of all answers up to that token. What cannot be read is an
 * empty one: nothing is remembered. Borrows fd. */
void tb_remembers_take(struct tb_remembers *remembers, uint32_t token, int fd);
