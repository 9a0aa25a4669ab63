/*
 * A fresh root folder in a mount namespace of one's own: begin, put into the working directory what
 * shall be there, finish. After that nothing else of the file system has a name any more. All
 * return 0 or -errno; a failure leaves the process fit only to end.
 */
#pragma once

#include "base/compiler.h"

tb_must_check int tb_root_begin(void);  /* the working directory is the new, empty root */
tb_must_check int tb_root_finish(void); /* "/" is the working directory; the old root is gone */
tb_must_check int tb_root_seal(void);   /* "/" itself is read-only and runs nothing */

tb_must_check int tb_root_empty(void); /* all three */
