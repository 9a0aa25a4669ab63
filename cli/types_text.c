#include "cli/types_text.h"

#include "base/escape.h"

enum { PIECE = 256 };

struct lexer {
    struct tb_bytes rest;
    size_t line;
    size_t depth;
    const char *why; /* NULL: nothing is wrong */
};

/* How many bytes a line break at the front has; 0: there is none. TypeScript has four. */
static size_t break_at(struct tb_bytes text)
{
    static const char *const breaks[] = {"\r\n", "\n", "\r", "\u2028", "\u2029"};
    for (size_t i = 0; i < TB_ARRAY_LEN(breaks); i++)
        if (tb_bytes_begin(text, breaks[i]))
            return strlen(breaks[i]);
    return 0;
}

static void skip(struct lexer *lexer, size_t n)
{
    size_t at_break = break_at(lexer->rest);
    lexer->line += at_break > 0;
    n = at_break > 0 ? at_break : n;
    n = n < lexer->rest.n ? n : lexer->rest.n;
    lexer->rest = tb_bytes_of(lexer->rest.data + n, lexer->rest.n - n);
}

static void take_line_comment(struct lexer *lexer)
{
    while (lexer->rest.n > 0 && break_at(lexer->rest) == 0)
        skip(lexer, 1);
}

static void take_comment(struct lexer *lexer)
{
    while (lexer->rest.n > 0 && !tb_bytes_begin(lexer->rest, "*/"))
        skip(lexer, 1);
    if (lexer->rest.n == 0)
        lexer->why = "a comment that does not end";
    skip(lexer, 2);
}

static void take_string(struct lexer *lexer)
{
    uint8_t quote = lexer->rest.data[0];
    skip(lexer, 1);
    while (lexer->rest.n > 0 && lexer->rest.data[0] != quote && break_at(lexer->rest) == 0) {
        bool escaped = lexer->rest.data[0] == '\\';
        skip(lexer, 1);
        if (escaped && break_at(lexer->rest) == 0)
            skip(lexer, 1);
    }
    if (lexer->rest.n == 0 || break_at(lexer->rest) > 0)
        lexer->why = "a string that does not end in its line";
    else
        skip(lexer, 1);
}

static void take_code(struct lexer *lexer)
{
    uint8_t c = lexer->rest.data[0];
    if (c == '`' || c == '/' || c == '#')
        lexer->why = c == '`' ? "a template type: write the strings out" : "`/` or `#` in a type";
    else if (c == '}' && lexer->depth == 0)
        lexer->why = "a closing brace too many";
    else if (c == '{')
        lexer->depth++;
    else if (c == '}')
        lexer->depth--;
    skip(lexer, 1);
}

static void take(struct lexer *lexer)
{
    uint8_t c = lexer->rest.data[0];
    if (tb_bytes_begin(lexer->rest, "//"))
        take_line_comment(lexer);
    else if (tb_bytes_begin(lexer->rest, "/*")) {
        skip(lexer, 2);
        take_comment(lexer);
    } else if (c == '"' || c == '\'')
        take_string(lexer);
    else
        take_code(lexer);
}

bool types_text_is_closed(struct tb_bytes untrusted_text, const char **ret_why, size_t *ret_line)
{
    struct lexer lexer = {.rest = untrusted_text, .line = 1};
    while (lexer.rest.n > 0 && !lexer.why)
        take(&lexer);
    if (!lexer.why && lexer.depth > 0)
        lexer.why = "a brace that is not closed";
    if (!lexer.why)
        return true;
    *ret_why = lexer.why;
    *ret_line = lexer.line;
    return false;
}

/* In JSON's escapes, which are TypeScript's too; what an eye would not see as it is, is escaped. */
static void put_escaped(FILE *out, const char *untrusted_text)
{
    struct tb_bytes text = tb_bytes_of_string(untrusted_text);
    while (text.n > 0) {
        char escaped[PIECE * TB_ESCAPE_UNIT];
        size_t n = text.n < PIECE ? text.n : PIECE;
        while (n < text.n && n > 1 && (text.data[n] & 0xc0) == 0x80)
            n--; /* whole characters */
        struct tb_escaped piece = tb_escape(tb_bytes_of(text.data, n), escaped, sizeof escaped);
        fwrite(escaped, 1, piece.n, out);
        text = tb_bytes_of(text.data + n, text.n - n);
    }
}

void types_put_literal(FILE *out, const char *untrusted_text)
{
    fputc('"', out);
    put_escaped(out, untrusted_text);
    fputc('"', out);
}

void types_put_comment(FILE *out, const char *untrusted_text)
{
    put_escaped(out, untrusted_text);
}
