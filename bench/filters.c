#include "bench/filters.h"

#include "bench/folder.h"

/* Each of them is looked at in each call, and none of them applies. */
static const char rules[] =
    "[commands.\"plugin:echo|echo\"]\n"
    "schema = { args = { number = { type = \"integer\", required = true, min = 0, max = 1000 } }, "
    "raw_max = 2097152 }\n"
    "[[rule]]\n"
    "command = \"plugin:echo|echo\"\n"
    "when = [{ path = \"/number\", op = \"range\", min = 0, max = 1000, not = true }]\n"
    "then = \"deny\"\n"
    "[[rule]]\n"
    "command = \"plugin:echo|*\"\n"
    "when = [{ path = \"/path\", op = \"exists\" },\n"
    "        { path = \"/path\", op = \"inside\", value = \"$RESOURCE/data\", not = true }]\n"
    "then = \"deny\"\n"
    "[[rule]]\n"
    "command = \"plugin:echo|*\"\n"
    "when = [{ path = \"/*\", op = \"regex\", value = \".*[0-9]{13,16}.*\" }]\n"
    "then = \"deny\"\n"
    "[[rule]]\n"
    "when = [{ path = \"/number\", op = \"one_of\", value = [13, 42, 99] }]\n"
    "then = \"alert\"\n"
    "[[rule]]\n"
    "when = [{ path = \"/options/mode\", op = \"equals\", value = \"all\" }]\n"
    "then = \"rewrite\"\n"
    "set = [{ path = \"/options/mode\", value = \"some\" }]\n";

static const char hooked[] = "[hook]\n"
                             "file = \"isolation.js\"\n"
                             "commands = [\"plugin:echo|echo\"]\n";

static const char hooked_elsewhere[] = "[hook]\n"
                                       "file = \"isolation.js\"\n"
                                       "commands = [\"" BENCH_OTHER_COMMAND "\"]\n";

static const char isolation[] = "export function onRequest({ args }) {\n"
                                "  if (args.number > 1000) throw new Error('too large');\n"
                                "  return args;\n"
                                "}\n"
                                "export function onReply({ result }) {\n"
                                "  return result;\n"
                                "}\n";

const char *bench_filters_manifest(enum bench_filter filter)
{
    static const char *const manifests[BENCH_N_FILTERS] = {
        [BENCH_UNFILTERED] = "",
        [BENCH_RULED] = rules,
        [BENCH_HOOKED] = hooked,
        [BENCH_HOOKED_ELSEWHERE] = hooked_elsewhere,
    };
    return manifests[filter];
}

const char *bench_filters_permission(enum bench_filter filter)
{
    return filter == BENCH_HOOKED_ELSEWHERE ? ", \"echo:allow-other\"" : "";
}

int bench_filters_write(const char *app, enum bench_filter filter)
{
    if (filter != BENCH_HOOKED && filter != BENCH_HOOKED_ELSEWHERE)
        return 0;
    return bench_folder_write(app, "isolation.js", "%s", isolation);
}
