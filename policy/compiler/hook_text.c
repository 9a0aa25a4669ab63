#include "policy/compiler/hook_text.h"

#include "base/compiler.h"

struct cursor {
    struct tb_bytes text;
    size_t at;
    uint32_t line;
    bool begins; /* where a statement may begin */
};

static uint8_t peek(const struct cursor *cursor, size_t ahead)
{
    size_t at = cursor->at + ahead;
    return at < cursor->text.n ? cursor->text.data[at] : 0;
}

static void step(struct cursor *cursor)
{
    cursor->line += peek(cursor, 0) == '\n';
    cursor->at++;
}

static void skip_line(struct cursor *cursor)
{
    while (cursor->at < cursor->text.n && peek(cursor, 0) != '\n')
        step(cursor);
}

static void skip_comment(struct cursor *cursor)
{
    cursor->at += 2;
    while (cursor->at < cursor->text.n && !(peek(cursor, 0) == '*' && peek(cursor, 1) == '/'))
        step(cursor);
    cursor->at += 2;
}

/* A string ends with its line at the latest, a template does not. */
static void skip_string(struct cursor *cursor)
{
    uint8_t quote = peek(cursor, 0);
    step(cursor);
    while (cursor->at < cursor->text.n && peek(cursor, 0) != quote &&
           (quote == '`' || peek(cursor, 0) != '\n')) {
        if (peek(cursor, 0) == '\\')
            step(cursor);
        step(cursor);
    }
    step(cursor);
}

static bool in_name(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || c >= 0x80;
}

static struct tb_bytes take_name(struct cursor *cursor)
{
    size_t from = cursor->at;
    while (in_name(peek(cursor, 0)))
        cursor->at++;
    return tb_bytes_of(cursor->text.data + from, cursor->at - from);
}

static bool is_hook_name(struct tb_bytes name)
{
    static const char *const names[] = {"onRequest", "onReply", "onError", "onChunk",
                                        "__TAURI_ISOLATION_HOOK__"};
    for (size_t i = 0; i < TB_ARRAY_LEN(names); i++)
        if (tb_bytes_are(name, names[i]))
            return true;
    return false;
}

/* Passes over one thing. Regular expressions are not known: what stands in one is read as code,
 * and a statement does not begin there. */
static struct tb_bytes next_name(struct cursor *cursor)
{
    uint8_t c = peek(cursor, 0);
    if (c == '/' && peek(cursor, 1) == '/')
        skip_line(cursor);
    else if (c == '/' && peek(cursor, 1) == '*')
        skip_comment(cursor);
    else if (c == '"' || c == '\'' || c == '`')
        skip_string(cursor);
    else if (in_name(c))
        return take_name(cursor);
    else
        step(cursor);
    return (struct tb_bytes){0};
}

static bool keeps_beginning(uint8_t c)
{
    return c == ';' || c == '}' || c == '\n' || c == '\r' || c == ' ' || c == '\t';
}

void tb_hook_text_lint(struct tb_report *report, const char *file, struct tb_bytes text)
{
    struct cursor cursor = {.text = text, .line = 1, .begins = true};
    bool hooks = false;
    while (cursor.at < text.n) {
        uint8_t c = peek(&cursor, 0);
        bool begins = cursor.begins;
        bool comment = c == '/' && (peek(&cursor, 1) == '/' || peek(&cursor, 1) == '*');
        struct tb_place place = {file, cursor.line};
        struct tb_bytes name = next_name(&cursor);
        hooks = hooks || is_hook_name(name);
        if (begins && tb_bytes_are(name, "import") && peek(&cursor, 0) != '.')
            tb_report_warning(report, "hook-import", place,
                              "a hook cannot import anything, and does not run with this: write "
                              "what it needs into the file itself");
        cursor.begins =
            c == ';' || c == '}' || c == '\n' || (begins && (comment || keeps_beginning(c)));
    }
    if (!hooks)
        tb_report_warning(report, "hook-nothing", (struct tb_place){file, 0},
                          "nothing here is a hook: export a function onRequest, onReply, onError "
                          "or onChunk");
}
