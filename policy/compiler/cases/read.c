/* What can stand in policy.test.toml. A case that expects nothing, or what no call can bring, would
 * pass whatever the policy says, and so is an error. */
#include "policy/compiler/cases/cases.h"

#include "policy/compiler/data/source.h"
#include "policy/compiler/label.h"
#include "policy/compiler/origin.h"

#include <math.h>

enum { COMMAND_MAX = 128, RULE_MAX = 4096 };

struct reader {
    struct tb_report *report;
    struct tb_table names;
};

/* A call and what the plugin answers, as their keys stand in the file. */
struct a_call {
    const struct tb_value *command, *args, *raw, *repeat;
    const struct tb_value *result, *result_raw, *error;
};

struct a_case {
    struct a_call call;
    const struct tb_value *name, *view, *origin, *before, *answer;
    const struct tb_value *expect, *code, *rule, *reason, *alert, *args_after, *raw_after;
    const struct tb_value *result_after, *result_raw_after, *error_after;
};

static bool wrong(const struct reader *reader, const struct tb_value *value, const char *instead)
{
    tb_report_error(reader->report, "value", value->place, "`%.*s` %s", TB_SHOWN(value->key),
                    instead);
    return false;
}

/* ---- values ---- */

/* What msgpack, and a call, can hold. */
static bool check_value(const struct reader *reader, const struct tb_value *value, unsigned depth)
{
    if (depth > TB_CASE_DEPTH) {
        tb_report_error(reader->report, "value", value->place,
                        "nested deeper than %d lists and tables", TB_CASE_DEPTH);
        return false;
    }
    if (value->type == TB_VALUE_REAL && !isfinite(value->real)) {
        tb_report_error(reader->report, "value", value->place,
                        "neither infinite numbers nor nan can be sent");
        return false;
    }
    for (const struct tb_value *child = value->child; child; child = child->next)
        if (!check_value(reader, child, depth + 1))
            return false;
    return true;
}

static bool check_values(const struct reader *reader, const struct tb_value *const *values,
                         size_t n)
{
    bool ok = true;
    for (size_t i = 0; i < n; i++)
        ok = (!values[i] || check_value(reader, values[i], 0)) && ok;
    return ok;
}

static bool check_text(const struct reader *reader, const struct tb_value *text, size_t most,
                       const char *instead)
{
    return !text || (text->string.n > 0 && text->string.n <= most) || wrong(reader, text, instead);
}

static bool check_raw(const struct reader *reader, const struct tb_value *raw)
{
    return !raw || raw->string.n <= TB_CASE_RAW_MAX ||
           wrong(reader, raw, "has more than 65536 bytes: a shorter one tells as much");
}

static bool check_repeat(const struct reader *reader, const struct tb_value *repeat)
{
    return !repeat || (repeat->integer >= 1 && repeat->integer <= TB_CASE_REPEAT_MAX) ||
           wrong(reader, repeat, "must be from 1 to 10000");
}

static bool check_label(const struct reader *reader, const struct tb_value *label)
{
    return !label || tb_label_valid(label->string) ||
           wrong(reader, label, "is not the label of a view");
}

/* What is written otherwise is nobody's, and a case that expects `deny` of it would always hold. */
static bool check_origin(const struct reader *reader, const struct tb_value *origin)
{
    struct tb_bytes instead;
    if (!origin || tb_origin_is_written(reader->report->arena, origin->string, &instead))
        return true;
    if (instead.n == 0)
        instead = tb_bytes_of_string("local, or an origin such as https://example.com");
    tb_report_error(reader->report, "value", origin->place, "`%.*s` is not an origin: write %.*s",
                    TB_SHOWN(origin->string), TB_SHOWN(instead));
    return false;
}

static bool check_word(const struct reader *reader, const struct tb_value *word,
                       const char *const *words, size_t n, const char *instead)
{
    for (size_t i = 0; word && i < n; i++)
        if (tb_bytes_are(word->string, words[i]))
            return true;
    return !word || wrong(reader, word, instead);
}

/* ---- the parts of a case ---- */

static bool check_error(const struct reader *reader, const struct tb_value *error, bool expected)
{
    const struct tb_value *code, *message;
    const struct tb_want wants[] = {{"code", TB_VALUE_STRING, &code, !expected},
                                    {"message", TB_VALUE_STRING, &message, false}};
    static const char *const codes[] = {"denied", "scope",         "invalid_args", "not_found",
                                        "io",     "unimplemented", "too_large"};
    if (!error)
        return true;
    if (!tb_value_fields(reader->report, error, expected ? "`error_after`" : "`error`", wants,
                         TB_ARRAY_LEN(wants), TB_UNKNOWN_ERROR))
        return false;
    return expected || check_word(reader, code, codes, TB_ARRAY_LEN(codes),
                                  "is none that a plugin may answer: denied, scope, invalid_args, "
                                  "not_found, io, unimplemented or too_large");
}

