#include "hook/module.h"

#include "base/result.h"
#include "hook/text.h"
#include "proto/limits.h"

#include <stdio.h>

/* A hook has four names to export. Each further word that could be one costs two more parses. */
enum { WORDS_MOST = 64, WORD_SIZE = 6, PROGRAM_SLACK = 4096 };

#define STRICT "(function(){'use strict';"
#define PROBE  "const trollbridge_probe=0"

const char *const hook_function_names[N_HOOK_FUNCTIONS] = {
    [HOOK_ON_REQUEST] = "onRequest",
    [HOOK_ON_REPLY] = "onReply",
    [HOOK_ON_ERROR] = "onError",
    [HOOK_ON_CHUNK] = "onChunk",
};

/* What is being read, and what has been found. */
struct scan {
    const struct hook_realm *realm;
    struct hook_module *module;
    struct tb_bytes file;
    const uint8_t *original; /* names are taken from it */
    uint8_t *text;           /* a copy, in which exports are blanked */
    size_t n;
    bool has_default;
    struct tb_bytes names[N_HOOK_FUNCTIONS]; /* what each is called inside; empty: not exported */
};

static int wrong(struct scan *scan, size_t at, const char *what, struct tb_bytes name)
{
    size_t line = 1;
    for (size_t i = 0; i < at; i++)
        line += scan->text[i] == '\n';
    (void)snprintf(scan->module->wrong, sizeof scan->module->wrong, "%.*s:%zu: %.*s%s",
                   (int)scan->file.n, (const char *)scan->file.data, line,
                   (int)(name.n < 64 ? name.n : 64), (const char *)name.data, what);
    return TB_MALFORMED;
}

static const struct tb_bytes no_name = {(const uint8_t *)"", 0};

