/* hook/prelude.js as a string, made when this tree is built. */
#pragma once

extern const char hook_prelude[];
