/* The arguments of plugin:dialog|open, |save and |message, which of them by the input's first byte:
 * what is taken is bounded, hides nothing from a reader, and means nothing to a pattern. */
#include "base/escape.h"
#include "base/result.h"
#include "host/webkitgtk/dialog_choice.h"
#include "host/webkitgtk/dialog_message.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/sdk_link.h"

#include <glib.h>

enum { OPEN = 0, SAVE, MESSAGE, COMMANDS, CUT = 3 /* bytes of the mark of what was cut */ };

static const msgpack_object *asked;
static unsigned command;

static void check_line(const char *text, size_t max)
{
    tb_assert(strlen(text) <= max + CUT);
    tb_assert(tb_is_plain_line(tb_bytes_of_string(text)));
}

/* ---- a message ---- */

static void check_lines(const char *text)
{
    tb_assert(strlen(text) <= TB_DIALOG_TEXT_MAX + CUT);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (size_t i = 0; lines[i]; i++)
        check_line(lines[i], TB_DIALOG_TEXT_MAX);
}

static void message(struct tb_call *call)
{
    struct tb_dialog_message read;
    if (!tb_dialog_message_read(call, &read))
        return;
    check_lines(read.text);
    if (read.title)
        check_line(read.title, TB_DIALOG_TITLE_MAX);
    tb_assert(read.n_buttons >= 1 && read.n_buttons <= TB_DIALOG_BUTTONS_MAX);
    for (size_t i = 0; i < read.n_buttons; i++) {
        check_line(read.buttons[i].label, TB_DIALOG_LABEL_MAX);
        tb_assert(strlen(read.buttons[i].answer) <= TB_DIALOG_LABEL_MAX);
    }
    tb_dialog_message_deinit(&read);
    tb_reply_nil(call);
}

/* ---- a choice ---- */

/* `*`, or `*.` and letters: what means something to a pattern has a backslash before it. */
static void check_pattern(const char *pattern)
{
    tb_assert(pattern[0] == '*' && !strchr(pattern, '/'));
    if (pattern[1] == 0)
        return;
    tb_assert(pattern[1] == '.' && pattern[2]);
    for (const char *at = pattern + 2; *at; at++)
        if (*at == '\\')
            tb_assert(*++at && strchr("*?[]\\", *at));
        else
            tb_assert(!strchr("*?[]", *at));
}

static void choice(struct tb_call *call)
{
    struct tb_dialog_choice read;
    if (!tb_dialog_choice_read(call, command == SAVE, &read))
        return;
    tb_assert(read.save == (command == SAVE));
    tb_assert(!read.save || (!read.folder && !read.multiple && !read.recursive));
    tb_assert(!read.path || (read.path[0] == '/' && strlen(read.path) <= TB_DIALOG_PATH_MAX));
    if (read.title)
        check_line(read.title, TB_DIALOG_TITLE_MAX);
    tb_assert(read.n_filters <= TB_DIALOG_FILTERS_MAX);
    for (size_t i = 0; i < read.n_filters; i++) {
        check_line(read.filters[i].name, TB_DIALOG_LABEL_MAX);
        tb_assert(g_strv_length(read.filters[i].patterns) <= TB_DIALOG_EXTENSIONS_MAX);
        for (size_t j = 0; read.filters[i].patterns[j]; j++)
            check_pattern(read.filters[i].patterns[j]);
    }
    tb_dialog_choice_deinit(&read);
    tb_reply_nil(call);
}

/* ---- the call ---- */

static void pack_asked(struct tb_packer *packer)
{
    tb_pack_value(packer, tb_value_of(asked));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { ARGS_MAX = 64 * 1024 };
    struct tb_unpacker unpacker;
    if (size == 0 || size > ARGS_MAX)
        return 0;
    command = data[0] % COMMANDS;
    tb_assert(tb_unpacker_init(&unpacker, &tb_scan_peer) == 0);
    if (tb_unpack(&unpacker, &tb_scan_peer, tb_bytes_of(data + 1, size - 1), &asked) == TB_OK &&
        asked->type == MSGPACK_OBJECT_MAP) {
        sdk_start(0, 0);
        sdk_args = pack_asked;
        (void)sdk_call(command == MESSAGE ? message : choice, SDK_NO_RAW);
        sdk_stop();
    }
    tb_unpacker_deinit(&unpacker);
    return 0;
}