static size_t count(const struct tb_value *const *values, size_t n)
{
    size_t n_set = 0;
    for (size_t i = 0; i < n; i++)
        n_set += values[i] != NULL;
    return n_set;
}

static bool check_answer(const struct reader *reader, const struct a_call *call)
{
    const struct tb_value *const given[] = {call->result, call->result_raw, call->error};
    return count(given, TB_ARRAY_LEN(given)) <= 1 ||
           wrong(reader, call->command,
                 "has more than one of `result`, `result_raw` and `error` beside it");
}

static bool check_call(const struct reader *reader, const struct a_call *call)
{
    const struct tb_value *const values[] = {call->args, call->result};
    return check_text(reader, call->command, COMMAND_MAX, "cannot be a command") &&
           check_raw(reader, call->raw) && check_raw(reader, call->result_raw) &&
           check_repeat(reader, call->repeat) &&
           check_values(reader, values, TB_ARRAY_LEN(values)) &&
           check_error(reader, call->error, false) && check_answer(reader, call);
}

static bool check_step(const struct reader *reader, const struct tb_value *map)
{
    struct a_call call;
    const struct tb_want wants[] = {
        {"command", TB_VALUE_STRING, &call.command, true},
        {"args", TB_VALUE_MAP, &call.args, false},
        {"raw", TB_VALUE_STRING, &call.raw, false},
        {"repeat", TB_VALUE_INT, &call.repeat, false},
        {"result", TB_VALUE_ANY, &call.result, false},
        {"result_raw", TB_VALUE_STRING, &call.result_raw, false},
        {"error", TB_VALUE_MAP, &call.error, false},
    };
    if (map->type != TB_VALUE_MAP) {
        tb_report_error(reader->report, "type", map->place,
                        "each entry of `before` must be a table such as { command = \"greet\" }");
        return false;
    }
    return tb_value_fields(reader->report, map, "a call of `before`", wants, TB_ARRAY_LEN(wants),
                           TB_UNKNOWN_ERROR) &&
           check_call(reader, &call);
}

static bool check_before(const struct reader *reader, const struct tb_value *before)
{
    bool ok = true;
    if (before && before->n > TB_CASE_BEFORE_MAX)
        return wrong(reader, before, "has more than 64 calls: use `repeat`");
    for (const struct tb_value *map = before ? before->child : NULL; map; map = map->next)
        ok = check_step(reader, map) && ok;
    return ok;
}

static bool check_after(const struct reader *reader, const struct a_case *one)
{
    const struct tb_value *const after[] = {one->result_after, one->result_raw_after,
                                            one->error_after};
    const struct tb_value *const values[] = {one->args_after, one->result_after};
    if (count(after, TB_ARRAY_LEN(after)) > 1)
        return wrong(reader, one->name,
                     "has more than one of `result_after`, `result_raw_after` and `error_after`");
    return check_raw(reader, one->raw_after) && check_raw(reader, one->result_raw_after) &&
           check_error(reader, one->error_after, true) &&
           check_values(reader, values, TB_ARRAY_LEN(values));
}

/* Of a call that never reaches a plugin there is nothing to be seen behind the policy. */
static bool check_denied(const struct reader *reader, const struct a_case *one)
{
    const struct tb_value *const behind[] = {
        one->args_after, one->raw_after,    one->call.result,     one->call.result_raw,
        one->call.error, one->result_after, one->result_raw_after};
    if (!tb_bytes_are(one->expect->string, "deny"))
        return true;
    for (size_t i = 0; i < TB_ARRAY_LEN(behind); i++)
        if (behind[i])
            return wrong(reader, behind[i],
                         "cannot stand beside `expect = \"deny\"`: no plugin gets to see the call");
    return true;
}

static bool check_expected(const struct reader *reader, const struct a_case *one)
{
    static const char *const verdicts[] = {"allow", "deny", "rewrite", "ask"};
    static const char *const answers[] = {"once", "session", "always", "never", "dismissed"};
    return check_word(reader, one->expect, verdicts, TB_ARRAY_LEN(verdicts),
                      "must be allow, deny, rewrite or ask") &&
           check_word(reader, one->answer, answers, TB_ARRAY_LEN(answers),
                      "must be once, session, always, never or dismissed") &&
           check_text(reader, one->code, COMMAND_MAX, "must name the code of an error") &&
           check_text(reader, one->rule, RULE_MAX,
                      "must name a file and a line: \"trollbridge.toml:41\"") &&
           check_text(reader, one->alert, COMMAND_MAX, "must name an alert: \"tripwire\"") &&
           check_after(reader, one) && check_denied(reader, one);
}

