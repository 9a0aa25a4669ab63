/* Reading INIT: PROTOCOL.md, section 8. */
#include "base/fd.h"
#include "base/result.h"
#include "plugins/sdk/session.h"
#include "plugins/sdk/value.h"

#include <errno.h>
#include <stdlib.h>

enum { SCOPES_MAX = TB_COMMANDS_MAX };

struct tb_bytes tb_plugin_var(const struct tb_plugin_init *init, const char *name)
{
    struct tb_bytes path = {0};
    (void)tb_value_str(tb_value_get(init->vars, name), &path);
    return path;
}

static const struct tb_plugin_command *find(const struct tb_plugin *plugin, struct tb_bytes name)
{
    for (size_t i = 0; i < plugin->n_commands; i++)
        if (tb_bytes_are(name, plugin->commands[i].name))
            return &plugin->commands[i];
    return NULL;
}

static int by_number(const void *a, const void *b)
{
    const struct tb_session_command *left = a;
    const struct tb_session_command *right = b;
    return (left->number > right->number) - (left->number < right->number);
}

static bool takes_parts(const struct tb_plugin *plugin, struct tb_bytes name)
{
    for (const char *const *at = plugin->parts; at && *at; at++)
        if (tb_bytes_are(name, *at))
            return true;
    return false;
}

static int read_command(const struct tb_plugin *plugin, const msgpack_object *map,
                        struct tb_session_command *ret_command)
{
    uint64_t number = 0;
    struct tb_bytes name = {0};
    const struct tb_field fields[] = {
        {.key = "number", .type = TB_UINT, .ret = &number, .max = UINT32_MAX},
        {.key = "name", .type = TB_STR, .ret = &name, .max = TB_COMMAND_MAX},
    };
    int r = tb_map_read(map, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    const struct tb_plugin_command *command = find(plugin, name);
    void (*handle)(struct tb_call * call) = command ? command->handle : NULL;
    if (!command && tb_bytes_are(name, "resources|close"))
        handle = tb_ids_close;
    *ret_command = (struct tb_session_command){
        .number = (uint32_t)number, .handle = handle, .parts = takes_parts(plugin, name)};
    return TB_OK;
}

static int read_commands(struct tb_session *session, const msgpack_object *array)
{
    uint32_t n = array->via.array.size;
    session->commands = calloc(n + 1, sizeof *session->commands);
    if (!session->commands)
        return -ENOMEM;
    for (uint32_t i = 0; i < n; i++) {
        int r = read_command(session->plugin, &array->via.array.ptr[i], &session->commands[i]);
        if (r != TB_OK)
            return r;
    }
    qsort(session->commands, n, sizeof *session->commands, by_number);
    for (uint32_t i = 1; i < n; i++)
        if (session->commands[i].number == session->commands[i - 1].number)
            return TB_MALFORMED;
    session->n_commands = n;
    return TB_OK;
}

static int read_scopes(struct tb_session *session, const msgpack_object *array)
{
    uint32_t n = array->via.array.size;
    session->scopes = calloc(n + 1, sizeof *session->scopes);
    if (!session->scopes)
        return -ENOMEM;
    for (uint32_t i = 0; i < n; i++) {
        const msgpack_object *allow = NULL;
        const msgpack_object *deny = NULL;
        const struct tb_field fields[] = {
            {.key = "allow", .type = TB_ARRAY, .ret = &allow},
            {.key = "deny", .type = TB_ARRAY, .ret = &deny},
        };
        int r = tb_map_read(&array->via.array.ptr[i], fields, TB_ARRAY_LEN(fields));
        if (r != TB_OK)
            return r;
        session->scopes[i] = (struct tb_plugin_scope){tb_value_of(allow), tb_value_of(deny)};
    }
    session->init.scopes = session->scopes;
    session->init.n_scopes = n;
    return TB_OK;
}

static int read_pool(struct tb_session *session, const msgpack_object *map)
{
    uint64_t in = 0;
    uint64_t out = 0;
    const struct tb_field fields[] = {
        {.key = "in", .type = TB_UINT, .ret = &in},
        {.key = "out", .type = TB_UINT, .ret = &out},
    };
    int r = tb_map_read(map, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK || (in == 0 && out == 0))
        return r;
    r = tb_pool_map(&session->pool, session->pool_fd, in, out);
    tb_fd_close(&session->pool_fd); /* the mapping stays */
    return r;
}

/* The text is kept: what is read out of it points into it. */
static int keep(struct tb_session *session, struct tb_bytes text, struct tb_bytes *ret_text)
{
    session->init_text = malloc(text.n + 1);
    if (!session->init_text)
        return -ENOMEM;
    memcpy(session->init_text, text.data, text.n);
    *ret_text = tb_bytes_of(session->init_text, text.n);
    return TB_OK;
}

int tb_session_read_init(struct tb_session *session, struct tb_bytes body)
{
    struct tb_plaintext plain;
    struct tb_bytes text;
    const msgpack_object *map;
    int r = tb_plaintext_split(body, &plain);
    if (r == TB_OK)
        r = plain.raw.n == 0 ? keep(session, plain.text, &text) : TB_MALFORMED;
    if (r == TB_OK)
        r = tb_unpack(&session->init_unpacker, &tb_scan_grant, text, &map);
    if (r != TB_OK)
        return r;
    uint64_t version = 0;
    const msgpack_object *commands = NULL;
    const msgpack_object *scopes = NULL;
    const msgpack_object *pool = NULL;
    const msgpack_object *vars = NULL;
    const struct tb_field fields[] = {
        {.key = "v", .type = TB_UINT, .ret = &version, .max = 1},
        {.key = "plugin", .type = TB_STR, .ret = &session->init.plugin, .max = TB_COMMAND_MAX},
        {.key = "app", .type = TB_STR, .ret = &session->init.app},
        {.key = "view", .type = TB_STR, .ret = &session->init.view, .max = TB_LABEL_MAX},
        {.key = "origin", .type = TB_STR, .ret = &session->init.origin, .max = TB_ORIGIN_MAX},
        {.key = "commands", .type = TB_ARRAY, .ret = &commands, .max = TB_COMMANDS_MAX},
        {.key = "scopes", .type = TB_ARRAY, .ret = &scopes, .max = SCOPES_MAX},
        {.key = "vars", .type = TB_MAP, .ret = &vars},
        {.key = "state", .type = TB_STR, .ret = &session->init.state},
        {.key = "ids", .type = TB_UINT, .ret = &session->init.ids},
        {.key = "pool", .type = TB_MAP, .ret = &pool},
    };
    r = tb_map_read(map, fields, TB_ARRAY_LEN(fields));
    if (r == TB_OK && version != 1)
        r = TB_MALFORMED;
    if (r == TB_OK && session->host)
        session->plugin =
            session->host->find(session->host->context, session->init.plugin, &session->init.data);
    session->init.vars = tb_value_of(vars);
    if (r == TB_OK)
        r = read_commands(session, commands);
    if (r == TB_OK)
        r = read_scopes(session, scopes);
    return r == TB_OK ? read_pool(session, pool) : r;
}
