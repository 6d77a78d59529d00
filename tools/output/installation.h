/* A directory that comes into force, in words. */
#ifndef VANTHU_TOOLS_OUTPUT_INSTALLATION_H
#define VANTHU_TOOLS_OUTPUT_INSTALLATION_H

#include <stddef.h>

#include "proto/control.pb-c.h"

/* How far it is. Returns out. */
const char *installation_words(const Vanthu__V1__Installation *i, char *out, size_t size_bytes);

#endif