static bool check_made(const struct reader *reader, const struct a_case *one)
{
    return check_call(reader, &one->call) && check_label(reader, one->view) &&
           check_origin(reader, one->origin) && check_before(reader, one->before);
}

/* Two of one name could not be told apart by who reads the results. */
static bool check_name(struct reader *reader, const struct tb_value *name)
{
    if (!check_text(reader, name, COMMAND_MAX, "must have 1 to 128 bytes"))
        return false;
    const struct tb_value *other = tb_table_find(&reader->names, name->string);
    if (other) {
        tb_report_error(reader->report, "value", name->place,
                        "the case of line %u has this name too: write another one",
                        other->place.line);
        return false;
    }
    tb_table_put(reader->report->arena, &reader->names, name->string, (void *)(uintptr_t)name);
    return true;
}

static void read_case(struct reader *reader, const struct tb_value *map)
{
    struct a_case one;
    const struct tb_want wants[] = {
        {"name", TB_VALUE_STRING, &one.name, true},
        {"command", TB_VALUE_STRING, &one.call.command, true},
        {"view", TB_VALUE_STRING, &one.view, false},
        {"origin", TB_VALUE_STRING, &one.origin, false},
        {"args", TB_VALUE_MAP, &one.call.args, false},
        {"raw", TB_VALUE_STRING, &one.call.raw, false},
        {"before", TB_VALUE_LIST, &one.before, false},
        {"repeat", TB_VALUE_INT, &one.call.repeat, false},
        {"answer", TB_VALUE_STRING, &one.answer, false},
        {"result", TB_VALUE_ANY, &one.call.result, false},
        {"result_raw", TB_VALUE_STRING, &one.call.result_raw, false},
        {"error", TB_VALUE_MAP, &one.call.error, false},
        {"expect", TB_VALUE_STRING, &one.expect, true},
        {"code", TB_VALUE_STRING, &one.code, false},
        {"rule", TB_VALUE_STRING, &one.rule, false},
        {"reason", TB_VALUE_STRING, &one.reason, false},
        {"alert", TB_VALUE_STRING, &one.alert, false},
        {"args_after", TB_VALUE_MAP, &one.args_after, false},
        {"raw_after", TB_VALUE_STRING, &one.raw_after, false},
        {"result_after", TB_VALUE_ANY, &one.result_after, false},
        {"result_raw_after", TB_VALUE_STRING, &one.result_raw_after, false},
        {"error_after", TB_VALUE_MAP, &one.error_after, false},
    };
    if (tb_value_fields(reader->report, map, "a case", wants, TB_ARRAY_LEN(wants),
                        TB_UNKNOWN_ERROR) &&
        check_name(reader, one.name) && check_made(reader, &one))
        (void)check_expected(reader, &one);
}

static const struct tb_value *read_cases(struct reader *reader, const struct tb_value *root)
{
    const struct tb_value *cases;
    const struct tb_want wants[] = {{"case", TB_VALUE_LIST, &cases, true}};
    if (!tb_value_fields(reader->report, root, TB_CASES_FILE, wants, TB_ARRAY_LEN(wants),
                         TB_UNKNOWN_ERROR))
        return NULL;
    if (cases->n == 0 || cases->n > TB_CASES_MAX) {
        (void)wrong(reader, cases, "must be 1 to 4096 tables `[[case]]`");
        return NULL;
    }
    for (const struct tb_value *map = cases->child; map; map = map->next) {
        if (map->type == TB_VALUE_MAP)
            read_case(reader, map);
        else
            tb_report_error(reader->report, "type", map->place,
                            "each `case` must be a table: "
                            "write `[[case]]`");
    }
    return cases;
}

const struct tb_value *tb_cases_of(struct tb_report *report, struct tb_bytes text)
{
    struct reader reader = {.report = report};
    if (text.n > TB_CASES_TEXT_MAX) {
        tb_report_error(report, "too-large", (struct tb_place){TB_CASES_FILE, 0},
                        "more than 1 MiB: split what it tests into two apps");
        return NULL;
    }
    size_t n_errors = report->n_errors;
    const struct tb_value *root = tb_value_read(report, TB_FORMAT_TOML, TB_CASES_FILE, text);
    const struct tb_value *cases = root ? read_cases(&reader, root) : NULL;
    return report->n_errors == n_errors ? cases : NULL;
}

const struct tb_value *tb_cases_read(struct tb_report *report, int app)
{
    struct tb_bytes text;
    if (!tb_source_exists(app, TB_CASES_FILE)) {
        tb_report_error(report, "missing", (struct tb_place){TB_CASES_FILE, 0},
                        "there is nothing to test: the least is `[[case]]` with name, command and "
                        "expect");
        return NULL;
    }
    return tb_source_read(report, app, TB_CASES_FILE, TB_CASES_FILE, &text)
               ? tb_cases_of(report, text)
               : NULL;
}
