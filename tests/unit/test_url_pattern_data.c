/*
 * The public test data of URL patterns, as the web platform tests run it: tests/policy/urlpattern.
 * Cases that cannot pass are listed there with the reason; one that is listed and passes is a
 * failure too.
 */
#include "policy/compiler/url/pattern.h"
#include "tests/unit/test.h"

#include <jansson.h>

static const char *const names[TB_N_URL_COMPONENTS] = {
    "protocol", "username", "password", "hostname", "port", "pathname", "search", "hash",
};

static struct tb_arena arena;

static struct tb_bytes bytes_of(const json_t *string)
{
    return tb_bytes_of(json_string_value(string), json_string_length(string));
}

static struct tb_url_init init_of(const json_t *map)
{
    struct tb_url_init init = {0};
    const json_t *base = json_object_get(map, "baseURL");
    for (enum tb_url_component i = 0; i < TB_N_URL_COMPONENTS; i++)
        if (json_object_get(map, names[i]))
            tb_url_init_set(&init, i, bytes_of(json_object_get(map, names[i])));
    init.has_base = base != NULL;
    if (base)
        init.base = bytes_of(base);
    return init;
}

/* A constructor's arguments: [text or map, base, options], the last two optional. */
static const char *construct(const json_t *arguments, struct tb_url_pattern **ret_pattern)
{
    const json_t *input = json_array_get(arguments, 0);
    const json_t *second = json_array_get(arguments, 1);
    const json_t *third = json_array_get(arguments, 2);
    const json_t *options = json_is_object(second) ? second : third;
    bool ignore_case = json_is_true(json_object_get(options, "ignoreCase"));
    if (json_is_object(second) && third)
        return "options before the base";
    if (json_is_string(input)) {
        struct tb_bytes base = bytes_of(second);
        return tb_url_pattern_parse(&arena, bytes_of(input), json_is_string(second) ? &base : NULL,
                                    ignore_case, ret_pattern);
    }
    if (json_is_string(second))
        return "a base beside a map";
    struct tb_url_init init = init_of(input);
    return tb_url_pattern_compile(&arena, &init, ignore_case, ret_pattern);
}

/* False: the arguments are a mistake, which is not the same as no match. */
static bool components_of(const json_t *inputs, bool *ret_ok, struct tb_url_init *ret_components)
{
    const json_t *input = json_array_get(inputs, 0);
    const json_t *base_text = json_array_get(inputs, 1);
    struct tb_url base;
    struct tb_url url;
    *ret_ok = true;
    if (!json_is_string(input)) {
        struct tb_url_init init = init_of(input);
        if (base_text)
            return false;
        *ret_ok = tb_url_init_for_url(&arena, &init, ret_components);
        return true;
    }
    if (base_text)
        *ret_ok = tb_url_parse(&arena, bytes_of(base_text), NULL, &base);
    if (*ret_ok)
        *ret_ok = tb_url_parse(&arena, bytes_of(input), base_text ? &base : NULL, &url);
    if (*ret_ok)
        *ret_components = tb_url_components(&url);
    return true;
}

static bool has_name(const json_t *list, const char *name)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (strcmp(json_string_value(json_array_get(list, i)), name) == 0)
            return true;
    return false;
}

static bool given_before(const json_t *map, enum tb_url_component component)
{
    static const enum tb_url_component order[] = {TB_URL_PROTOCOL, TB_URL_HOSTNAME, TB_URL_PORT,
                                                  TB_URL_PATHNAME, TB_URL_SEARCH,   TB_URL_HASH};
    for (size_t i = 0; i < TB_ARRAY_LEN(order) && order[i] < component; i++)
        if (json_object_get(map, names[order[i]]))
            return true;
    return false;
}

