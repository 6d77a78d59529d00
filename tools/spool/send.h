/* Has one order sent by the command, and says what became of it. */
#ifndef VANTHU_TOOLS_SPOOL_SEND_H
#define VANTHU_TOOLS_SPOOL_SEND_H

#include "tools/spool/inputs.h"
#include "tools/spool/order.h"

enum spool_verdict {
	VERDICT_ACCEPTED,
	VERDICT_REFUSED,
	VERDICT_LATER, /* of this one: try again */
	VERDICT_DOWN   /* of any: there is nobody to ask */
};

struct spool_sending {
	const char *file;
	const struct spool_order *order; /* NULL: the file is edXML */
	const struct spool_inputs *inputs; /* copied */
	const char *id;			   /* its own, or made for it; "" none */
	const char *date;		   /* where the order says none */
	bool again;			   /* it was begun before, under this id */
};

/* *said: the data of what was accepted, or the error, a new reference (VERDICT_ACCEPTED and
 * VERDICT_REFUSED always; else NULL without memory). Blocks as long as the command takes. */
enum spool_verdict spool_send(const struct spool_place *p, const struct spool_sending *s,
			      json_t **said);
/* Is the document of this id here, ours, with the files of `inputs` (as the journal has them; NULL:
 * any)? VERDICT_ACCEPTED: *said as spool_send says it; VERDICT_REFUSED: it is not, and *said is
 * NULL. */
enum spool_verdict spool_send_ask(const struct spool_place *p, const char *id,
				  const json_t *inputs, json_t **said);
/* Which id the command will give to the edXML file that was copied; "" none: a status, or it cannot
 * be said. */
void spool_send_edxml_id(const struct spool_place *p, const struct spool_inputs *inputs,
			 char id[PLACE_ID_SIZE]);
/* Does anybody answer? */
bool spool_send_answers(const struct spool_place *p);

#endif
