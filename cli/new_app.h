/* `trollbridge new`: an app folder. */
#pragma once

#include "base/compiler.h"

/* Makes the folder an app's, from the files in share/trollbridge/templates/TEMPLATE. NULL: vanilla.
 * An exit status. */
tb_must_check int new_app(const char *folder, const char *template);
