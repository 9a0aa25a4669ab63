#include "policy/compiler/identifier.h"

#include "proto/limits.h"

static bool is_alnum(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static const char *check_size(struct tb_bytes text)
{
    if (tb_bytes_begin(text, "tauri-plugin-"))
        return "leave out `tauri-plugin-`: a plugin is named without it";
    if (text.n == 0)
        return "an identifier cannot be empty";
    if (text.n > TB_IDENTIFIER_MAX)
        return "an identifier cannot be longer than 116 bytes";
    return NULL;
}

static const char letters[] = "an identifier is made of letters, digits and hyphens that do not "
                              "begin a part, with one colon behind the plugin's name";

/* One byte, given the one before it (a colon before the first). */
static const char *check_byte(struct tb_bytes text, size_t i, bool many, size_t *n_colons)
{
    uint8_t c = text.data[i];
    uint8_t before = i == 0 ? ':' : text.data[i - 1];
    if (is_alnum(c) || (c == '-' && before != ':'))
        return NULL;
    if (c != ':' || i == 0 || before == '-')
        return letters;
    if (++*n_colons > 1 && !many)
        return "only identifiers below `core:` have more than one colon";
    return NULL;
}

static const char *check_end(struct tb_bytes text)
{
    uint8_t last = text.data[text.n - 1];
    if (last == ':')
        return "a permission's name is missing behind the colon";
    return last == '-' ? "an identifier cannot end with a hyphen" : NULL;
}

const char *tb_identifier_parse(struct tb_bytes text, struct tb_identifier *ret_identifier)
{
    const char *wrong = check_size(text);
    bool many = tb_bytes_begin(text, "core:");
    size_t n_colons = 0;
    for (size_t i = 0; !wrong && i < text.n; i++)
        wrong = check_byte(text, i, many, &n_colons);
    if (!wrong)
        wrong = check_end(text);
    if (wrong)
        return wrong;

    size_t base = text.n;
    while (base > 0 && text.data[base - 1] != ':')
        base--;
    ret_identifier->key = tb_bytes_of(text.data, base > 0 ? base - 1 : 0);
    ret_identifier->base = tb_bytes_of(text.data + base, text.n - base);
    return NULL;
}

bool tb_command_name_valid(struct tb_bytes text)
{
    for (size_t i = 0; i < text.n; i++)
        if (!is_alnum(text.data[i]) && !memchr("_-.", text.data[i], 3))
            return false;
    return text.n > 0 && text.n <= TB_COMMAND_MAX;
}

struct tb_bytes tb_plugin_short_name(struct tb_bytes name)
{
    size_t n = strlen("core:");
    return tb_bytes_begin(name, "core:") ? tb_bytes_of(name.data + n, name.n - n) : name;
}

bool tb_plugin_name_valid(struct tb_bytes text)
{
    struct tb_identifier identifier;
    return text.n <= TB_LABEL_MAX &&
           tb_identifier_parse(tb_plugin_short_name(text), &identifier) == NULL &&
           identifier.key.n == 0;
}
