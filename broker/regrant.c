/*
 * One session under another grant. Both grants hold their commands in the order of their names, and
 * so does the session: one walk over both says what each command has become.
 *
 * An instance of a plugin may go on only if it could not tell the difference: same program and
 * hull, and for each command that it still has the same name and scope; if it keeps things open, it
 * has to have all of them still. It was told of its commands and scopes at its start, and the
 * kernel holds it to the hull of its start.
 */
#include "base/result.h"
#include "broker/hook.h"
#include "broker/private.h"
#include "broker/session.h"

static bool same(const msgpack_object *a, const msgpack_object *b)
{
    return msgpack_object_equal(*a, *b);
}

static bool same_hull(const struct tb_grant_plugin *a, const struct tb_grant_plugin *b)
{
    return a->host == b->host && tb_bytes_equal(a->program, b->program) && same(a->read, b->read) &&
           same(a->write, b->write) && same(a->make, b->make) && same(a->mask, b->mask) &&
           same(a->exec, b->exec) && a->network == b->network && a->jit == b->jit &&
           a->audit == b->audit && tb_bytes_equal(a->state, b->state) && a->secrets == b->secrets &&
           a->launcher == b->launcher && a->picks == b->picks && a->resources == b->resources &&
           a->memory_mib == b->memory_mib && a->cpu_s == b->cpu_s;
}

static bool same_scope(const struct tb_grant *now, uint32_t a, const struct tb_grant *next,
                       uint32_t b)
{
    if (a == TB_NO_INDEX || b == TB_NO_INDEX)
        return a == b;
    return same(now->scopes[a].allow, next->scopes[b].allow) &&
           same(now->scopes[a].deny, next->scopes[b].deny);
}

/* At most so many as a grant may have plugins, which is few: no order to go by. */
static const struct tb_grant_plugin *find_plugin(const struct tb_grant *grant, struct tb_bytes name)
{
    for (size_t i = 0; i < grant->n_plugins; i++)
        if (tb_bytes_equal(grant->plugins[i].name, name))
            return &grant->plugins[i];
    return NULL;
}

static void move_plugins(struct tb_session *session)
{
    const struct tb_grant *next = session->next_grant;
    bool same_vars = same(session->grant->vars, next->vars);
    for (uint32_t i = 0; i < session->n_plugins; i++) {
        struct tb_plugin *plugin = &session->plugins[i];
        const struct tb_grant_plugin *granted = find_plugin(next, plugin->name);
        plugin->stale =
            !plugin->granted || !granted || !same_vars || !same_hull(plugin->granted, granted);
        plugin->granted = granted;
    }
}

/* The plugin that implements it now, if the session knows it by that name. */
static uint32_t plugin_of(const struct tb_session *session, const struct tb_grant *grant,
                          const struct tb_grant_command *granted)
{
    if (granted->plugin == TB_NO_INDEX)
        return TB_NO_INDEX;
    for (uint32_t i = 0; i < session->n_plugins; i++)
        if (session->plugins[i].granted == &grant->plugins[granted->plugin])
            return i;
    return TB_NO_INDEX;
}

static void move_command(struct tb_session *session, struct tb_named *command,
                         const struct tb_grant_command *granted)
{
    const struct tb_grant_command *before = command->granted;
    uint32_t plugin = plugin_of(session, session->next_grant, granted);
    bool fits = plugin == command->plugin && tb_bytes_equal(before->local, granted->local) &&
                same_scope(session->grant, before->scope, session->next_grant, granted->scope);
    if (!fits && command->plugin != TB_NO_INDEX)
        session->plugins[command->plugin].stale = true;
    if (!fits && plugin != TB_NO_INDEX)
        session->plugins[plugin].stale = true;
    command->granted = granted;
    command->plugin = plugin;
    command->cap = granted->in_flight < command->promised ? granted->in_flight : command->promised;
}

/* What it opened is open as long as its plugin runs, for other commands to use. */
static void revoke(struct tb_session *session, struct tb_named *command)
{
    struct tb_plugin *plugin =
        command->plugin == TB_NO_INDEX ? NULL : &session->plugins[command->plugin];
    if (plugin && plugin->granted && plugin->granted->resources)
        plugin->stale = true;
    command->granted = NULL;
    command->cap = 0;
}

static void move_commands(struct tb_session *session)
{
    const struct tb_grant *next = session->next_grant;
    size_t at = 0;
    for (uint32_t i = 0; i < session->n_commands; i++) {
        struct tb_named *command = &session->commands[i];
        while (at < next->n_commands &&
               tb_bytes_compare(next->commands[at].name, command->name) < 0)
            at++;
        bool there =
            at < next->n_commands && tb_bytes_equal(next->commands[at].name, command->name);
        if (!command->granted)
            continue; /* revoked stays revoked: its handles are withdrawn */
        if (there)
            move_command(session, command, &next->commands[at]);
        else
            revoke(session, command);
    }
}

/* Before WELCOME no index has a meaning yet: what was revoked need not be named. */
static void drop_revoked(struct tb_session *session)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < session->n_commands; i++)
        if (session->commands[i].granted)
            session->commands[n++] = session->commands[i];
    session->n_commands = n;
}

void tb_session_regrant(struct tb_session *session)
{
    move_plugins(session);
    move_commands(session);
    if (session->state == TB_SESSION_HELLO)
        drop_revoked(session);
    if (session->grant != session->first)
        tb_grant_free(session->grant);
    session->grant = session->next_grant;
    session->next_grant = NULL;
    tb_hook_id(session->grant, session->hook_id);
    tb_private_granted(session->grant);
}
