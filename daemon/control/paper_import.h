/* Many entries on paper in one request: each is checked, decided and answered by itself; together
 * all are registered, or none. */
#ifndef VANTHU_DAEMON_CONTROL_PAPER_IMPORT_H
#define VANTHU_DAEMON_CONTROL_PAPER_IMPORT_H

#include "proto/control.pb-c.h"

struct client;

void control_paper_import(struct client *c, const Vanthu__V1__Request *request);

#endif
