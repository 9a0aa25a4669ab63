#include "policy/compiler/hull.h"

#include "base/result.h"
#include "policy/compiler/pattern.h"

#include <stdlib.h>

/* What the commands that have a scope need it for. */
struct need {
    bool read;
    bool write;
};

struct work {
    struct tb_arena *arena;
    const struct tb_snapshot *snapshot;
    struct tb_hull hull;
    struct tb_path_list denied; /* of all scopes in use, each once for each of them */
    size_t n_scopes;            /* in use */
};

static void add(struct work *work, struct tb_path_list *list, struct tb_bytes path)
{
    list->items = tb_arena_grow(work->arena, list->items, list->n, sizeof *list->items);
    list->items[list->n++] = path;
}

/* By bytes, but the slash first: what is below a folder follows it directly. */
static int compare(const void *a, const void *b)
{
    struct tb_bytes left = *(const struct tb_bytes *)a;
    struct tb_bytes right = *(const struct tb_bytes *)b;
    size_t at = 0;
    while (at < left.n && at < right.n && left.data[at] == right.data[at])
        at++;
    int l = at == left.n ? -1 : left.data[at] == '/' ? 0 : left.data[at];
    int r = at == right.n ? -1 : right.data[at] == '/' ? 0 : right.data[at];
    return l - r;
}

/* Sorts, and keeps what comes at least `least` times, once. */
static void tidy(struct tb_path_list *list, size_t least)
{
    size_t kept = 0;
    if (list->n > 1)
        qsort(list->items, list->n, sizeof *list->items, compare);
    for (size_t i = 0, run; i < list->n; i += run) {
        run = 1;
        while (i + run < list->n && tb_bytes_equal(list->items[i], list->items[i + run]))
            run++;
        if (run >= least)
            list->items[kept++] = list->items[i];
    }
    list->n = kept;
}

/* Of a tidy list: what lies below something else in it. */
static void drop_inner(struct tb_path_list *list)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->n; i++)
        if (kept == 0 || !tb_path_within(list->items[i], list->items[kept - 1]))
            list->items[kept++] = list->items[i];
    list->n = kept;
}

static int root_of(struct work *work, const msgpack_object *pattern, struct tb_root *ret_root)
{
    if (pattern->type != MSGPACK_OBJECT_STR ||
        !tb_pattern_root(work->arena, tb_object_bytes(pattern), ret_root))
        return TB_MALFORMED;
    return TB_OK;
}

static struct tb_bytes parent_of(struct tb_bytes path)
{
    while (path.n > 1 && path.data[path.n - 1] != '/')
        path.n--;
    return path.n > 1 ? tb_bytes_of(path.data, path.n - 1) : path;
}

/* The app's own folders are those of the variables that begin with APP. */
static void add_make(struct work *work, const struct tb_root *root)
{
    const msgpack_object *vars = work->snapshot->vars;
    for (uint32_t i = 0; i < vars->via.map.size; i++) {
        const msgpack_object_kv *var = &vars->via.map.ptr[i];
        struct tb_bytes name = tb_object_bytes(&var->key);
        if (var->val.type != MSGPACK_OBJECT_STR || name.n < 3 || memcmp(name.data, "APP", 3) != 0)
            continue;
        struct tb_bytes own = tb_object_bytes(&var->val);
        bool file = root->whole && !tb_bytes_equal(root->path, own);
        if (tb_path_within(root->path, own))
            add(work, &work->hull.make, file ? parent_of(root->path) : root->path);
    }
}

static int add_allowed(struct work *work, const struct tb_scope_part *part, struct need need)
{
    const msgpack_object *allow = part->scope->allow;
    for (uint32_t i = 0; !part->deny_only && i < allow->via.array.size; i++) {
        struct tb_root root;
        int r = root_of(work, &allow->via.array.ptr[i], &root);
        if (r != TB_OK)
            return r;
        if (need.read)
            add(work, &work->hull.read, root.path);
        if (need.write)
            add(work, &work->hull.write, root.path);
        add_make(work, &root);
    }
    return TB_OK;
}