/* What the harness of the web platform tests expects a component of the pattern to be. */
static struct tb_bytes expected_text(const json_t *test, enum tb_url_component component)
{
    const json_t *arguments = json_object_get(test, "pattern");
    const json_t *map = json_array_get(arguments, 0);
    const json_t *text = json_object_get(json_object_get(test, "expected_obj"), names[component]);
    const json_t *base = json_object_get(map, "baseURL");
    bool userinfo = component == TB_URL_USERNAME || component == TB_URL_PASSWORD;
    struct tb_url url;
    if (text)
        return bytes_of(text);
    if (has_name(json_object_get(test, "exactly_empty_components"), names[component]))
        return tb_bytes_of_string("");
    if (json_object_get(map, names[component]))
        return bytes_of(json_object_get(map, names[component]));
    if (!base && json_is_string(json_array_get(arguments, 1)))
        base = json_array_get(arguments, 1);
    if (given_before(map, component) || !base || userinfo)
        return tb_bytes_of_string("*");
    CHECK(tb_url_parse(&arena, bytes_of(base), NULL, &url));
    return tb_url_components(&url).text[component];
}

static const char *compare_texts(const json_t *test, const struct tb_url_pattern *pattern)
{
    for (enum tb_url_component i = 0; i < TB_N_URL_COMPONENTS; i++) {
        struct tb_bytes expected = expected_text(test, i);
        struct tb_bytes actual = pattern->matchers[i].text;
        if (!tb_bytes_equal(actual, expected))
            return tb_arena_format(&arena, "%s is `%s`, expected `%s`", names[i],
                                   tb_arena_string(&arena, actual),
                                   tb_arena_string(&arena, expected));
    }
    return NULL;
}

static struct tb_bytes group_name(const struct tb_url_matcher *matcher, size_t group)
{
    for (size_t i = 0; i < matcher->parts.n; i++)
        if (matcher->parts.items[i].type != TB_PART_FIXED && group-- == 0)
            return matcher->parts.items[i].name;
    return tb_bytes_of_string("");
}

static json_t *groups_of(const struct tb_url_matcher *matcher, struct tb_bytes input)
{
    size_t n = tb_regexp_n_groups(matcher->regexp);
    struct tb_regexp_group *groups = tb_arena_get(&arena, n, sizeof *groups);
    json_t *map = json_object();
    CHECK(tb_regexp_match_groups(&arena, matcher->regexp, input, groups));
    CHECK_INT(n, matcher->parts.n_groups);
    for (size_t i = 0; i < n; i++) {
        const char *name = tb_arena_string(&arena, group_name(matcher, i));
        const char *text = (const char *)groups[i].text.data;
        json_object_set_new(map, name,
                            groups[i].set ? json_stringn(text, groups[i].text.n) : json_null());
    }
    return map;
}

static json_t *expected_component(const json_t *test, enum tb_url_component component)
{
    const json_t *match = json_object_get(test, "expected_match");
    json_t *given = json_object_get(match, names[component]);
    bool empty = has_name(json_object_get(test, "exactly_empty_components"), names[component]);
    if (given)
        return json_incref(given);
    return empty ? json_pack("{s:s, s:{}}", "input", "", "groups")
                 : json_pack("{s:s, s:{s:s}}", "input", "", "groups", "0", "");
}

static const char *compare_component(const json_t *test, const struct tb_url_matcher *matcher,
                                     struct tb_bytes input, enum tb_url_component component)
{
    json_t *expected = expected_component(test, component);
    json_t *actual = json_pack("{s:s%, s:o}", "input", (const char *)input.data, input.n, "groups",
                               groups_of(matcher, input));
    bool equal = json_equal(expected, actual) == 1;
    char *text = json_dumps(actual, JSON_COMPACT);
    const char *wrong =
        equal ? NULL : tb_arena_format(&arena, "%s took %s", names[component], text);
    free(text);
    json_decref(expected);
    json_decref(actual);
    return wrong;
}

static const char *compare_match(const json_t *test, const struct tb_url_pattern *pattern,
                                 const struct tb_url_init *components)
{
    bool expected = json_is_object(json_object_get(test, "expected_match"));
    bool matches = true;
    const char *wrong = NULL;
    for (enum tb_url_component i = 0; i < TB_N_URL_COMPONENTS; i++)
        matches &= tb_regexp_matches(pattern->matchers[i].regexp, components->text[i]);
    if (matches != expected)
        return matches ? "matches" : "does not match";
    for (enum tb_url_component i = 0; matches && !wrong && i < TB_N_URL_COMPONENTS; i++)
        wrong = compare_component(test, &pattern->matchers[i], components->text[i], i);
    return wrong;
}

