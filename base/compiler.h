/* Compiler attributes and the assert that stays on in release builds. */
#pragma once

#include <stddef.h>

#define tb_cleanup(function)     __attribute__((cleanup(function)))
#define tb_must_check            __attribute__((warn_unused_result))
#define tb_unused                __attribute__((unused))
#define tb_noreturn              __attribute__((noreturn))
#define tb_printf(string, first) __attribute__((format(printf, string, first)))

#define TB_ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

/* Says where on stderr and traps. For broken invariants of our own, never for a peer's input. */
tb_noreturn void tb_assert_failed(const char *expression, const char *file, int line);

#define tb_assert(expression)                                                                      \
    ((expression) ? (void)0 : tb_assert_failed(#expression, __FILE__, __LINE__))

#define tb_container_of(pointer, type, member)                                                     \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))
