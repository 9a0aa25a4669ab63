/*
 * Runs a fuzz target without libFuzzer: `replay FOLDER`, the folder of its seeds. Each seed is a
 * test of its own, in a child: the seed itself, every beginning of it, and each of its bytes
 * changed in several ways; of large seeds evenly spread places only. Deterministic, so that a
 * failure repeats. `replay FILE` runs one input as it is.
 */
#include "base/compiler.h"
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { INPUT_MAX = 4 * 1024 * 1024, PLACES_MAX = 400, SEED_SECONDS = 120 };

struct seed {
    uint8_t *data;
    size_t n;
};

static bool read_seed(const char *path, struct seed *ret_seed)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    ret_seed->data = malloc(INPUT_MAX);
    ret_seed->n = ret_seed->data ? fread(ret_seed->data, 1, INPUT_MAX, file) : 0;
    bool ok = ret_seed->data && !ferror(file) && ret_seed->n < INPUT_MAX;
    fclose(file);
    return ok;
}

/* On an exact copy, so that a read past the end is an error that tools see. */
static void run(const uint8_t *data, size_t n)
{
    uint8_t *input = malloc(n ? n : 1);
    tb_assert(input);
    if (n > 0)
        memcpy(input, data, n);
    LLVMFuzzerTestOneInput(input, n);
    free(input);
}

static void mutate(struct seed *seed)
{
    static const uint8_t masks[] = {0x01, 0x80, 0xff};
    size_t stride = seed->n / PLACES_MAX + 1;
    for (size_t at = 0; at < seed->n; at += stride) {
        uint8_t was = seed->data[at];
        for (size_t i = 0; i < TB_ARRAY_LEN(masks); i++) {
            seed->data[at] = was ^ masks[i];
            run(seed->data, seed->n);
        }
        seed->data[at] = was;
        run(seed->data, at);
    }
}

static bool passes(const char *path)
{
    fflush(NULL);
    pid_t child = fork();
    if (child < 0)
        return false;
    if (child == 0) {
        struct seed seed;
        alarm(SEED_SECONDS);
        if (!read_seed(path, &seed))
            _exit(1);
        run(seed.data, seed.n);
        mutate(&seed);
        free(seed.data);
        exit(0);
    }
    int status;
    if (waitpid(child, &status, 0) != child)
        return false;
    if (WIFSIGNALED(status))
        fprintf(stderr, "%s: killed by %s\n", path, strsignal(WTERMSIG(status)));
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static int replay_folder(const char *path)
{
    size_t n_passed = 0;
    size_t n_failed = 0;
    /* Static, so that it is no leak in a child. */
    static DIR *folder;
    folder = opendir(path);
    if (!folder)
        return 2;
    for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        char name[4096];
        if (entry->d_name[0] == '.')
            continue;
        (void)snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        bool ok = passes(name);
        printf("%s %s\n", ok ? "ok  " : "FAIL", entry->d_name);
        ok ? n_passed++ : n_failed++;
    }
    closedir(folder);
    printf("%zu passed, %zu failed\n", n_passed, n_failed);
    return n_failed == 0 && n_passed > 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct stat status;
    struct seed seed;
    if (argc != 2 || stat(argv[1], &status) < 0) {
        fprintf(stderr, "usage: replay FOLDER|FILE\n");
        return 2;
    }
    if (S_ISDIR(status.st_mode))
        return replay_folder(argv[1]);
    if (!read_seed(argv[1], &seed))
        return 2;
    run(seed.data, seed.n);
    free(seed.data);
    return 0;
}
