#define PCRE2_CODE_UNIT_WIDTH 8
#include "argument/pattern.h"

#include "base/result.h"

#include <errno.h>
#include <pcre2.h>
#include <stdlib.h>

enum { MATCH_LIMIT = 100000, DEPTH_LIMIT = 1000, HEAP_LIMIT_KIB = 1024, NEST_LIMIT = 50 };

struct tb_argument_pattern {
    pcre2_code *code;
    pcre2_match_context *limits;
    bool option;
};

/* No JIT: its memory would have to be writable and executable. */
static const uint32_t options = PCRE2_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED |
                                PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C | PCRE2_NEVER_UCP;

static int compile(struct tb_bytes text, pcre2_code **ret_code, struct tb_argument_error *ret_error)
{
    int number;
    PCRE2_SIZE at;
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    if (!context)
        return -ENOMEM;
    pcre2_set_parens_nest_limit(context, NEST_LIMIT);
    pcre2_code *code = pcre2_compile(text.data, text.n, options, &number, &at, context);
    pcre2_compile_context_free(context);
    if (code) {
        *ret_code = code;
        return TB_OK;
    }
    if (number == PCRE2_ERROR_NOMEMORY)
        return -ENOMEM;
    ret_error->at = at < text.n ? at : text.n;
    if (pcre2_get_error_message(number, (PCRE2_UCHAR *)ret_error->message,
                                sizeof ret_error->message) < 0)
        ret_error->message[0] = 0;
    return TB_MALFORMED;
}

/* Twice: by itself, so that `a)|(b` is seen to be none; and in a group, so that no choice and no
 * verb at its start reaches beyond it. */
static int compile_grouped(struct tb_bytes text, pcre2_code **ret_code,
                           struct tb_argument_error *ret_error)
{
    static const char front[] = "(?:";
    const size_t n_front = sizeof front - 1;
    uint8_t grouped[TB_ARGUMENT_PATTERN_MAX + sizeof "(?:)"];
    pcre2_code *alone;
    int r = compile(text, &alone, ret_error);
    if (r != TB_OK)
        return r;
    pcre2_code_free(alone);
    memcpy(grouped, front, n_front);
    if (text.n > 0)
        memcpy(grouped + n_front, text.data, text.n);
    grouped[n_front + text.n] = ')';
    r = compile(tb_bytes_of(grouped, n_front + text.n + 1), ret_code, ret_error);
    if (r == TB_MALFORMED)
        ret_error->at = text.n; /* the group's end was not seen as one */
    return r;
}

static pcre2_match_context *limits_new(void)
{
    pcre2_match_context *limits = pcre2_match_context_create(NULL);
    if (!limits)
        return NULL;
    pcre2_set_match_limit(limits, MATCH_LIMIT);
    pcre2_set_depth_limit(limits, DEPTH_LIMIT);
    pcre2_set_heap_limit(limits, HEAP_LIMIT_KIB);
    return limits;
}

int tb_argument_pattern_new(struct tb_bytes text, struct tb_argument_pattern **ret_pattern,
                            struct tb_argument_error *ret_error)
{
    if (text.n > TB_ARGUMENT_PATTERN_MAX)
        return TB_TOO_LARGE;
    struct tb_argument_pattern *pattern = calloc(1, sizeof *pattern);
    if (!pattern)
        return -ENOMEM;
    int r = compile_grouped(text, &pattern->code, ret_error);
    if (r == TB_OK) {
        pattern->limits = limits_new();
        r = pattern->limits ? TB_OK : -ENOMEM;
    }
    if (r != TB_OK) {
        tb_argument_pattern_free(pattern);
        return r;
    }
    pattern->option = text.n > 0 && text.data[0] == '-';
    *ret_pattern = pattern;
    return TB_OK;
}

void tb_argument_pattern_free(struct tb_argument_pattern *pattern)
{
    if (!pattern)
        return;
    pcre2_code_free(pattern->code);
    pcre2_match_context_free(pattern->limits);
    free(pattern);
}

bool tb_argument_pattern_matches(const struct tb_argument_pattern *pattern,
                                 struct tb_bytes untrusted_text)
{
    static const uint8_t nothing[1] = {0};
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    if (!data)
        return false;
    int n = pcre2_match(pattern->code, untrusted_text.n > 0 ? untrusted_text.data : nothing,
                        untrusted_text.n, 0, 0, data, pattern->limits);
    pcre2_match_data_free(data);
    return n >= 0;
}

bool tb_argument_pattern_is_option(const struct tb_argument_pattern *pattern)
{
    return pattern->option;
}