static int add_denied(struct work *work, const struct tb_scope_part *part,
                      struct tb_path_list *list)
{
    const msgpack_object *deny = part->scope->deny;
    for (uint32_t i = 0; i < deny->via.array.size; i++) {
        struct tb_root root;
        int r = root_of(work, &deny->via.array.ptr[i], &root);
        if (r != TB_OK)
            return r;
        if (root.subtree)
            add(work, list, root.path);
    }
    return TB_OK;
}

static bool allows(const struct tb_resolved_scope *scope)
{
    for (size_t i = 0; i < scope->n; i++)
        if (!scope->parts[i].deny_only && scope->parts[i].scope->allow->via.array.size > 0)
            return true;
    return false;
}

static int add_scope(struct work *work, const struct tb_resolved_scope *scope, struct need need)
{
    struct tb_path_list denied = {0};
    if (!allows(scope))
        return TB_OK; /* a command that reaches nothing has no say in what is covered */
    for (size_t i = 0; i < scope->n; i++) {
        int r = add_allowed(work, &scope->parts[i], need);
        if (r == TB_OK)
            r = add_denied(work, &scope->parts[i], &denied);
        if (r != TB_OK)
            return r;
    }
    tidy(&denied, 1);
    for (size_t i = 0; i < denied.n; i++)
        add(work, &work->denied, denied.items[i]);
    work->n_scopes++;
    return TB_OK;
}

/* ---- programs ---- */

static const msgpack_object *field_of(const msgpack_object *map, const char *key,
                                      msgpack_object_type type)
{
    for (uint32_t i = 0; map->type == MSGPACK_OBJECT_MAP && i < map->via.map.size; i++) {
        const msgpack_object_kv *field = &map->via.map.ptr[i];
        if (field->key.type == MSGPACK_OBJECT_STR &&
            tb_bytes_are(tb_object_bytes(&field->key), key))
            return field->val.type == type ? &field->val : NULL;
    }
    return NULL;
}

static bool flag_of(const msgpack_object *map, const char *key)
{
    const msgpack_object *flag = field_of(map, key, MSGPACK_OBJECT_BOOLEAN);
    return flag && flag->via.boolean;
}

static int add_path(struct work *work, struct tb_path_list *list, const msgpack_object *path)
{
    if (!path || !tb_path_valid(tb_object_bytes(path)))
        return TB_MALFORMED;
    add(work, list, tb_object_bytes(path));
    return TB_OK;
}

static int add_list(struct work *work, struct tb_path_list *list, const msgpack_object *paths)
{
    int r = paths ? TB_OK : TB_MALFORMED;
    for (uint32_t i = 0; r == TB_OK && i < paths->via.array.size; i++) {
        const msgpack_object *path = &paths->via.array.ptr[i];
        r = path->type == MSGPACK_OBJECT_STR ? add_path(work, list, path) : TB_MALFORMED;
        if (r == TB_OK && list != &work->hull.exec)
            add_make(work, &(struct tb_root){.path = tb_object_bytes(path)});
    }
    return r;
}

static void add_measures(struct work *work, const msgpack_object *program)
{
    const msgpack_object *memory = field_of(program, "memory_mib", MSGPACK_OBJECT_POSITIVE_INTEGER);
    work->hull.network = work->hull.network || flag_of(program, "network");
    work->hull.jit = work->hull.jit || flag_of(program, "jit");
    if (memory && memory->via.u64 > work->hull.memory_mib)
        work->hull.memory_mib = memory->via.u64;
}

static int add_program(struct work *work, const msgpack_object *program)
{
    struct tb_hull *hull = &work->hull;
    const msgpack_object *interpreter = field_of(program, "interpreter", MSGPACK_OBJECT_MAP);
    int r = add_path(work, &hull->exec, field_of(program, "real", MSGPACK_OBJECT_STR));
    if (r == TB_OK && interpreter)
        r = add_path(work, &hull->exec, field_of(interpreter, "real", MSGPACK_OBJECT_STR));
    if (r == TB_OK)
        r = add_list(work, &hull->exec, field_of(program, "exec", MSGPACK_OBJECT_ARRAY));
    if (r == TB_OK)
        r = add_path(work, &hull->read, field_of(program, "cwd", MSGPACK_OBJECT_STR));
    if (r == TB_OK)
        r = add_list(work, &hull->read, field_of(program, "cwd_allow", MSGPACK_OBJECT_ARRAY));
    if (r == TB_OK)
        r = add_list(work, &hull->read, field_of(program, "read", MSGPACK_OBJECT_ARRAY));
    if (r == TB_OK)
        r = add_list(work, &hull->write, field_of(program, "write", MSGPACK_OBJECT_ARRAY));
    if (r == TB_OK)
        add_measures(work, program);
    return r;
}

