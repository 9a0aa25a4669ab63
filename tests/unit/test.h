/*
 * A test program is a table of functions; each runs in a child of its own, so that a crash, a
 * failed assert or a sandbox that cannot be left fails one test and no other. Closes with `N
 * passed, N failed`.
 */
#pragma once

#include "base/compiler.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct test {
    const char *name;
    void (*run)(void);
};

#define TEST(function)                                                                             \
    {                                                                                              \
#function, function                                                                        \
    }

tb_noreturn static inline void test_fail(const char *what, const char *file, int line)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, what);
    _exit(1);
}

#define CHECK(expression) ((expression) ? (void)0 : test_fail(#expression, __FILE__, __LINE__))
#define CHECK_INT(actual, expected)                                                                \
    do {                                                                                           \
        long long test_a = (long long)(actual), test_e = (long long)(expected);                    \
        if (test_a != test_e) {                                                                    \
            fprintf(stderr, "%s is %lld, expected %lld\n", #actual, test_a, test_e);               \
            test_fail(#actual " == " #expected, __FILE__, __LINE__);                               \
        }                                                                                          \
    } while (0)
#define CHECK_STR(actual, expected)                                                                \
    do {                                                                                           \
        const char *test_a = (actual), *test_e = (expected);                                       \
        if (!test_a || strcmp(test_a, test_e) != 0) {                                              \
            fprintf(stderr, "%s is \"%s\", expected \"%s\"\n", #actual, test_a ? test_a : "NULL",  \
                    test_e);                                                                       \
            test_fail(#actual " == " #expected, __FILE__, __LINE__);                               \
        }                                                                                          \
    } while (0)

/* Runs all tests, or those whose name holds argv[1]. Returns main's exit status: 1 also when none
 * ran. */
int test_main(int argc, char **argv, const struct test *tests, size_t n_tests);
