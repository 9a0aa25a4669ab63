/* What is put into each document: the size of the two scripts together. */
#pragma once

#include <stddef.h>

size_t scripts_bytes(void);
size_t scripts_gzip_bytes(void); /* each compressed by itself */