static bool in_word(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || c >= 0x80;
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

/* Behind white space and comments. */
static size_t skip(const struct scan *scan, size_t at)
{
    while (at < scan->n) {
        struct tb_bytes rest = tb_bytes_of(scan->text + at, scan->n - at);
        const uint8_t *end = NULL;
        if (is_space(rest.data[0])) {
            at++;
            continue;
        }
        if (tb_bytes_begin(rest, "//"))
            end = memchr(rest.data, '\n', rest.n);
        else if (tb_bytes_begin(rest, "/*"))
            end = memmem(rest.data + 2, rest.n - 2, "*/", 2);
        else
            break;
        at = end ? (size_t)(end - scan->text) + (*end == '*' ? 2 : 1) : scan->n;
    }
    return at;
}

static struct tb_bytes word_at(const struct scan *scan, size_t at)
{
    size_t end = at;
    while (end < scan->n && in_word(scan->original[end]))
        end++;
    return tb_bytes_of(scan->original + at, end - at);
}

static bool parses(const struct scan *scan, size_t n, const char *end)
{
    tb_cleanup(tb_buffer_deinit) struct tb_buffer text;
    tb_buffer_init(&text, TB_HOOK_TEXT_MAX + PROGRAM_SLACK);
    if (!tb_buffer_append(&text, tb_bytes_of_string("'use strict';")) ||
        !tb_buffer_append(&text, tb_bytes_of(scan->text, n)) ||
        !tb_buffer_append(&text, tb_bytes_of_string(end)))
        return false;
    hook_string string = hook_string_new(tb_buffer_bytes(&text));
    JSValueRef thrown = NULL;
    return string && JSCheckScriptSyntax(scan->realm->context, string, NULL, 1, &thrown);
}

/* In a comment a declaration is no more wrong than the word; in everything else that is not whole
 * neither is right. */
static bool begins_statement(const struct scan *scan, size_t at, const char *word)
{
    return parses(scan, at, PROBE) && !parses(scan, at, word);
}

/* What a statement can follow: a cheap look before the engine is asked. */
static bool may_begin(const struct scan *scan, size_t at)
{
    while (at > 0 && (scan->text[at - 1] == ' ' || scan->text[at - 1] == '\t'))
        at--;
    uint8_t before = at > 0 ? scan->text[at - 1] : '\n';
    return is_space(before) || before == ';' || before == '}' || before == '/' || before >= 0x80;
}

static void blank(struct scan *scan, size_t at, size_t end)
{
    for (; at < end; at++)
        if (scan->text[at] != '\n')
            scan->text[at] = ' ';
}

static int export_name(struct scan *scan, size_t at, struct tb_bytes name, struct tb_bytes inside)
{
    for (size_t i = 0; i < N_HOOK_FUNCTIONS; i++)
        if (tb_bytes_are(name, hook_function_names[i])) {
            if (scan->names[i].n > 0)
                return wrong(scan, at, " is exported twice", name);
            scan->names[i] = inside;
            return TB_OK;
        }
    return wrong(scan, at,
                 name.n > 0 ? ": a hook exports onRequest, onReply, onError and onChunk, "
                              "and nothing else: take `export` away from it"
                            : "`export` of a name by itself is wanted: export function "
                              "onRequest({ args }) { … }",
                 name);
}

/* `export function NAME`, `export async function NAME`, `export const NAME`, … */
static int export_declaration(struct scan *scan, size_t at, size_t next)
{
    struct tb_bytes word = word_at(scan, next);
    blank(scan, at, at + WORD_SIZE);
    if (tb_bytes_are(word, "async")) {
        next = skip(scan, next + word.n);
        word = word_at(scan, next);
    }
    struct tb_bytes name = word_at(scan, skip(scan, next + word.n));
    return export_name(scan, at, name, name);
}

/* `export default {…}` becomes `const  $dflt =…`, of the same length. */
static int export_default(struct scan *scan, size_t at, size_t next)
{
    static const char *const declarations[] = {"function", "class", "async"};
    struct tb_bytes word = word_at(scan, skip(scan, next + strlen("default")));
    if (tb_bytes_among(word, declarations, TB_ARRAY_LEN(declarations)))
        return wrong(scan, at,
                     "the default export of a hook is an object: export default "
                     "{ onRequest }",
                     no_name);
    memcpy(scan->text + at, "const ", WORD_SIZE);
    memcpy(scan->text + next, "$dflt =", strlen("default"));
    scan->has_default = true;
    return TB_OK;
}

/* `NAME`, or `INSIDE as NAME`; *ret_next is behind it. */
static int export_specifier(struct scan *scan, size_t at, size_t *ret_next)
{
    struct tb_bytes inside = word_at(scan, at);
    struct tb_bytes name = inside;
    size_t next = skip(scan, at + inside.n);
    if (tb_bytes_are(word_at(scan, next), "as")) {
        next = skip(scan, next + 2);
        name = word_at(scan, next);
        next = skip(scan, next + name.n);
    }
    *ret_next = next;
    return inside.n == 0 ? wrong(scan, at, "`export { … }` that cannot be read", no_name)
                         : export_name(scan, at, name, inside);
}

/* `export { a, b as onRequest }` */
static int export_clause(struct scan *scan, size_t at, size_t next)
{
    size_t open = next;
    next = skip(scan, open + 1);
    while (next < scan->n && scan->text[next] != '}') {
        int r = export_specifier(scan, next, &next);
        if (r != TB_OK)
            return r;
        if (next < scan->n && scan->text[next] == ',')
            next = skip(scan, next + 1);
        else if (next < scan->n && scan->text[next] != '}')
            return wrong(scan, at, "`export { … }` that cannot be read", no_name);
    }
    size_t end = next < scan->n ? next + 1 : next;
    if (tb_bytes_are(word_at(scan, skip(scan, end)), "from"))
        return wrong(scan, at, "a hook imports nothing: bundle what it needs into it", no_name);
    blank(scan, at, end);
    scan->text[at] = ';';
    return TB_OK;
}

static int read_export(struct scan *scan, size_t at)
{
    static const char *const declarations[] = {"function", "async", "class", "const", "let", "var"};
    size_t next = skip(scan, at + WORD_SIZE);
    struct tb_bytes word = word_at(scan, next);
    if (next < scan->n && scan->text[next] == '*')
        return wrong(scan, at, "a hook imports nothing: bundle what it needs into it", no_name);
    if (next < scan->n && scan->text[next] == '{')
        return export_clause(scan, at, next);
    if (tb_bytes_are(word, "default"))
        return export_default(scan, at, next);
    if (tb_bytes_among(word, declarations, TB_ARRAY_LEN(declarations)))
        return export_declaration(scan, at, next);
    return TB_OK; /* the engine says what is wrong with it */
}

/* `import(…)` and `import.meta` are expressions, which fail when they run. */
static int read_import(struct scan *scan, size_t at)
{
    size_t next = skip(scan, at + WORD_SIZE);
    if (next < scan->n && (scan->text[next] == '(' || scan->text[next] == '.'))
        return TB_OK;
    return wrong(scan, at, "a hook imports nothing: bundle what it needs into it", no_name);
}

/* A mark of the byte order, and a line for a shell, stand before a module and are none of it. */
static size_t blank_head(struct scan *scan)
{
    struct tb_bytes text = tb_bytes_of(scan->original, scan->n);
    size_t at = tb_bytes_begin(text, "\xEF\xBB\xBF") ? 3 : 0;
    if (tb_bytes_begin(tb_bytes_of(text.data + at, text.n - at), "#!"))
        while (at < text.n && text.data[at] != '\n')
            at++;
    blank(scan, 0, at);
    return at;
}

static int read_statements(struct scan *scan)
{
    size_t n_words = 0;
    for (size_t at = blank_head(scan); at < scan->n;) {
        struct tb_bytes word = word_at(scan, at);
        bool is_export = tb_bytes_are(word, "export");
        bool candidate = (is_export || tb_bytes_are(word, "import")) && may_begin(scan, at);
        if (candidate && ++n_words > WORDS_MOST)
            return wrong(scan, at, "too many words `export` and `import`", no_name);
        if (candidate && begins_statement(scan, at, is_export ? "export" : "import x")) {
            int r = is_export ? read_export(scan, at) : read_import(scan, at);
            if (r != TB_OK)
                return r;
            scan->module->is_module = true;
        }
        at += word.n > 0 ? word.n : 1;
    }
    return TB_OK;
}

static bool append(struct scan *scan, const char *text)
{
    return tb_buffer_append(&scan->module->program, tb_bytes_of_string(text));
}

/* The functions, then which of the names are there without being exported, then the default. */
static bool append_result(struct scan *scan)
{
    bool ok = append(scan, "\n;return [");
    for (size_t i = 0; i < N_HOOK_FUNCTIONS; i++) {
        if (scan->names[i].n > 0)
            ok = ok && tb_buffer_append(&scan->module->program, scan->names[i]);
        else if (scan->has_default)
            ok = ok && append(scan, "$dflt.") && append(scan, hook_function_names[i]);
        ok = ok && append(scan, scan->names[i].n > 0 || scan->has_default ? "," : "undefined,");
    }
    for (size_t i = 0; i < N_HOOK_FUNCTIONS; i++)
        ok = ok && append(scan, "typeof ") && append(scan, hook_function_names[i]) &&
             append(scan, "!=='undefined',");
    return ok && append(scan, scan->has_default ? "$dflt" : "null") && append(scan, "]})()");
}

static bool write_program(struct scan *scan)
{
    struct tb_buffer *program = &scan->module->program;
    if (!scan->module->is_module)
        return tb_buffer_append(program, tb_bytes_of(scan->text, scan->n));
    return append(scan, STRICT) && tb_buffer_append(program, tb_bytes_of(scan->text, scan->n)) &&
           append_result(scan);
}

void hook_module_deinit(struct hook_module *module)
{
    tb_buffer_deinit(&module->program);
}

int hook_module_init(struct hook_module *module, const struct hook_realm *realm,
                     struct tb_bytes file, struct tb_bytes text)
{
    tb_cleanup(tb_buffer_deinit) struct tb_buffer copy;
    struct scan scan = {.realm = realm, .module = module, .file = file, .original = text.data};
    *module = (struct hook_module){0};
    tb_buffer_init(&module->program, TB_HOOK_TEXT_MAX + PROGRAM_SLACK);
    tb_buffer_init(&copy, TB_HOOK_TEXT_MAX);
    if (!tb_buffer_append(&copy, text))
        return TB_FULL;
    scan.text = copy.data + copy.start;
    scan.n = text.n;
    int r = read_statements(&scan);
    return r != TB_OK ? r : write_program(&scan) ? TB_OK : TB_FULL;
}
