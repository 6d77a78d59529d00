/* Hostile acts with statuses of offices: from who may not give them, without end, with texts and
 * times that nobody means. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/body.h"
#include "proto/control.pb-c.h"
#include "proto/fields.h"
#include "proto/pb.h"
#include "proto/verifier.h"
#include "tests/helpers/badpeer.h"
#include "tools/base/files.h"

enum { EVIDENCE_MAX_BYTES = 1 << 20, TEXT_BYTES = 2000, AT_ONCE = 20 };

/* The document that an evidence file proves. */
static bool document_of(struct peer *p, const char *path, struct document_ref *out)
{
	const Vanthu__V1__Evidence *m;
	struct opened o;
	struct blob file;
	enum err e = fs_read(p->arena, path, EVIDENCE_MAX_BYTES, &file);

	m = e != ERR_OK ? NULL : pb_unpack(p->arena, &vanthu__v1__evidence__descriptor, file, &e);
	if (m == NULL || seal_peek(p->arena, field_blob(m->envelope), &o) != ERR_OK) {
		printf("no evidence\n");
		return false;
	}
	*out = (struct document_ref){ o.head.origin, o.head.id, o.digest };
	return true;
}

/* A fact to the document's issuer, of what body `fact` is. */
static struct draft status_draft(struct peer *p, const struct fact *fact, struct recipient *to)
{
	static const char *const nobody[] = { NULL };
	struct draft d = peer_document(p, nobody);

	d.head.kind = KIND_STATUS;
	d.head.body_version = FACT_BODY_VERSION;
	d.head.manifest_count = 0;
	*to = (struct recipient){ .committee = fact->document.origin };
	d.head.recipients = to;
	d.head.recipient_count = 1;
	d.fact = *fact;
	return d;
}

static void say(struct peer *p, const struct fact *fact, bool wait)
{
	struct recipient to;
	struct draft d = status_draft(p, fact, &to);
	struct publish_item item;

	peer_seal(p, &d);
	item = peer_item(p, LANE_FACTS, &d);
	peer_publish(p, LANE_FACTS, &item, 1);
	if (wait && !peer_acknowledged(p, LANE_FACTS, item.seq))
		printf("not acknowledged\n");
}

/* EVIDENCE FIRST COUNT TEXT DUE AT CODE…: so many statuses of one document, numbered from FIRST on
 * (0: none has a number), the codes by turns. TEXT "long" is as long as it may be. */
static void statuses(struct peer *p, char **args)
{
	static char text[TEXT_BYTES + 1];
	struct fact fact = { .kind = KIND_STATUS, .note = args[3], .status = { .person = "" } };
	unsigned long first = strtoul(args[1], NULL, 10), count = strtoul(args[2], NULL, 10);
	unsigned codes = 0;

	if (!document_of(p, args[0], &fact.document))
		return;
	while (args[6 + codes] != NULL)
		codes++;
	if (strcmp(args[3], "long") == 0)
		fact.note = memset(text, 'x', TEXT_BYTES);
	fact.status.due_on = args[4];
	fact.at_ms = strtoll(args[5], NULL, 10);
	for (unsigned long i = 0; i < count; i++) {
		fact.status.n = (uint32_t)(first == 0 ? 0 : first + i);
		snprintf(fact.code, sizeof fact.code, "%s", args[6 + i % codes]);
		say(p, &fact, i % AT_ONCE == AT_ONCE - 1 || i == count - 1);
	}
	printf("said\n");
}

/* EVIDENCE TIMES: one status, the very same envelope so often, with no number of its own. */
static void status_again(struct peer *p, char **args)
{
	struct fact fact = { .kind = KIND_STATUS,
			     .code = "05",
			     .note = "one and the same",
			     .status = { .person = "", .due_on = "" } };
	struct recipient to;
	struct draft d;

	if (!document_of(p, args[0], &fact.document))
		return;
	fact.at_ms = 1;
	d = status_draft(p, &fact, &to);
	peer_seal(p, &d);
	for (unsigned long i = 0; i < strtoul(args[1], NULL, 10); i++) {
		struct publish_item item = peer_item(p, LANE_FACTS, &d);

		peer_publish(p, LANE_FACTS, &item, 1);
		if (!peer_acknowledged(p, LANE_FACTS, item.seq))
			printf("not acknowledged\n");
	}
	printf("said\n");
}

const struct trick tricks_office[] = {
	{ "statuses", statuses, false },
	{ "status-again", status_again, false },
	{ NULL, NULL, false },
};
