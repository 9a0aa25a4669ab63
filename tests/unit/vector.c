#include "tests/unit/vector.h"

#include <limits.h>

enum { N_LEAST = 50 };

struct grown {
    uint8_t *data;
    size_t n;
};

const json_t *vectors_load(const char *name, json_t **ret_file)
{
    char path[PATH_MAX];
    json_error_t error;
    (void)snprintf(path, sizeof path, "%s/%s.json", TB_VECTORS, name);
    *ret_file = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (!*ret_file)
        fprintf(stderr, "%s: %s\n", path, error.text);
    CHECK(*ret_file);
    CHECK_INT(json_integer_value(json_object_get(*ret_file, "format")), 1);
    const json_t *vectors = json_object_get(*ret_file, "vectors");
    CHECK(json_array_size(vectors) > N_LEAST);
    printf("%s: %zu vectors\n", name, json_array_size(vectors));
    return vectors;
}

void vector_check(const json_t *vector, bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "vector %s: ", json_string_value(json_object_get(vector, "name")));
    test_fail(what, __FILE__, __LINE__);
}

const char *vector_text(const json_t *vector, const char *member)
{
    const char *text = json_string_value(json_object_get(vector, member));
    vector_check(vector, text, member);
    return text;
}

bool vector_ok(const json_t *vector)
{
    const char *expect = vector_text(vector, "expect");
    VECTOR_CHECK(vector, strcmp(expect, "ok") == 0 || strcmp(expect, "error") == 0);
    return strcmp(expect, "ok") == 0;
}

/* Every expansion of the vector at hand. */
static struct expansion {
    struct expansion *before;
    uint8_t *data;
} * expansions;

static void keep(uint8_t *data)
{
    struct expansion *expansion = malloc(sizeof *expansion);
    CHECK(expansion);
    *expansion = (struct expansion){expansions, data};
    expansions = expansion;
}

void vector_release(void)
{
    while (expansions) {
        struct expansion *expansion = expansions;
        expansions = expansion->before;
        free(expansion->data);
        free(expansion);
    }
}

static uint8_t digit(char c)
{
    CHECK((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static void append(struct grown *bytes, const uint8_t *data, size_t n)
{
    bytes->data = realloc(bytes->data, bytes->n + n + 1);
    CHECK(bytes->data);
    if (n > 0)
        memcpy(bytes->data + bytes->n, data, n);
    bytes->n += n;
}

static const char *read_hex(const char *at, struct grown *bytes)
{
    for (; *at != 0 && *at != ' ' && *at != ')'; at += 2) {
        uint8_t byte = (uint8_t)(digit(at[0]) << 4 | digit(at[1]));
        append(bytes, &byte, 1);
    }
    return at;
}

/* `(hex)*N` */
static const char *read_repeated(const char *at, struct grown *bytes)
{
    struct grown part = {0};
    char *end;
    at = read_hex(at + 1, &part);
    CHECK(at[0] == ')' && at[1] == '*');
    unsigned long times = strtoul(at + 2, &end, 10);
    CHECK(part.n > 0 && end > at + 2 && times * part.n < 64ul * 1024 * 1024);
    for (unsigned long i = 0; i < times; i++)
        append(bytes, part.data, part.n);
    free(part.data);
    return end;
}

struct tb_bytes vector_expand(const char *pattern)
{
    struct grown bytes = {0};
    append(&bytes, NULL, 0);
    for (const char *at = pattern; *at != 0;) {
        if (*at == ' ')
            at++;
        else
            at = *at == '(' ? read_repeated(at, &bytes) : read_hex(at, &bytes);
    }
    keep(bytes.data);
    return tb_bytes_of(bytes.data, bytes.n);
}

struct tb_bytes vector_bytes(const json_t *vector, const char *member)
{
    return vector_expand(vector_text(vector, member));
}

const uint8_t *vector_exactly(const json_t *vector, const char *member, size_t n)
{
    struct tb_bytes bytes = vector_bytes(vector, member);
    vector_check(vector, bytes.n == n, member);
    return bytes.data;
}

uint64_t vector_decimal(const json_t *vector, const char *member)
{
    const char *text = vector_text(vector, member);
    char *end;
    uint64_t number = strtoull(text, &end, 10);
    vector_check(vector, *text != 0 && *end == 0, member);
    return number;
}

void vector_same(const json_t *vector, const char *member, const uint8_t *bytes, size_t n)
{
    struct tb_bytes expected = vector_bytes(vector, member);
    vector_check(vector, tb_bytes_equal(expected, tb_bytes_of(bytes, n)), member);
}
