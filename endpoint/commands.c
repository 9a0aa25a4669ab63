#include "endpoint/commands.h"

#include "base/result.h"

#include <stdlib.h>

enum { SPARE = 2 }; /* with fewer handles held, more are asked for */

#define HELD UINT32_MAX

/* ---- names ---- */

static struct tb_bytes name_of(const struct tb_commands *commands, uint32_t index)
{
    return tb_bytes_of(commands->list[index].name, commands->list[index].n_name);
}

static int order(const void *a, const void *b, void *data)
{
    const struct tb_commands *commands = data;
    return tb_bytes_compare(name_of(commands, *(const uint32_t *)a),
                            name_of(commands, *(const uint32_t *)b));
}

static bool sort_names(struct tb_commands *commands)
{
    for (uint32_t i = 0; i < commands->n; i++)
        commands->by_name[i] = i;
    qsort_r(commands->by_name, commands->n, sizeof *commands->by_name, order, commands);
    for (uint32_t i = 1; i < commands->n; i++)
        if (order(&commands->by_name[i - 1], &commands->by_name[i], commands) == 0)
            return false;
    return true;
}

uint32_t tb_commands_find(const struct tb_commands *commands, struct tb_bytes name)
{
    uint32_t low = 0;
    uint32_t high = commands->n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int side = tb_bytes_compare(name, name_of(commands, commands->by_name[middle]));
        if (side == 0)
            return commands->by_name[middle];
        *(side < 0 ? &high : &low) = side < 0 ? middle : middle + 1;
    }
    return UINT32_MAX;
}

/* ---- WELCOME ---- */

static int add_all(struct tb_commands *commands, uint32_t index, struct tb_bytes handles)
{
    int r = TB_OK;
    for (size_t at = 0; r == TB_OK && at < handles.n; at += TB_HANDLE_SIZE) {
        struct tb_handle handle;
        memcpy(handle.bytes, handles.data + at, sizeof handle.bytes);
        r = tb_commands_add(commands, index, &handle);
    }
    return r;
}

static int read_command(struct tb_commands *commands, const msgpack_object *item)
{
    struct tb_welcome_command message;
    uint32_t index = commands->n;
    struct tb_command *command = &commands->list[index];
    int r = tb_welcome_command_read(item, &message);
    if (r != TB_OK || message.index != index)
        return TB_MALFORMED;
    command->name = malloc(message.name.n);
    command->held = calloc(message.pool, sizeof *command->held);
    command->pool = message.pool;
    commands->n++;
    if (!command->name || !command->held)
        return TB_FULL;
    memcpy(command->name, message.name.data, message.name.n);
    command->n_name = message.name.n;
    return add_all(commands, index, message.handles);
}

int tb_commands_init(struct tb_commands *commands, const msgpack_object *array)
{
    uint32_t n = array->via.array.size;
    *commands = (struct tb_commands){0};
    /* A call's handle is still known when the next one comes for it. */
    tb_handle_map_init(&commands->known, TB_SESSION_HANDLES + TB_SESSION_CALLS);
    commands->list = calloc(n + 1, sizeof *commands->list);
    commands->by_name = calloc(n + 1, sizeof *commands->by_name);
    commands->wants = calloc(n + 1, sizeof *commands->wants);
    if (!commands->list || !commands->by_name || !commands->wants)
        return TB_FULL;
    int r = TB_OK;
    for (uint32_t i = 0; r == TB_OK && i < n; i++)
        r = read_command(commands, &array->via.array.ptr[i]);
    return r == TB_OK && !sort_names(commands) ? TB_MALFORMED : r;
}

void tb_commands_deinit(struct tb_commands *commands)
{
    for (uint32_t i = 0; i < commands->n; i++) {
        free(commands->list[i].name);
        free(commands->list[i].held);
    }
    free(commands->list);
    free(commands->by_name);
    free(commands->wants);
    tb_handle_map_deinit(&commands->known);
    *commands = (struct tb_commands){0};
}

/* ---- handles ---- */

int tb_commands_add(struct tb_commands *commands, uint32_t index, const struct tb_handle *handle)
{
    struct tb_command *command = &commands->list[index];
    if (command->n_held + command->n_live >= command->pool ||
        tb_handle_map_find(&commands->known, handle) ||
        tb_handle_map_add(&commands->known, handle, HELD) != TB_OK)
        return TB_MALFORMED;
    command->held[(command->first + command->n_held++) % command->pool] = *handle;
    return TB_OK;
}

const struct tb_handle *tb_commands_next(const struct tb_commands *commands, uint32_t index)
{
    const struct tb_command *command = &commands->list[index];
    return command->n_held > 0 ? &command->held[command->first] : NULL;
}

void tb_commands_spend(struct tb_commands *commands, uint32_t index, uint32_t call)
{
    struct tb_command *command = &commands->list[index];
    tb_assert(command->n_held > 0);
    uint32_t *value = tb_handle_map_find(&commands->known, &command->held[command->first]);
    tb_assert(value);
    *value = call;
    command->first = (command->first + 1) % command->pool;
    command->n_held--;
    command->n_live++;
}

uint32_t tb_commands_call(const struct tb_commands *commands, const struct tb_handle *handle)
{
    const uint32_t *call = tb_handle_map_find(&commands->known, handle);
    return call ? *call : UINT32_MAX;
}

void tb_commands_release(struct tb_commands *commands, uint32_t index)
{
    tb_assert(commands->list[index].n_live > 0);
    commands->list[index].n_live--;
}

void tb_commands_forget(struct tb_commands *commands, const struct tb_handle *handle)
{
    tb_handle_map_remove(&commands->known, handle);
}

void tb_commands_revoke(struct tb_commands *commands, uint32_t index, bool revoked)
{
    commands->list[index].revoked = revoked;
}

bool tb_commands_revoked(const struct tb_commands *commands, uint32_t index)
{
    return commands->list[index].revoked;
}

/* ---- WANT and HANDLES ---- */

uint32_t tb_commands_lack(const struct tb_commands *commands, uint32_t index)
{
    const struct tb_command *command = &commands->list[index];
    if (command->revoked || command->n_wanted > 0 || command->n_held >= SPARE)
        return 0;
    return command->pool - command->n_held - command->n_live;
}

void tb_commands_asked(struct tb_commands *commands, uint32_t index, uint32_t count)
{
    tb_assert(commands->n_wants < commands->n);
    commands->list[index].n_wanted = count;
    commands->wants[(commands->first_want + commands->n_wants++) % commands->n] = index;
}

int tb_commands_answered(struct tb_commands *commands, const struct tb_handles *message)
{
    if (commands->n_wants == 0 || commands->wants[commands->first_want] != message->command)
        return TB_MALFORMED;
    struct tb_command *command = &commands->list[message->command];
    if (message->handles.n > (size_t)command->n_wanted * TB_HANDLE_SIZE)
        return TB_MALFORMED;
    command->n_wanted = 0;
    commands->first_want = (commands->first_want + 1) % commands->n;
    commands->n_wants--;
    return add_all(commands, message->command, message->handles);
}
