#include "tests/unit/test.h"

#include <signal.h>
#include <sys/wait.h>

enum { TEST_SECONDS = 120 };

static bool passes(const struct test *test)
{
    fflush(NULL);
    pid_t child = fork();
    if (child < 0)
        return false;
    if (child == 0) {
        alarm(TEST_SECONDS);
        test->run();
        /* exit, not _exit: leak checkers report at exit. */
        exit(0);
    }
    int status;
    if (waitpid(child, &status, 0) != child)
        return false;
    if (WIFSIGNALED(status))
        fprintf(stderr, "%s: killed by %s\n", test->name, strsignal(WTERMSIG(status)));
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int test_main(int argc, char **argv, const struct test *tests, size_t n_tests)
{
    size_t n_passed = 0;
    size_t n_failed = 0;
    for (size_t i = 0; i < n_tests; i++) {
        if (argc > 1 && !strstr(tests[i].name, argv[1]))
            continue;
        bool ok = passes(&tests[i]);
        printf("%s %s\n", ok ? "ok  " : "FAIL", tests[i].name);
        ok ? n_passed++ : n_failed++;
    }
    printf("%zu passed, %zu failed\n", n_passed, n_failed);
    return n_failed == 0 && n_passed > 0 ? 0 : 1;
}
