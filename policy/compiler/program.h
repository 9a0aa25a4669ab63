/* Programs that a scope of `shell` names: what running one of them may come to. */
#pragma once

#include "base/bytes.h"

enum tb_program {
    TB_PROGRAM_PLAIN,        /* as far as one can see */
    TB_PROGRAM_BY_ARGUMENTS, /* runs others where its arguments say so: git, find, ssh */
    TB_PROGRAM_INTERPRETER,  /* that is what it is for: shells, python, env, sudo, ld.so */
};

/* By the last part of a path, whatever its case, and without `.exe` and a version. */
enum tb_program tb_program_of(struct tb_bytes command);
