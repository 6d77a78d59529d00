/* How the functions of vanthu.h fail: what went wrong is kept for the thread, its code returned. */
#ifndef VANTHU_TOOLS_CLIENT_VANTHU_FAULT_H
#define VANTHU_TOOLS_CLIENT_VANTHU_FAULT_H

#include "tools/client/connection.h"

/* Keeps a copy as this thread's last fault (vanthu_last_fault), and returns its code, one of the
 * VANTHU_ERR_… of vanthu.h. */
int vanthu_fail(const struct client_fault *fault);
/* The same for an error that is about one text: a path, a name, a field; "" if about none. */
int vanthu_fail_about(enum err e, const char *about);

#endif
