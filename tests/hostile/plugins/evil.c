/*
 * A hostile plugin without the SDK. Its one command is told in `what` what to do, and in `arg` on
 * what; it breaks the plugin link, or tries to get out of its sandbox and answers with the errno
 * that it met as a name ("SUCCESS" if it got through).
 *
 * Three plugins of an app are this program: `quitter` ends before it says a word, `neighbour` is
 * only there to be attacked.
 */
#include "tests/hostile/plugins/escape.h"
#include "tests/hostile/plugins/link.h"
#include "tests/hostile/plugins/pool.h"
#include "tests/hostile/plugins/secrets.h"
#include "tests/hostile/plugins/streams.h"

#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct request request;
    if (argc > 0 && strcmp(argv[0], "quitter") == 0)
        return 3;
    while (link_next(&request)) {
        if (link_break(&request) || streams_break(&request) || pool_break(&request) ||
            secrets_break(&request))
            continue;
        link_answer(&request, escape_try(request.what, request.arg));
    }
    return 0;
}
