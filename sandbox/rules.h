/* Shorthand for the tables of roles, for those files alone. */
#pragma once

#include "sandbox/role.h"

#include <errno.h>
#include <sys/mman.h>

/* clang-format off */
#define ALLOW(name_, reason_)                 {.name = (name_), .reason = (reason_)}
#define ALLOW_IF(name_, reason_, ...) \
    {.name = (name_), .reason = (reason_), .conditions = {__VA_ARGS__}}
#define ANSWER(name_, reason_, error_)        {.name = (name_), .reason = (reason_), .error = (error_)}
#define ANSWER_IF(name_, reason_, error_, ...) \
    {.name = (name_), .reason = (reason_), .error = (error_), .conditions = {__VA_ARGS__}}

#define LIST(array)                           {(array), TB_ARRAY_LEN(array)}
#define MASKED(arg_, mask_, value_) \
    {.when = TB_WHEN_MASKED, .arg = (arg_), .mask = (mask_), .value = (value_)}
#define NOT(arg_, value_)                     {.when = TB_WHEN_NOT, .arg = (arg_), .value = (value_)}
#define IS_SELF(arg_)                         {.when = TB_WHEN_SELF, .arg = (arg_)}
#define IS_NOT_SELF(arg_)                     {.when = TB_WHEN_NOT_SELF, .arg = (arg_)}
/* The kernel reads these arguments as 32 bits: the upper half must not hide a value from us. */
#define INT(arg_, value_)                     MASKED((arg_), UINT32_MAX, (value_))
#define NO_EXEC                               MASKED(2, PROT_EXEC, 0)
/* clang-format on */

/* Lists that several roles have: role_started.c. */
enum { TB_N_STARTED_NEEDS = 13, TB_N_STARTED_REFUSED = 3 };
extern const struct tb_syscall tb_started_needs[TB_N_STARTED_NEEDS];
extern const struct tb_syscall tb_started_refused[TB_N_STARTED_REFUSED];

/* list_plugin.c: what any plugin needs; then without the network, or with it; then without programs
 * to start, or with them. */
enum {
    TB_N_PLUGIN_NEEDS = 235,
    TB_N_PLUGIN_OFFLINE = 3,
    TB_N_PLUGIN_ONLINE = 24,
    TB_N_PLUGIN_ALONE = 12,
    TB_N_PLUGIN_PROGRAMS = 13,
};
extern const struct tb_syscall tb_plugin_needs[TB_N_PLUGIN_NEEDS];
extern const struct tb_syscall tb_plugin_offline[TB_N_PLUGIN_OFFLINE];
extern const struct tb_syscall tb_plugin_online[TB_N_PLUGIN_ONLINE];
extern const struct tb_syscall tb_plugin_alone[TB_N_PLUGIN_ALONE];
extern const struct tb_syscall tb_plugin_programs[TB_N_PLUGIN_PROGRAMS];
