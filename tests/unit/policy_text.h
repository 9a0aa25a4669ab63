/* What the tests of the readers of JSON and of JSON5 do alike: reading a text, and the checks that
 * hold in both dialects. */
#pragma once

#include "policy/compiler/data/value.h"
#include "tests/unit/test.h"

struct file {
    struct tb_arena arena;
    struct tb_report report;
};

static inline struct tb_value *text_read(struct file *file, enum tb_format format, const void *text,
                                         size_t n)
{
    *file = (struct file){.report = {.silent = true}};
    file->report.arena = &file->arena;
    /* An exact copy, so that a read past the end is an error that tools see. */
    uint8_t *copy = malloc(n ? n : 1);
    memcpy(copy, text, n);
    struct tb_value *root = tb_value_read(&file->report, format, "a.json", tb_bytes_of(copy, n));
    free(copy);
    return root;
}

static inline bool text_accepted(enum tb_format format, const void *text, size_t n)
{
    struct file file;
    bool ok = text_read(&file, format, text, n) != NULL;
    CHECK(ok == (file.report.n_errors == 0));
    tb_arena_deinit(&file.arena);
    return ok;
}

static inline void check_texts(enum tb_format format, const char *const *texts, size_t n,
                               bool accepted)
{
    for (size_t i = 0; i < n; i++) {
        bool ok = text_accepted(format, texts[i], strlen(texts[i]));
        if (ok != accepted)
            fprintf(stderr, "%s: %s\n", ok ? "accepted" : "refused", texts[i]);
        CHECK(ok == accepted);
    }
}

static inline void check_depth(enum tb_format format)
{
    char text[2 * TB_TREE_DEPTH + 2];
    memset(text, '[', TB_TREE_DEPTH);
    memset(text + TB_TREE_DEPTH, ']', TB_TREE_DEPTH);
    CHECK(text_accepted(format, text, 2 * TB_TREE_DEPTH));
    memset(text, '[', TB_TREE_DEPTH + 1);
    memset(text + TB_TREE_DEPTH + 1, ']', TB_TREE_DEPTH + 1);
    CHECK(!text_accepted(format, text, 2 * TB_TREE_DEPTH + 2));
}

/* Every byte of the seed becomes every other one: it is taken or refused, and says which. */
static inline void check_mutations(enum tb_format format, const char *seed, size_t n)
{
    char *text = malloc(n);
    memcpy(text, seed, n);
    for (size_t at = 0; at < n; at++) {
        for (unsigned v = 0; v < 256; v++) {
            text[at] = (char)v;
            (void)text_accepted(format, text, n);
        }
        text[at] = seed[at];
    }
    free(text);
}
