/* The registers of the office, line by line (routing/books/register.h says what they are). */
#ifndef VANTHU_DAEMON_CONTROL_REGISTERS_H
#define VANTHU_DAEMON_CONTROL_REGISTERS_H

#include "proto/control.pb-c.h"

struct client;

/* Lists one book. That of secret documents is refused to whom it is not for: root, the daemon's own
 * user and members of `secret_group` may read it (ERR_PERMISSION), unless their client wants
 * nothing of them (ERR_NO_SECRET). */
void control_registers(struct client *c, const Vanthu__V1__Request *request);

#endif
