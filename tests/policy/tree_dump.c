/*
 * Prints what the TOML reader makes of documents, for a comparison with another reader. Input: u32
 * length and bytes, again and again. Output: one line each, `error`, or the tree as JSON in which
 * each scalar is [type, text].
 */
#include "base/wire.h"
#include "policy/compiler/data/value.h"

#include <stdio.h>
#include <stdlib.h>

static void print_text(struct tb_bytes text)
{
    putchar('"');
    for (size_t i = 0; i < text.n; i++)
        printf("%02x", text.data[i]);
    putchar('"');
}

static void print(const struct tb_value *value);

static void print_children(const struct tb_value *value)
{
    for (const struct tb_value *child = value->child; child; child = child->next) {
        if (value->type == TB_VALUE_MAP) {
            print_text(child->key);
            putchar(':');
        }
        print(child);
        if (child->next)
            putchar(',');
    }
}

static void print(const struct tb_value *value)
{
    switch (value->type) {
    case TB_VALUE_MAP:
    case TB_VALUE_LIST:
        putchar(value->type == TB_VALUE_MAP ? '{' : '[');
        print_children(value);
        putchar(value->type == TB_VALUE_MAP ? '}' : ']');
        break;
    case TB_VALUE_STRING:
        print_text(value->string);
        break;
    case TB_VALUE_INT:
        printf("[\"int\",\"%lld\"]", (long long)value->integer);
        break;
    case TB_VALUE_REAL:
        printf("[\"real\",\"%.17g\"]", value->real);
        break;
    case TB_VALUE_BOOL:
        printf(value->boolean ? "true" : "false");
        break;
    case TB_VALUE_NULL:
        printf("null");
        break;
    }
}

static void dump(const uint8_t *text, size_t n)
{
    struct tb_arena arena = {0};
    struct tb_report report = {.arena = &arena, .silent = true};
    const struct tb_value *root =
        tb_value_read(&report, TB_FORMAT_TOML, "x.toml", tb_bytes_of(text, n));
    if (root)
        print(root);
    else
        printf("error");
    putchar('\n');
    tb_arena_deinit(&arena);
}

int main(void)
{
    uint8_t header[4];
    while (fread(header, 1, sizeof header, stdin) == sizeof header) {
        size_t n = tb_load_u32(header);
        uint8_t *text = malloc(n + 1);
        if (!text || fread(text, 1, n, stdin) != n)
            return 1;
        dump(text, n);
        free(text);
    }
    return 0;
}
