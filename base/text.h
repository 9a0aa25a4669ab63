/* JSON text written into fixed memory. The first thing that does not fit sets `full`; everything
 * after it is dropped, so that a whole value is written first and judged once. */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"

struct tb_text {
    char *p;
    size_t n;
    size_t cap;
    bool full;
};

struct tb_text tb_text_init(char *memory, size_t cap);
void tb_text_put(struct tb_text *text, struct tb_bytes bytes); /* as they are */
void tb_text_puts(struct tb_text *text, const char *string);   /* as they are */
void tb_text_hex(struct tb_text *text, const uint8_t *bytes, size_t n);
/* At most INT64_MAX is written: JSON readers know no more. */
void tb_text_number(struct tb_text *text, uint64_t v);
/* Quoted and escaped. What is longer than most bytes between the quotes is cut. */
void tb_text_string(struct tb_text *text, struct tb_bytes untrusted_string, size_t most);
/* Quoted and escaped, whole or `full`. */
void tb_text_whole_string(struct tb_text *text, struct tb_bytes untrusted_string);
