/* The files that a program needs to run at all, whatever it is for; each list ends with NULL. */
#pragma once

extern const char *const tb_runtime_folders[];   /* to be read */
extern const char *const tb_runtime_libraries[]; /* folders whose files may be mapped as code */
extern const char *const tb_runtime_loaders[];   /* what starts a program that has libraries */
extern const char *const tb_runtime_devices[];
extern const char *const tb_runtime_settings[]; /* under /etc */
extern const char *const tb_runtime_network[];  /* … for the network */
