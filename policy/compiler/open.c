#include "policy/compiler/open.h"

#include "base/escape.h"
#include "policy/compiler/manifest_parts.h"
#include "proto/limits.h"

enum { PATTERN_MAX = 2048, PROGRAM_MAX = 128 };

static const char *const default_schemes[] = {"https", "http", "mailto", "tel"};

/* What a page could put into another program's mouth with them is code, or a file that only
 * `open_path` judges by where it really lies. */
static const char *const refused_schemes[] = {"about",      "blob",     "data",       "file",
                                              "javascript", "vbscript", "view-source"};

static bool is_one_of(struct tb_bytes text, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (tb_bytes_are(text, words[i]))
            return true;
    return false;
}

/* RFC 3986, in small letters: a URL's scheme is compared when it has been made small. */
static bool scheme_valid(struct tb_bytes scheme)
{
    for (size_t i = 0; i < scheme.n; i++) {
        uint8_t c = scheme.data[i];
        bool letter = c >= 'a' && c <= 'z';
        bool later = (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
        if (!letter && (i == 0 || !later))
            return false;
    }
    return scheme.n > 0 && scheme.n <= TB_OPEN_SCHEME_MAX;
}

static void check_scheme(struct tb_report *report, const struct tb_value *item)
{
    if (!scheme_valid(item->string))
        tb_report_error(report, "value", item->place,
                        "`%.*s` is no scheme: write it in small letters and without the colon, "
                        "such as https",
                        TB_SHOWN(item->string));
    else if (is_one_of(item->string, refused_schemes, TB_ARRAY_LEN(refused_schemes)))
        tb_report_error(report, "value", item->place,
                        "URLs of `%.*s` are never opened: for files grant `opener:allow-open-path` "
                        "with their paths, and leave the others out",
                        TB_SHOWN(item->string));
}

const char *tb_open_pattern_wrong(struct tb_bytes pattern)
{
    const uint8_t *colon = pattern.n > 0 ? memchr(pattern.data, ':', pattern.n) : NULL;
    for (size_t i = 0; i < pattern.n; i++)
        if (pattern.data[i] <= 0x20 || pattern.data[i] > 0x7e || pattern.data[i] == '\\')
            return "a pattern of URLs is ASCII without spaces: percent-encode what is not";
    if (pattern.n > PATTERN_MAX)
        return "a pattern of URLs has 2048 bytes at most";
    if (!colon || colon == pattern.data)
        return "a pattern of URLs begins with a scheme, as in https://example.com/*";
    if (memchr(pattern.data, '[', pattern.n))
        return "a pattern of URLs has no classes of characters: write `*` or `?`";
    return NULL;
}

static void check_pattern(struct tb_report *report, const struct tb_value *item)
{
    const char *wrong = tb_open_pattern_wrong(item->string);
    if (wrong)
        tb_report_error(report, "value", item->place, "`%.*s`: %s", TB_SHOWN(item->string), wrong);
}

/* It names a file NAME.desktop: no way to another folder. */
static void check_program(struct tb_report *report, const struct tb_value *item)
{
    struct tb_bytes name = item->string;
    if (name.n == 0 || name.n > PROGRAM_MAX || memchr(name.data, '/', name.n) ||
        name.data[0] == '.' || !tb_is_plain_line(name))
        tb_report_error(report, "value", item->place,
                        "`%.*s` is no program here: write the name of its desktop entry without "
                        "`.desktop`, such as firefox",
                        TB_SHOWN(name));
}

static const struct tb_value *take(struct tb_report *report, const struct tb_value *list,
                                   const char *what,
                                   void (*check)(struct tb_report *, const struct tb_value *))
{
    if (!tb_value_strings(report, list, what))
        return NULL;
    if (list && list->n > TB_OPEN_ITEMS_MAX)
        tb_report_error(report, "value", list->place, "%s has %d entries at most", what,
                        TB_OPEN_ITEMS_MAX);
    for (const struct tb_value *item = list ? list->child : NULL; item; item = item->next)
        check(report, item);
    return list;
}

void tb_open_read(struct tb_manifest_context *context, const struct tb_value *map)
{
    struct tb_open *open = &context->manifest->open;
    const struct tb_value *schemes, *urls, *with;
    const struct tb_want wants[] = {{"schemes", TB_VALUE_LIST, &schemes, false},
                                    {"urls", TB_VALUE_LIST, &urls, false},
                                    {"with", TB_VALUE_LIST, &with, false}};
    tb_manifest_fields(context, map, "[open]", wants, TB_ARRAY_LEN(wants));
    open->schemes = take(context->report, schemes, "`schemes`", check_scheme);
    open->urls = take(context->report, urls, "`urls`", check_pattern);
    open->with = take(context->report, with, "`with`", check_program);
}

static void pack_list(struct tb_packer *packer, const char *key, const struct tb_value *list)
{
    tb_pack_key(packer, key);
    tb_pack_array(packer, list ? list->n : 0);
    for (const struct tb_value *item = list ? list->child : NULL; item; item = item->next)
        tb_pack_str(packer, item->string);
}

static void pack_default_schemes(struct tb_packer *packer)
{
    tb_pack_key(packer, "schemes");
    tb_pack_array(packer, TB_ARRAY_LEN(default_schemes));
    for (size_t i = 0; i < TB_ARRAY_LEN(default_schemes); i++)
        tb_pack_str(packer, tb_bytes_of_string(default_schemes[i]));
}

/* Without `urls` every one of the schemes may go: a list with nothing in it would allow nothing. */
void tb_open_pack(struct tb_packer *packer, const struct tb_open *open)
{
    tb_pack_key(packer, "open");
    tb_pack_map(packer, 2u + (open->urls != NULL));
    if (open->schemes)
        pack_list(packer, "schemes", open->schemes);
    else
        pack_default_schemes(packer);
    if (open->urls)
        pack_list(packer, "urls", open->urls);
    pack_list(packer, "with", open->with);
}
