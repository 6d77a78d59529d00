/* See evidence_read.h. */
#include "tools/client/evidence_read.h"

#include "proto/control.pb-c.h"
#include "proto/body.h"
#include "proto/envelope.pb-c.h"
#include "tools/client/connection.h"
#include "tools/client/evidence.h"

enum err evidence_read(struct client *c, const char *id, struct arena *a, struct blob *out,
		       struct client_fault *fault)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Evidence whole = VANTHU__V1__EVIDENCE__INIT;
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;
	Vanthu__V1__Reply *reply = NULL;
	bool more = true;
	enum err e;

	*fault = (struct client_fault){ .err = ERR_OK };
	ref.text = (char *)(uintptr_t)id;
	request.what_case = VANTHU__V1__REQUEST__WHAT_EVIDENCE;
	request.evidence = &ref;
	e = client_send(c, &request);
	while (e == ERR_OK && more) {
		e = client_next(c, &reply);
		if (e == ERR_OK && reply->what_case != VANTHU__V1__REPLY__WHAT_EVIDENCE) {
			client_fault(c, ERR_OK, reply, fault);
			return fault->err;
		}
		if (e != ERR_OK)
			break;
		more = reply->more;
		e = evidence_gather(a, &whole, reply->evidence);
		if (e != ERR_OK && more)
			client_abandon(c);
		if (e != ERR_OK)
			return e;
	}
	if (e != ERR_OK) {
		client_fault(c, e, NULL, fault);
		return fault->err;
	}
	evidence_gathered(&whole);
	e = evidence_pack(a, &whole, out);
	return e == ERR_OK && out->len_bytes > EVIDENCE_MAX_BYTES ? ERR_TOO_LARGE : e;
}
