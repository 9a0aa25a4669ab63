#include "broker/remembered.h"

#include "base/result.h"

enum { USED_EVERY_S = 60 };

void tb_remembers_deinit(struct tb_remembers *remembers)
{
    tb_answers_deinit(&remembers->table);
    remembers->n_news = 0;
}

/* The last one first: a person may have changed their mind. */
static const struct tb_news *news_of(const struct tb_remembers *remembers,
                                     const uint8_t key[static TB_ASK_KEY_SIZE])
{
    for (size_t i = remembers->n_news; i > 0; i--)
        if (memcmp(remembers->news[i - 1].key, key, TB_ASK_KEY_SIZE) == 0)
            return &remembers->news[i - 1];
    return NULL;
}

enum tb_answered tb_remembers_find(const struct tb_remembers *remembers,
                                   const uint8_t key[static TB_ASK_KEY_SIZE], uint64_t now_s)
{
    const struct tb_news *news = news_of(remembers, key);
    if (news)
        return news->answered;
    const struct tb_remembered *known = tb_answers_find(&remembers->table, key);
    return known && tb_remembered_counts(known, now_s) ? known->answered : TB_N_ANSWERS;
}

bool tb_remembers_keep(const struct tb_remembers *remembers,
                       const uint8_t key[static TB_ASK_KEY_SIZE])
{
    const struct tb_remembered *known = tb_answers_find(&remembers->table, key);
    return known && known->answered == TB_ANSWER_ALWAYS;
}

bool tb_remembers_use(struct tb_remembers *remembers, const uint8_t key[static TB_ASK_KEY_SIZE],
                      uint64_t now_s)
{
    struct tb_remembered *known = tb_answers_find(&remembers->table, key);
    if (!known || now_s < known->used_s + USED_EVERY_S)
        return false;
    known->used_s = now_s;
    return true;
}

void tb_remembers_add(struct tb_remembers *remembers, const struct tb_news *news)
{
    if (remembers->n_news < TB_NEWS_MAX)
        remembers->news[remembers->n_news++] = *news;
}

/* Tokens count up from 1 and are as many as a person can say: they never come round. */
static void forget_news(struct tb_remembers *remembers, uint32_t token)
{
    size_t n = 0;
    for (size_t i = 0; i < remembers->n_news; i++)
        if (remembers->news[i].token > token)
            remembers->news[n++] = remembers->news[i];
    remembers->n_news = n;
}

void tb_remembers_take(struct tb_remembers *remembers, uint32_t token, int fd)
{
    struct tb_answers table;
    tb_answers_deinit(&remembers->table);
    if (fd >= 0 && tb_answers_read(fd, &table) == TB_OK)
        remembers->table = table;
    forget_news(remembers, token);
}
