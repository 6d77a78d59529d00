/* The list of documents on paper by date, the newest first. */
#ifndef VANTHU_DAEMON_CONTROL_PAPERS_H
#define VANTHU_DAEMON_CONTROL_PAPERS_H

#include "proto/control.pb-c.h"

struct client;
struct rec_paper;

/* What an entry says; it borrows the texts. */
void control_paper_said(const struct rec_paper *p, Vanthu__V1__PaperSaid *out);
void control_papers(struct client *c, const Vanthu__V1__Request *request);

/* An entry as it is listed; its texts lie in the arena of requests. */
void control_fill_paper(struct client *c, const struct rec_paper *p, Vanthu__V1__PaperLine *line);

#endif
