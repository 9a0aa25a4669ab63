/* A field to type a passphrase into, which is shown as dots. */
#pragma once

#include "host/webkitgtk/secret_buffer.h"

/* A GtkEntry on a buffer of secret_buffer.h. NULL: there is no memory for one. */
GtkEntry *tb_secret_field_new(void);
