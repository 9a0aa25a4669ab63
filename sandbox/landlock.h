/* Landlock: which files a process can reach, whatever its user may do. */
#pragma once

#include "sandbox/layer.h"

enum {
    TB_PATH_READ = 1 << 0,   /* read files, list folders */
    TB_PATH_WRITE = 1 << 1,  /* write, make, rename and remove plain files and folders */
    TB_PATH_EXEC = 1 << 2,   /* start programs */
    TB_PATH_DEVICE = 1 << 3, /* with READ or WRITE: a device, whose ioctls stay with it */
};

/* A file, or a folder with all that is in it. Borrows the descriptor (O_PATH is enough). */
struct tb_landlock_rule {
    int fd;
    uint32_t access;
};

/*
 * Denies this thread, and what it starts, every file but those of the rules, TCP (only listening,
 * where it may `connect`), abstract sockets and signals to processes outside: as much of it as the
 * kernel's ABI has. 0, or -errno when nothing is in force. Needs no_new_privs.
 */
tb_must_check int tb_landlock_enter(const struct tb_landlock_rule *rules, size_t n, bool connect);

/* The kernel's ABI, or -errno: it has no Landlock. */
int tb_landlock_abi(void);
enum { TB_LANDLOCK_ABI_HELD = 3 }; /* from here on nothing about files' contents is left open */
