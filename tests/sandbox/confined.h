/* Runs the probe plugin, bare or through the real launcher, and asks it to try something. */
#pragma once

#include "sandbox/layer.h"

#define STATE_FOLDER "state/trollbridge/com.example.test/plugins/probe"

enum { PATH_SIZE = 512 };

/*
 * A folder of its own for a test:
 *   read/        in the hull, to be read         read/denied/  covered, has a file `secret`
 *   write/       in the hull, to be written      made/         made by the launcher
 *   other/       not in the hull
 *   state/       made where a plugin has a folder of its own, which is STATE_FOLDER in it
 * each with a file `file`.
 */
struct confined {
    char base[PATH_SIZE];
    const char *confine;   /* the launcher */
    char probe[PATH_SIZE]; /* the plugin; in the base, where it has to be found */
    uint32_t namespaces;
    uint32_t require;
    bool bare; /* not confined at all: the planted breach */
    bool wide; /* the hull is everything: the other one */
    bool jit;
    bool audit;
    bool picks;
    bool network;
    bool state;              /* it has a folder of its own, in state/ */
    const char *exec;        /* one more program in the hull, or NULL */
    uint32_t memory_mib;     /* 64 from the beginning */
    uint32_t cpu_s;          /* 60 */
    struct tb_layers layers; /* what the launcher reported */
    int status;              /* wait status of the last plugin */
};

void confined_init(struct confined *confined, const char *confine, const char *probe);
void confined_deinit(struct confined *confined);

enum { CONFINED_KILLED = -1, CONFINED_ENDED = -2, CONFINED_NO_REPORT = -3 };

/* The errno of the attempt, 0 when it succeeded, CONFINED_KILLED (SIGSYS) or CONFINED_ENDED. In
 * `argument` a leading '@' stands for the base folder. */
int confined_try(struct confined *confined, const char *what, const char *argument);

/* The attempt must succeed, or must fail in the plugin's own view. */
void confined_expect(struct confined *confined, const char *what, const char *argument,
                     bool allowed);
/* It must fail, and succeed without the sandbox. */
void confined_refused(struct confined *confined, const char *what, const char *argument);

/* Once with the namespaces that there are, and once without any. */
void confined_for_each_level(const char *confine, const char *probe,
                             void (*run)(struct confined *confined));
