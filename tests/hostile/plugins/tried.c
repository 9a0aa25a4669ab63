/* A hostile program that a page may start: tries one way out of its sandbox, and says what it met.
 */
#include "tests/hostile/plugins/escape.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    puts(escape_try(argc > 1 ? argv[1] : "nothing", argc > 2 ? argv[2] : ""));
    return 0;
}
