#include "policy/compiler/filter/parts.h"

#include "policy/filter/pointer.h"
#include "proto/limits.h"

static bool refuse(struct tb_filter_compiler *compiler, const struct tb_value *text,
                   const char *wrong)
{
    tb_report_error(compiler->report, "value", text->place, "the pointer `%.*s` %s",
                    TB_SHOWN(text->string), wrong);
    return false;
}

/* Undoes `~0` and `~1`, in place. False: another `~`. */
static bool unescape(uint8_t *key, size_t *n)
{
    size_t to = 0;
    for (size_t from = 0; from < *n; from++) {
        uint8_t c = key[from];
        if (c == '~') {
            uint8_t code = ++from < *n ? key[from] : 0;
            if (code != '0' && code != '1')
                return false;
            c = code == '0' ? '~' : '/';
        }
        key[to++] = c;
    }
    *n = to;
    return true;
}

/* NULL, or what is wrong. */
static const char *pack_segment(struct tb_filter_compiler *compiler, struct tb_bytes segment,
                                bool stars)
{
    if (tb_bytes_are(segment, "*")) {
        tb_pack_nil(&compiler->packer);
        return stars ? NULL : "names one place, in which `*` cannot be: write a key";
    }
    uint8_t *key = tb_arena_get(compiler->report->arena, segment.n + 1, 1);
    size_t n = segment.n;
    if (n > 0)
        memcpy(key, segment.data, n);
    if (!unescape(key, &n))
        return "has a `~` that is neither `~0`, which is `~`, nor `~1`, which is `/`";
    if (n > TB_MSGPACK_KEY)
        return "has a key of more than 256 bytes, which no argument has";
    tb_pack_str(&compiler->packer, tb_bytes_of(key, n));
    return NULL;
}

bool tb_filter_pack_pointer(struct tb_filter_compiler *compiler, const struct tb_value *text,
                            bool stars)
{
    struct tb_bytes rest = text->string;
    size_t n = 0;
    if (rest.n > 0 && rest.data[0] != '/')
        return refuse(compiler, text, "does not begin with `/`: write `/path`, or `/options/*`");
    for (size_t i = 0; i < rest.n; i++)
        n += rest.data[i] == '/';
    if (n > TB_POINTER_SEGMENTS_MAX)
        return refuse(compiler, text, "is more than 16 keys deep");
    tb_pack_array(&compiler->packer, n);
    for (size_t i = 0; i < n; i++) {
        rest = i == 0 ? tb_bytes_of(rest.data + 1, rest.n - 1) : rest;
        const char *wrong = pack_segment(compiler, tb_bytes_cut(&rest, '/'), stars);
        if (wrong)
            return refuse(compiler, text, wrong);
    }
    return true;
}
