/* Ways to start programs and processes, and to take more memory, threads and time than was given;
 * each returns the errno that stopped it, 0: it got through. */
#pragma once

int try_fork(const char *arg);
int try_clone(const char *arg);
int try_shell(const char *script);
int try_exec_written(const char *path);
int try_map_written(const char *path);
int try_again(const char *path);      /* under the number that the launcher's filter names */
int try_spawn(const char *path);      /* as a child; EIO: it ran and failed */
int try_spawn_with(const char *line); /* PATH ARGUMENT */
int try_loader(const char *path);     /* has the loader start it */
int try_fork_bomb(const char *arg);
int try_orphan(const char *name); /* leaves a process of that name behind */
int try_threads(const char *arg);
int try_memory(const char *mib);
int try_shared_memory(const char *mib);
int try_growing_memory(const char *mib);
int try_open_many(const char *arg);
int try_spin(const char *arg); /* for three seconds of processor time */
