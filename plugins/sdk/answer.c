#include "plugins/sdk/answer.h"

#include "base/result.h"

#include <errno.h>
#include <stdio.h>

/* A map of the call and, under `key`, what is packed next. */
static struct tb_packer *begin(struct tb_draft *draft, uint64_t call, const char *key)
{
    struct tb_packer *packer = tb_draft_value(draft, TB_PLUGIN_REPLY, 2);
    tb_pack_key_uint(packer, "call", call);
    tb_pack_key(packer, key);
    return packer;
}

struct tb_packer *tb_answer_value(struct tb_draft *draft, uint64_t call)
{
    return begin(draft, call, "value");
}

struct tb_bytes tb_answer_text(const char *text)
{
    size_t n = strlen(text);
    while (!tb_utf8_valid(tb_bytes_of(text, n)))
        n--;
    return tb_bytes_of(text, n);
}

/* The broker ends a plugin that answers any other. */
static const char *code_name(enum tb_code code)
{
    switch (code) {
    case TB_CODE_DENIED:
        return "denied";
    case TB_CODE_SCOPE:
        return "scope";
    case TB_CODE_INVALID_ARGS:
        return "invalid_args";
    case TB_CODE_NOT_FOUND:
        return "not_found";
    case TB_CODE_UNIMPLEMENTED:
        return "unimplemented";
    case TB_CODE_TOO_LARGE:
        return "too_large";
    case TB_CODE_IO:
        break;
    }
    return "io";
}

static void pack_error(struct tb_packer *packer, enum tb_code code, int number, const char *message)
{
    tb_pack_map(packer, number != 0 ? 3 : 2);
    tb_pack_key_text(packer, "code", code_name(code));
    tb_pack_key_str(packer, "message", tb_answer_text(message));
    if (number != 0) {
        tb_pack_key(packer, "errno");
        tb_pack_int(packer, number);
    }
}

void tb_answer_error(struct tb_draft *draft, uint64_t call, enum tb_code code, int number,
                     const char *format, va_list arguments)
{
    char message[TB_ERROR_MESSAGE_MAX + 1] = "";
    (void)vsnprintf(message, sizeof message, format, arguments);
    if (number < 0 || number > TB_ERRNO_MAX)
        number = 0;
    pack_error(begin(draft, call, "error"), code, number, message);
}

int tb_answer_finish(struct tb_draft *draft, struct tb_scanner *scanner, uint64_t call,
                     const struct tb_note *note)
{
    size_t cost;
    draft->note = tb_note_bytes(note);
    int r = tb_draft_finish(draft, scanner, &cost);
    if (r == TB_OK)
        return TB_OK;
    struct tb_packer *packer = begin(draft, call, "error");
    if (r == TB_TOO_LARGE)
        pack_error(packer, TB_CODE_TOO_LARGE, 0, "the answer is larger than a frame may be");
    else
        pack_error(packer, TB_CODE_IO, 0, "the plugin made a malformed answer");
    draft->note = tb_note_bytes(note);
    return tb_draft_finish(draft, scanner, &cost) == TB_OK ? r : -ENOMEM;
}
