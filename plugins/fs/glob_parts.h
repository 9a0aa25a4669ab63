/* What a compiled pattern is made of; for glob.c and glob_compile.c alone. */
#pragma once

#include "plugins/fs/glob.h"

enum tb_glob_kind { LITERAL, ANY, STAR, ONE_OF, NONE_OF };

struct token {
    enum tb_glob_kind kind;
    uint32_t first; /* LITERAL: the character; ONE_OF, NONE_OF: index of the first range */
    uint32_t n;     /* ranges */
};

struct range {
    uint32_t low;
    uint32_t high;
};

struct part {
    const struct token *tokens;
    uint32_t n;
    bool recursive; /* ** */
    bool literal;
};

struct tb_glob {
    struct part *parts;
    uint32_t n_parts;
    struct token *tokens;
    uint32_t n_tokens;
    struct range *ranges;
    uint32_t n_ranges;
    char *root;
    uint32_t n_root;
    uint32_t n_root_parts;
};

/* Of valid UTF-8, the character at *at. */
static inline uint32_t tb_glob_next(struct tb_bytes text, size_t *at)
{
    uint8_t lead = text.data[(*at)++];
    if (lead < 0x80)
        return lead;
    unsigned more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    uint32_t character = lead & (0x3fu >> more);
    while (more-- > 0 && *at < text.n)
        character = character << 6 | (text.data[(*at)++] & 0x3fu);
    return character;
}
