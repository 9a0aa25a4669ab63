/*
 * The file is the same for the same policy: commands by name, plugins by key. What a plugin says of
 * its commands' types stands in a namespace of its own, as it is; a command that it says nothing of
 * takes and answers anything.
 */
#include "cli/types_write.h"

#include "base/compiler.h"
#include "cli/cli.h"
#include "cli/json.h"
#include "cli/text.h"
#include "cli/types_text.h"

#include <stdlib.h>
#include <string.h>

static const char head[] =
    "\n"
    "/** What a command sends messages to: a Channel of `trollbridge`, or of `@tauri-apps/api`. "
    "*/\n"
    "export interface Receiver<T> {\n"
    "  onmessage: (message: T) => unknown;\n"
    "}\n"
    "\n"
    "export type Bytes = Uint8Array | ArrayBuffer | ArrayBufferView;\n"
    "\n"
    "/** The body of a call, whole or in pieces. */\n"
    "export type Source = Bytes | Blob | ReadableStream<Bytes> | AsyncIterable<Bytes> | "
    "Iterable<Bytes>;\n"
    "\n"
    "export interface InvokeOptions {\n"
    "  raw?: Source | undefined;\n"
    "  signal?: AbortSignal | undefined;\n"
    "  /** The largest result in bytes. */\n"
    "  most?: number | undefined;\n"
    "}\n"
    "\n"
    "interface Unknown {\n"
    "  args: Record<string, unknown>;\n"
    "  result: unknown;\n"
    "}\n"
    "\n"
    "type Of<C, N extends string> = N extends keyof C ? C[N] : Unknown;\n";

static const char tail[] =
    "\n"
    "export type Name = keyof Commands;\n"
    "export type Args<N extends Name> = Commands[N] extends { args: infer A } ? A : {};\n"
    "export type Result<N extends Name> = Commands[N] extends { result: infer R } ? R : unknown;\n"
    "type Options<N extends Name> = Commands[N] extends { raw: true }\n"
    "  ? [options: InvokeOptions & { raw: Source }]\n"
    "  : [options?: InvokeOptions];\n"
    "type Rest<N extends Name> = Commands[N] extends { raw: true }\n"
    "  ? [args: Args<N>, ...options: Options<N>]\n"
    "  : {} extends Args<N>\n"
    "    ? [args?: Args<N>, ...options: Options<N>]\n"
    "    : [args: Args<N>, ...options: Options<N>];\n"
    "\n"
    "/** `trollbridge.invoke`, for these commands alone. */\n"
    "export interface Invoke {\n"
    "  <N extends Name>(name: N, ...rest: Rest<N>): Promise<Result<N>>;\n"
    "}\n"
    "\n"
    "declare global {\n"
    "  /** What the npm package `trollbridge` goes by. */\n"
    "  interface TrollbridgeBindings {\n"
    "    commands: Commands;\n"
    "  }\n"
    "}\n";

struct work {
    const struct types_wish *wish;
    json_t *plugins;  /* by key: their entry in the report */
    json_t *spaces;   /* by key: the name of their namespace; absent: they say nothing */
    json_t *commands; /* by name: the first entry of a view that has it */
    FILE *out;
};

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void free_keys(const char ***keys)
{
    free((void *)*keys);
}

/* The keys of an object in their order, NULL behind them. NULL: no memory. */
static const char **sorted_keys(json_t *object)
{
    const char **keys = calloc(json_object_size(object) + 1, sizeof *keys);
    const char *key;
    json_t *value;
    size_t n = 0;
    if (!keys)
        return NULL;
    json_object_foreach(object, key, value)
    {
        keys[n++] = key;
    }
    qsort((void *)keys, n, sizeof *keys, by_text);
    return keys;
}

/* One whose name has a NUL in it cannot be named by the text before that. */
static void add_command(struct work *work, json_t *command)
{
    const char *name = cli_text(command, "name");
    if (strlen(name) == json_string_length(json_object_get(command, "name")))
        json_object_set(work->commands, name, command);
}

static void collect(struct work *work)
{
    size_t i, k;
    json_t *item, *command;
    json_array_foreach(json_object_get(work->wish->report, "plugins"), i, item)
    {
        json_object_set(work->plugins, cli_text(item, "name"), item);
    }
    json_array_foreach(json_object_get(work->wish->report, "views"), i, item)
    {
        json_array_foreach(json_object_get(item, "commands"), k, command)
        {
            add_command(work, command);
        }
    }
}

