#include "cli/text.h"

#include "base/escape.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 256 };

static int put_piece(FILE *out, const char *text, size_t n)
{
    char escaped[6 * PIECE + TB_ESCAPE_UNIT];
    struct tb_escaped r = tb_escape(tb_bytes_of(text, n), escaped, sizeof escaped);
    int width = 0;
    for (size_t i = 0; i < r.n; i++)
        width += ((uint8_t)escaped[i] & 0xc0) != 0x80;
    fwrite(escaped, 1, r.n, out);
    return width;
}

/* How much of the text is one piece: whole characters, up to what is escaped only in JSON. */
static size_t piece_of(const char *text)
{
    size_t n = strcspn(text, "\"\\");
    if (n <= PIECE)
        return n;
    n = PIECE;
    while (n > PIECE - 4 && ((uint8_t)text[n] & 0xc0) == 0x80)
        n--;
    return n;
}

int cli_put_to(FILE *out, const char *untrusted_text)
{
    int width = 0;
    for (const char *at = untrusted_text; *at;) {
        size_t n = piece_of(at);
        if (n == 0) {
            fputc(*at, out);
            width++;
            at++;
            continue;
        }
        width += put_piece(out, at, n);
        at += n;
    }
    return width;
}

int cli_put(const char *untrusted_text)
{
    return cli_put_to(stdout, untrusted_text);
}

/* Between what is escaped already are pieces without quotation marks and backslashes. */
char *cli_json_line(const json_t *json)
{
    char *line = NULL;
    size_t n;
    char *text = json ? json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    FILE *out = text ? open_memstream(&line, &n) : NULL;
    if (out) {
        cli_put_to(out, text);
        fputc('\n', out);
    }
    free(text);
    if (!out || fclose(out) == 0)
        return line;
    free(line);
    return NULL;
}

void cli_put_json(const json_t *json)
{
    char *line = cli_json_line(json);
    fputs(line ? line : "", stdout);
    free(line);
}

void cli_pad(int used, int width)
{
    if (used < width)
        printf("%*s", width - used, "");
}

static bool coloured(void)
{
    const char *no = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    return isatty(STDOUT_FILENO) == 1 && !(no && *no) && terminal && strcmp(terminal, "dumb") != 0;
}

void cli_colour(enum cli_colour colour)
{
    static const char *const codes[] = {
        [CLI_PLAIN] = "\033[0m",  [CLI_BOLD] = "\033[1m",    [CLI_RED] = "\033[31m",
        [CLI_GREEN] = "\033[32m", [CLI_YELLOW] = "\033[33m", [CLI_DIM] = "\033[2m",
    };
    if (coloured())
        fputs(codes[colour], stdout);
}

const char *cli_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

json_int_t cli_number(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

char *cli_entry_text(const json_t *entry)
{
    const json_t *inner = NULL;
    if (json_is_object(entry) && json_object_size(entry) == 1) {
        inner = json_object_get(entry, "path");
        inner = inner ? inner : json_object_get(entry, "url");
    }
    inner = json_is_string(inner) ? inner : entry;
    /* One that holds a NUL is told apart from what is before it. */
    if (json_is_string(inner) && json_string_length(inner) == strlen(json_string_value(inner)))
        return strdup(json_string_value(inner));
    return json_dumps(inner, JSON_ENCODE_ANY | JSON_SORT_KEYS);
}

void cli_put_count(size_t n, const char *noun)
{
    printf("%zu %s%s", n, noun, n == 1 ? "" : "s");
}

int cli_put_file(const char *path)
{
    static const char share[] = "/share/trollbridge/";
    const char *shared = path[0] == '/' ? strstr(path, share) : NULL;
    return cli_put(shared ? shared + 1 : path);
}

int cli_put_place(const json_t *rule)
{
    const char *file = cli_text(rule, "file");
    json_int_t line = cli_number(rule, "line");
    int width = cli_put_file(file);
    if (*file && line > 0)
        width += printf(":%lld", (long long)line);
    return width;
}
