/* A log that the scribe's own code has written, and changed copies of it. */
#pragma once

#include "audit/chain.h"
#include "base/fd.h"
#include "base/result.h"
#include "scribe/scribe.h"
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define TEXT(literal) tb_bytes_of(literal, sizeof(literal) - 1)

struct text {
    uint8_t *data;
    size_t n;
    size_t cap;
};

static char folder[] = "/tmp/tb-chain-XXXXXX";
static char path[64];

tb_unused static void remove_folder(void)
{
    char name[sizeof path + 8];
    for (unsigned i = 1; i <= 3; i++) {
        (void)snprintf(name, sizeof name, i == 1 ? "%s/log.jsonl" : "%s/log-%u.jsonl", folder, i);
        unlink(name);
    }
    rmdir(folder);
}

tb_unused static void make_folder(void)
{
    CHECK(mkdtemp(folder));
    atexit(remove_folder);
    (void)snprintf(path, sizeof path, "%s/log.jsonl", folder);
}

tb_unused static struct tb_scribe *start(void)
{
    int link[2];
    struct tb_scribe *scribe;
    CHECK_INT(tb_fd_pair(SOCK_STREAM, link), 0);
    close(link[1]);
    CHECK_INT(tb_scribe_new(link[0], path, TEXT("com.example.notes"), &scribe), 0);
    return scribe;
}

tb_unused static void say(struct tb_scribe *scribe, enum tb_event event, uint64_t ref)
{
    const struct tb_record record = {
        .event = event,
        .verdict = TB_ALLOW,
        .mono_ns = tb_clock_ns(),
        .ref = ref,
        .args_kind = event == TB_EVENT_CALL ? TB_ARGS_FULL : TB_ARGS_NONE,
        .view = TEXT("main"),
        .args = TEXT("\x81\xa1"
                     "a\xa1"
                     "b"),
    };
    CHECK_INT(tb_scribe_add(scribe, &record), 0);
}

tb_unused static void stop(struct tb_scribe *scribe)
{
    CHECK_INT(tb_log_sync(&scribe->log), 0);
    tb_scribe_free(scribe);
}

/* Six records: start, call, done, call, done, and the last one. */
tb_unused static void write_log(enum tb_event last)
{
    struct tb_scribe *scribe = start();
    say(scribe, TB_EVENT_START, 0);
    say(scribe, TB_EVENT_CALL, 1);
    say(scribe, TB_EVENT_DONE, 1);
    say(scribe, TB_EVENT_CALL, 2);
    say(scribe, TB_EVENT_DONE, 2);
    say(scribe, last, 0);
    stop(scribe);
}

tb_unused static struct text load(void)
{
    struct text text = {.cap = 65536};
    text.data = malloc(text.cap);
    tb_fd fd = open(path, O_RDONLY | O_CLOEXEC);
    CHECK(fd >= 0);
    ssize_t n = read(fd, text.data, text.cap);
    CHECK(n >= 0 && (size_t)n < text.cap);
    text.n = (size_t)n;
    return text;
}

tb_unused static void save(const struct text *text)
{
    tb_fd fd = open(path, O_WRONLY | O_TRUNC | O_CREAT | O_CLOEXEC, 0600);
    CHECK(fd >= 0);
    CHECK_INT(tb_fd_write_all(fd, tb_bytes_of(text->data, text->n)), 0);
}

tb_unused static struct tb_chain verify(void)
{
    struct tb_chain chain;
    tb_fd fd = open(path, O_RDONLY | O_CLOEXEC);
    CHECK(fd >= 0);
    CHECK_INT(tb_chain_read(fd, &chain), 0);
    return chain;
}

tb_unused static struct tb_chain verify_text(const struct text *text)
{
    struct tb_chain chain;
    tb_fd fd = tb_fd_memory("log");
    CHECK(fd >= 0);
    CHECK_INT(tb_fd_write_all(fd, tb_bytes_of(text->data, text->n)), 0);
    CHECK_INT(tb_chain_read(fd, &chain), 0);
    return chain;
}

/* As verify_text, without a file: a test that asks half a million times wants that. */
tb_unused static struct tb_chain verify_memory(const struct text *text)
{
    struct tb_chain chain;
    tb_chain_init(&chain);
    for (size_t at = 0; at < text->n;) {
        const uint8_t *newline = memchr(text->data + at, '\n', text->n - at);
        size_t end = newline ? (size_t)(newline - text->data) : text->n;
        const struct tb_piece piece = {
            .bytes = tb_bytes_of(text->data + at, end - at),
            .starts = true,
            .ends = newline != NULL,
        };
        tb_chain_add(&chain, &piece);
        at = end + 1;
    }
    return chain;
}

/* Where line i begins, from 0; i may be one more than there are. */
tb_unused static size_t line_at(const struct text *text, size_t i)
{
    size_t at = 0;
    while (i-- > 0) {
        const uint8_t *newline = memchr(text->data + at, '\n', text->n - at);
        CHECK(newline);
        at = (size_t)(newline - text->data) + 1;
    }
    return at;
}