/* ---- what plugins say ---- */

/* `core:path` is plugin_core_path. Two keys can become one name: then the later has a number. */
static void name_space(struct work *work, const char *key)
{
    char name[256];
    size_t n = (size_t)snprintf(name, sizeof name, "plugin_");
    for (const char *c = key; *c && n < sizeof name - 16; c++)
        name[n++] = (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') ? *c : '_';
    name[n] = 0;
    const char *other;
    json_t *taken;
    json_object_foreach(work->spaces, other, taken)
    {
        if (strcmp(json_string_value(taken), name) == 0)
            (void)snprintf(name + n, sizeof name - n, "_%zu", json_object_size(work->spaces));
    }
    json_object_set_new(work->spaces, key, json_string(name));
}

static bool put_types(struct work *work, const char *key, const char *text)
{
    const char *why;
    size_t line;
    const char *of = key[0] ? key : "the app's own commands";
    if (!types_text_is_closed(tb_bytes_of_string(text), &why, &line)) {
        (void)cli_error(CLI_FILES, "types", "commands.d.ts of %s, line %zu: %s", of, line, why);
        return false;
    }
    if (!strstr(text, "interface Commands")) {
        (void)cli_error(CLI_FILES, "types", "commands.d.ts of %s has no `interface Commands`", of);
        return false;
    }
    name_space(work, key);
    fprintf(work->out, "\ndeclare namespace %s {\n", cli_text(work->spaces, key));
    fprintf(work->out, "%s%s}\n", text, text[strlen(text) - 1] == '\n' ? "" : "\n");
    return true;
}

static bool put_plugins(struct work *work)
{
    tb_cleanup(free_keys) const char **keys = sorted_keys(work->plugins);
    const char *own = cli_text(work->wish->report, "types");
    bool ok = keys && (!own[0] || put_types(work, "", own));
    for (size_t i = 0; ok && keys[i]; i++) {
        const char *text = cli_text(json_object_get(work->plugins, keys[i]), "types");
        ok = !text[0] || put_types(work, keys[i], text);
    }
    return ok;
}

/* ---- what is granted ---- */

/* The last part of its name, by which its plugin knows it. */
static const char *local_name(const json_t *command)
{
    const char *name = cli_text(command, "name");
    const char *bar = cli_text(command, "plugin")[0] ? strchr(name, '|') : NULL;
    return bar ? bar + 1 : name;
}

static void put_command(struct work *work, const json_t *command)
{
    const char *space = cli_text(work->spaces, cli_text(command, "plugin"));
    if (!json_is_true(json_object_get(command, "implemented")))
        fputs("  /** @deprecated Nothing implements it: it is answered `unimplemented`. */\n",
              work->out);
    fputs("  ", work->out);
    types_put_literal(work->out, cli_text(command, "name"));
    if (space[0]) {
        fprintf(work->out, ": Of<%s.Commands, ", space);
        types_put_literal(work->out, local_name(command));
        fputs(">;\n", work->out);
    } else {
        fputs(": Unknown;\n", work->out);
    }
}

static bool put_commands(struct work *work)
{
    tb_cleanup(free_keys) const char **names = sorted_keys(work->commands);
    fputs("\n/** Every command that may be called. */\nexport interface Commands {\n", work->out);
    for (size_t i = 0; names && names[i]; i++)
        put_command(work, json_object_get(work->commands, names[i]));
    fputs("}\n", work->out);
    return names != NULL;
}

static void put_title(const struct work *work)
{
    fputs("// Written by `trollbridge types`: what ", work->out);
    types_put_comment(work->out, cli_text(work->wish->report, "app"));
    fputs(" grants ", work->out);
    if (work->wish->view) {
        fputs("the view ", work->out);
        types_put_comment(work->out, work->wish->view);
    } else {
        fputs("its views, all together", work->out);
    }
    fputs(". Make it anew when the policy changes.\n", work->out);
}

bool types_write(const struct types_wish *wish, FILE *out)
{
    tb_cleanup(cli_json_free) json_t *plugins = json_object();
    tb_cleanup(cli_json_free) json_t *spaces = json_object();
    tb_cleanup(cli_json_free) json_t *commands = json_object();
    struct work work = {wish, plugins, spaces, commands, out};
    if (!plugins || !spaces || !commands)
        return false;
    collect(&work);
    put_title(&work);
    fputs(head, out);
    if (!put_plugins(&work) || !put_commands(&work))
        return false;
    fputs(tail, out);
    return true;
}
