#include "proto/answers.h"

#include "base/fd.h"
#include "base/result.h"
#include "base/wire.h"
#include "proto/label.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>

#define MAGIC "trollbridge answers 1\n"

/* The digest at the end finds what was cut off or changed by accident. */
enum { MAGIC_SIZE = sizeof MAGIC - 1, DIGEST_SIZE = 32, DAY_S = 24 * 60 * 60 };
enum { ENTRY_MIN = TB_ASK_KEY_SIZE + 1 + 3 * 8 + 3 * 2 };
enum { ENTRY_MAX = ENTRY_MIN + TB_ORIGIN_MAX + TB_COMMAND_MAX + TB_LABEL_MAX };
_Static_assert(MAGIC_SIZE + 4 + TB_ANSWERS_MAX * ENTRY_MAX + DIGEST_SIZE <= TB_ANSWERS_SIZE_MAX,
               "a full table fits");

void tb_answers_deinit(struct tb_answers *answers)
{
    free(answers->list);
    free(answers->memory);
    *answers = (struct tb_answers){0};
}

static bool valid(const struct tb_remembered *remembered)
{
    bool ends = remembered->expires_s != 0;
    return (remembered->answered == TB_ANSWER_ALWAYS || remembered->answered == TB_ANSWER_NEVER) &&
           (!ends || remembered->expires_s >= remembered->made_s) &&
           tb_origin_valid(remembered->origin) && tb_label_valid(remembered->view) &&
           remembered->command.n > 0 && remembered->command.n <= TB_COMMAND_MAX &&
           tb_utf8_valid(remembered->command);
}

static struct tb_remembered read_entry(struct tb_reader *reader)
{
    struct tb_remembered entry;
    tb_read_copy(reader, entry.key, sizeof entry.key);
    entry.answered = (enum tb_answered)tb_read_u8(reader);
    entry.made_s = tb_read_u64(reader);
    entry.expires_s = tb_read_u64(reader);
    entry.used_s = tb_read_u64(reader);
    entry.origin = tb_read_string16(reader);
    entry.command = tb_read_string16(reader);
    entry.view = tb_read_string16(reader);
    return entry;
}

/* Room for `n` entries, which no more bytes are left for than there are. */
static int read_entries(struct tb_reader *reader, uint32_t n, struct tb_answers *answers)
{
    answers->list = calloc(n > 0 ? n : 1, sizeof *answers->list);
    if (!answers->list)
        return -ENOMEM;
    for (; answers->n < n; answers->n++) {
        struct tb_remembered *entry = &answers->list[answers->n];
        *entry = read_entry(reader);
        if (reader->failed || !valid(entry) ||
            (answers->n > 0 && memcmp(entry[-1].key, entry->key, sizeof entry->key) >= 0))
            return TB_MALFORMED;
    }
    return tb_reader_done(reader) ? TB_OK : TB_MALFORMED;
}

static int read_text(struct tb_bytes text, struct tb_answers *answers)
{
    uint8_t digest[DIGEST_SIZE];
    if (text.n < MAGIC_SIZE + 4 + DIGEST_SIZE)
        return TB_MALFORMED;
    struct tb_bytes signed_part = tb_bytes_of(text.data, text.n - DIGEST_SIZE);
    crypto_generichash(digest, sizeof digest, signed_part.data, signed_part.n, NULL, 0);
    if (memcmp(digest, text.data + signed_part.n, sizeof digest) != 0)
        return TB_MALFORMED;
    struct tb_reader reader = tb_reader_init(signed_part);
    struct tb_bytes magic = tb_read_bytes(&reader, MAGIC_SIZE);
    uint32_t n = tb_read_u32(&reader);
    if (!tb_bytes_are(magic, MAGIC) || n > reader.left / ENTRY_MIN)
        return TB_MALFORMED;
    return n > TB_ANSWERS_MAX ? TB_TOO_LARGE : read_entries(&reader, n, answers);
}

int tb_answers_read(int fd, struct tb_answers *ret_answers)
{
    tb_cleanup(tb_answers_deinit) struct tb_answers answers = {0};
    size_t n;
    int r = tb_fd_read_all(fd, TB_ANSWERS_SIZE_MAX, &answers.memory, &n);
    if (r == TB_OK)
        r = read_text(tb_bytes_of(answers.memory, n), &answers);
    if (r != TB_OK)
        return r;
    *ret_answers = answers;
    answers = (struct tb_answers){0};
    return TB_OK;
}

