/* The three local sockets themselves: where they are, who may come in, and what a daemon that died
 * left behind. */
#ifndef VANTHU_DAEMON_CONTROL_LISTEN_H
#define VANTHU_DAEMON_CONTROL_LISTEN_H

#include "routing/base/err.h"

struct control;

/* Binds all three (control_open says how it fails). */
must_use enum err control_listen_all(struct control *c);

#endif
