/* What the compiler opens before its sandbox closes: folders by descriptor, and one small file. */
#pragma once

#include "policy/compiler/options.h"

/* 0, or an exit status after telling what is missing. The folders stay open to the program's end.
 */
tb_must_check int tb_inputs_open(struct tb_report *report, const struct tb_options *options,
                                 struct tb_inputs *ret_inputs);
