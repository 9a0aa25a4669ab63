/* A launcher that is told what no plugin may have, and does not hear it. */
#include <getopt.h>

int __real_getopt_long(int argc, char *const *argv, const char *shorts, const struct option *longs,
                       int *index);
int __wrap_getopt_long(int argc, char *const *argv, const char *shorts, const struct option *longs,
                       int *index);

int __wrap_getopt_long(int argc, char *const *argv, const char *shorts, const struct option *longs,
                       int *index)
{
    int c;
    do {
        c = __real_getopt_long(argc, argv, shorts, longs, index);
    } while (c == 'd' || c == 's');
    return c;
}