static void write_entry(struct tb_writer *writer, const struct tb_remembered *entry)
{
    tb_write_bytes(writer, tb_bytes_of(entry->key, sizeof entry->key));
    tb_write_u8(writer, (uint8_t)entry->answered);
    tb_write_u64(writer, entry->made_s);
    tb_write_u64(writer, entry->expires_s);
    tb_write_u64(writer, entry->used_s);
    tb_write_string16(writer, entry->origin);
    tb_write_string16(writer, entry->command);
    tb_write_string16(writer, entry->view);
}

int tb_answers_write(const struct tb_answers *answers, uint8_t **ret_data, size_t *ret_n)
{
    size_t cap = MAGIC_SIZE + 4 + answers->n * ENTRY_MAX + DIGEST_SIZE;
    uint8_t digest[DIGEST_SIZE];
    uint8_t *data = malloc(cap);
    if (!data)
        return -ENOMEM;
    struct tb_writer writer = tb_writer_init(data, cap);
    tb_write_bytes(&writer, tb_bytes_of_string(MAGIC));
    tb_write_u32(&writer, (uint32_t)answers->n);
    for (size_t i = 0; i < answers->n; i++)
        write_entry(&writer, &answers->list[i]);
    crypto_generichash(digest, sizeof digest, data, writer.n, NULL, 0);
    tb_write_bytes(&writer, tb_bytes_of(digest, sizeof digest));
    tb_assert(!writer.failed);
    *ret_data = data;
    *ret_n = writer.n;
    return 0;
}

/* Where the key is, or would be. */
static size_t place_of(const struct tb_answers *answers, const uint8_t key[static TB_ASK_KEY_SIZE])
{
    size_t from = 0;
    size_t to = answers->n;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (memcmp(answers->list[middle].key, key, TB_ASK_KEY_SIZE) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

struct tb_remembered *tb_answers_find(const struct tb_answers *answers,
                                      const uint8_t key[static TB_ASK_KEY_SIZE])
{
    size_t at = place_of(answers, key);
    bool found = at < answers->n && memcmp(answers->list[at].key, key, TB_ASK_KEY_SIZE) == 0;
    return found ? &answers->list[at] : NULL;
}

void tb_answers_remove(struct tb_answers *answers, size_t index)
{
    struct tb_remembered *at = &answers->list[index];
    tb_assert(index < answers->n);
    answers->n--;
    memmove(at, at + 1, (answers->n - index) * sizeof *at);
}

static uint64_t last_s(const struct tb_remembered *entry)
{
    return entry->used_s > entry->made_s ? entry->used_s : entry->made_s;
}

static void make_room(struct tb_answers *answers)
{
    size_t oldest = 0;
    for (size_t i = 1; i < answers->n; i++)
        if (last_s(&answers->list[i]) < last_s(&answers->list[oldest]))
            oldest = i;
    if (answers->n >= TB_ANSWERS_MAX)
        tb_answers_remove(answers, oldest);
}

int tb_answers_put(struct tb_answers *answers, const struct tb_remembered *remembered)
{
    if (!valid(remembered))
        return TB_MALFORMED;
    struct tb_remembered *old = tb_answers_find(answers, remembered->key);
    if (old) {
        *old = *remembered;
        return 0;
    }
    make_room(answers);
    struct tb_remembered *list = reallocarray(answers->list, answers->n + 1, sizeof *answers->list);
    if (!list)
        return -ENOMEM;
    answers->list = list;
    size_t at = place_of(answers, remembered->key);
    memmove(list + at + 1, list + at, (answers->n - at) * sizeof *list);
    list[at] = *remembered;
    answers->n++;
    return 0;
}

bool tb_remembered_counts(const struct tb_remembered *remembered, uint64_t now_s)
{
    return now_s >= remembered->made_s &&
           (remembered->expires_s == 0 || now_s < remembered->expires_s);
}

uint64_t tb_remembered_until(uint64_t now_s, uint32_t days)
{
    return days == 0 ? 0 : now_s + (uint64_t)days * DAY_S;
}
