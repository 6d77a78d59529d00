/* The list of documents on paper by date, the newest first. */
#ifndef VANTHU_DAEMON_CONTROL_PAPERS_H
#define VANTHU_DAEMON_CONTROL_PAPERS_H

#include "proto/control.pb-c.h"

struct client;

void control_papers(struct client *c, const Vanthu__V1__Request *request);

#endif
