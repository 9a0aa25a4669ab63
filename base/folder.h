/* Folders of our own. */
#pragma once

#include "base/compiler.h"

/* Makes each folder that an absolute path goes through, 0700, where it is not there; what is behind
 * the last slash is not looked at. 0 or -errno. */
tb_must_check int tb_folder_make(const char *path);