static int add_programs(struct work *work, const struct tb_resolved_scope *scope)
{
    int r = TB_OK;
    for (size_t i = 0; r == TB_OK && i < scope->n; i++) {
        const msgpack_object *allow = scope->parts[i].scope->allow;
        for (uint32_t k = 0; r == TB_OK && !scope->parts[i].deny_only && k < allow->via.array.size;
             k++)
            r = add_program(work, &allow->via.array.ptr[k]);
    }
    return r;
}

/* Those that a command of the plugin has. */
static int add_all_programs(struct work *work, const struct tb_resolved *resolved, uint32_t plugin)
{
    int r = TB_OK;
    for (size_t i = 0; r == TB_OK && i < resolved->n_commands; i++) {
        const struct tb_resolved_command *command = &resolved->commands[i];
        if (command->command->plugin == plugin && command->command->implemented &&
            command->scope != TB_NO_INDEX)
            r = add_programs(work, &resolved->scopes[command->scope]);
    }
    return r;
}

static struct need *needs_of(struct tb_arena *arena, const struct tb_resolved *resolved,
                             uint32_t plugin)
{
    struct need *needs = tb_arena_get(arena, resolved->n_scopes + 1, sizeof *needs);
    for (size_t i = 0; i < resolved->n_commands; i++) {
        const struct tb_resolved_command *command = &resolved->commands[i];
        if (command->command->plugin != plugin || !command->command->implemented ||
            command->scope == TB_NO_INDEX)
            continue;
        needs[command->scope].read |= command->command->reads;
        needs[command->scope].write |= command->command->writes;
    }
    return needs;
}

/* Of the plugin's sandbox: folders, of which those of the app's own are made. */
static int add_paths(struct work *work, struct tb_path_list *list, const msgpack_object *paths)
{
    for (uint32_t i = 0; i < paths->via.array.size; i++) {
        struct tb_bytes path = tb_object_bytes(&paths->via.array.ptr[i]);
        if (!tb_path_valid(path))
            return TB_MALFORMED;
        add(work, list, path);
        add_make(work, &(struct tb_root){.path = path});
    }
    return TB_OK;
}

int tb_hull_of(struct tb_arena *arena, const struct tb_snapshot *snapshot,
               const struct tb_resolved *resolved, uint32_t plugin, struct tb_hull *ret_hull)
{
    const struct tb_snap_plugin *described = &snapshot->plugins[plugin];
    struct work work = {
        .arena = arena,
        .snapshot = snapshot,
        .hull = {.network = described->network,
                 .jit = described->jit,
                 .memory_mib = described->memory_mib},
    };
    const struct need *needs = needs_of(arena, resolved, plugin);
    int r = add_paths(&work, &work.hull.read, described->read);
    if (r == TB_OK)
        r = add_paths(&work, &work.hull.write, described->write);
    if (r == TB_OK)
        r = add_list(&work, &work.hull.exec, described->exec);
    if (r == TB_OK && described->launcher)
        r = add_all_programs(&work, resolved, plugin);
    for (size_t i = 0; described->path && r == TB_OK && i < resolved->n_scopes; i++)
        if (needs[i].read || needs[i].write)
            r = add_scope(&work, &resolved->scopes[i], needs[i]);
    if (r != TB_OK)
        return r;
    tidy(&work.hull.read, 1);
    tidy(&work.hull.write, 1);
    tidy(&work.hull.make, 1);
    tidy(&work.hull.exec, 1);
    tidy(&work.denied, work.n_scopes);
    drop_inner(&work.denied);
    work.hull.mask = work.denied;
    *ret_hull = work.hull;
    return TB_OK;
}

void tb_path_list_pack(struct tb_packer *packer, const char *key, const struct tb_path_list *list)
{
    tb_pack_key(packer, key);
    tb_pack_array(packer, list->n);
    for (size_t i = 0; i < list->n; i++)
        tb_pack_str(packer, list->items[i]);
}
