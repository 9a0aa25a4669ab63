/* Runs a fuzz target over every file of a folder: `replay FOLDER`. Fails if there is none. */
#include "base/compiler.h"
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUT_MAX = 4 * 1024 * 1024 };

static bool replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    char *memory = malloc(INPUT_MAX);
    size_t n = memory ? fread(memory, 1, INPUT_MAX, file) : 0;
    bool ok = memory && !ferror(file) && n < INPUT_MAX;
    fclose(file);
    /* An exact copy, so that a read past the end is an error that tools see. */
    uint8_t *input = malloc(n ? n : 1);
    ok = ok && input;
    if (ok) {
        memcpy(input, memory, n);
        LLVMFuzzerTestOneInput(input, n);
    }
    free(input);
    free(memory);
    return ok;
}

int main(int argc, char **argv)
{
    size_t n = 0;
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    if (!folder) {
        fprintf(stderr, "usage: replay FOLDER\n");
        return 2;
    }
    for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        char path[4096];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
        if (!replay(path)) {
            fprintf(stderr, "%s: cannot be read\n", path);
            return 1;
        }
        n++;
    }
    closedir(folder);
    printf("%zu inputs\n", n);
    return n > 0 ? 0 : 1;
}