static const char *run_case(const json_t *test)
{
    const json_t *expected_obj = json_object_get(test, "expected_obj");
    const json_t *inputs = json_object_get(test, "inputs");
    struct tb_url_pattern *pattern;
    struct tb_url_init components;
    bool ok;
    const char *wrong = construct(json_object_get(test, "pattern"), &pattern);
    if (json_is_string(expected_obj))
        return wrong ? NULL : "was accepted";
    if (!wrong)
        wrong = compare_texts(test, pattern);
    if (wrong || !inputs)
        return wrong;
    if (!components_of(inputs, &ok, &components))
        return json_is_string(json_object_get(test, "expected_match")) ? NULL : "is a mistake";
    if (ok)
        return compare_match(test, pattern, &components);
    return json_is_null(json_object_get(test, "expected_match")) ? NULL : "is no URL";
}

static json_t *load(const char *name)
{
    json_error_t error;
    json_t *root = json_load_file(tb_arena_format(&arena, "%s/%s", TB_URL_DATA, name),
                                  JSON_REJECT_DUPLICATES, &error);
    if (!root)
        fprintf(stderr, "%s:%d: %s\n", name, error.line, error.text);
    CHECK(root);
    return root;
}

/* Keys of the list are numbers of cases, from 0. */
static void all_cases(void)
{
    json_t *tests = load("urlpatterntestdata.json");
    json_t *listed = load("listed.json");
    size_t n_passed = 0;
    size_t n_listed = 0;
    bool ok = true;
    for (size_t i = 0; i < json_array_size(tests); i++) {
        const char *wrong = run_case(json_array_get(tests, i));
        bool is_listed = json_object_get(listed, tb_arena_format(&arena, "%zu", i)) != NULL;
        if (is_listed == (wrong == NULL)) {
            fprintf(stderr, "case %zu: %s\n", i, wrong ? wrong : "is listed and passes");
            ok = false;
        }
        n_passed += wrong == NULL;
        n_listed += is_listed;
    }
    printf("%zu cases pass, %zu are listed with a reason\n", n_passed, n_listed);
    CHECK(ok);
    CHECK(n_passed > 300);
    CHECK_INT(n_listed, json_object_size(listed));
    json_decref(tests);
    json_decref(listed);
}

/* [text, base or null, the URL as the reference implementation writes it, or null] */
static void urls_as_the_reference_reads_them(void)
{
    json_t *rows = load("urls.json");
    size_t n_wrong = 0;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const json_t *base_text = json_array_get(row, 1);
        const json_t *expected = json_array_get(row, 2);
        struct tb_url base;
        struct tb_url url;
        bool ok = json_is_null(base_text) || tb_url_parse(&arena, bytes_of(base_text), NULL, &base);
        ok = ok && tb_url_parse(&arena, bytes_of(json_array_get(row, 0)),
                                json_is_null(base_text) ? NULL : &base, &url);
        const char *actual = ok ? tb_arena_string(&arena, tb_url_write(&arena, &url)) : NULL;
        const char *wanted = json_string_value(expected);
        if ((actual == NULL) == (wanted == NULL) && (!actual || strcmp(actual, wanted) == 0))
            continue;
        fprintf(stderr, "row %zu: %s, expected %s\n", i, actual ? actual : "refused",
                wanted ? wanted : "refused");
        n_wrong++;
    }
    printf("%zu URLs\n", json_array_size(rows));
    CHECK(json_array_size(rows) > 100);
    CHECK_INT(n_wrong, 0);
    json_decref(rows);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {TEST(all_cases), TEST(urls_as_the_reference_reads_them)};
    int status = test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
    tb_arena_deinit(&arena);
    return status;
}
