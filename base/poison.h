/* What the address sanitizer takes as out of bounds; nothing in an ordinary build, and nothing
 * where a tool that reads this code does not have its header. */
#pragma once

#if __has_include(<sanitizer/asan_interface.h>)
#include <sanitizer/asan_interface.h>
#define TB_POISON(memory, n)   ASAN_POISON_MEMORY_REGION(memory, n)
#define TB_UNPOISON(memory, n) ASAN_UNPOISON_MEMORY_REGION(memory, n)
#else
#define TB_POISON(memory, n)   ((void)(memory), (void)(n))
#define TB_UNPOISON(memory, n) ((void)(memory), (void)(n))
#endif
