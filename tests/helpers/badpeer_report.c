/* Hostile reports of figures, signed with the committee's own key as a daemon of its own would:
 * old, doubled, early, impossible, in another's name, and with made-up documents. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/body.h"
#include "proto/control.pb-c.h"
#include "proto/fields.h"
#include "proto/pb.h"
#include "proto/signer_pem.h"
#include "proto/verifier.h"
#include "routing/base/calendar.h"
#include "routing/state/figures.h"
#include "tests/helpers/badpeer.h"
#include "tools/base/files.h"

enum { EVIDENCE_MAX_BYTES = 1 << 20, HOUR_MS = 3600 * 1000, DIGITAL = 7 };

/* One report and what it is made of. */
struct lie {
	struct report report;
	struct report_row row;
	struct report_exchange exchanges[2];
	struct doc_id made_up;
	struct declaration declared;
	struct recipient to;
	struct draft draft;
	int64_t first_ms; /* when the first of them was signed */
};

/* An honest one, but that it says what figures we like. */
static void begin(struct peer *p, const char *top, struct lie *l)
{
	static const char *const nobody[] = { NULL };
	int64_t now_ms, first_ms = l->first_ms;

	memset(l, 0, sizeof *l);
	l->draft = peer_document(p, nobody);
	now_ms = l->draft.head.signed_at_ms;
	l->first_ms = first_ms != 0 ? first_ms : now_ms;
	l->row = (struct report_row){ .at = { .month = month_of_ms(now_ms),
					      .direction = DIRECTION_IN },
				      .type_code = "CV",
				      .type_name = "Công văn",
				      .count = { .digital = DIGITAL } };
	l->report = (struct report){ .from = l->row.at.month,
				     .to = l->row.at.month,
				     .as_of_ms = now_ms,
				     .rows = &l->row,
				     .row_count = 1 };
	snprintf(l->to.committee.text, sizeof l->to.committee.text, "%s", top);
	l->draft.head.kind = KIND_REPORT;
	l->draft.head.body_version = FACT_BODY_VERSION;
	l->draft.head.manifest_count = 0;
	l->draft.head.recipients = &l->to;
	l->draft.head.recipient_count = 1;
	l->draft.fact = (struct fact){ .kind = KIND_REPORT, .note = "", .report = &l->report };
}

/* Over our link, whoever has signed it. */
static void say(struct peer *p, const struct draft *d)
{
	struct publish_item item = peer_item(p, LANE_FACTS, d);

	peer_publish(p, LANE_FACTS, &item, 1);
	if (!peer_acknowledged(p, LANE_FACTS, item.seq))
		printf("not acknowledged\n");
}

/* ---- one way each to lie ---- */

static void good(struct lie *l)
{
	(void)l;
}

/* Than the first one that was said, by next to nothing: our key is young. */
static void older(struct lie *l)
{
	l->draft.head.signed_at_ms = l->first_ms - 1;
	l->report.as_of_ms = l->first_ms - 1;
}

static void long_over(struct lie *l)
{
	l->row.at.month.n -= 3 * MONTHS_A_YEAR;
	l->report.from = l->report.to = l->row.at.month;
}

static void early(struct lie *l)
{
	l->row.at.month.n++;
	l->report.to = l->row.at.month;
}

static void impossible(struct lie *l)
{
	l->row.count.processed = DIGITAL + 1;
}

static void too_many(struct lie *l)
{
	l->row.count.digital = UINT64_C(1) << 40;
}

static void over_declared(struct lie *l)
{
	l->declared = (struct declaration){
		.name = "officers", .done = 2, .all = 1, .as_of = "2025-01-01", .person = "A"
	};
	l->report.declared = &l->declared;
	l->report.declared_count = 1;
}

/* A type that our table knows under another name, and texts that have its number only. */
static void renamed(struct lie *l)
{
	l->row.type_code = "FQKLAJIY";
	l->row.type_name = "Công văn giả";
}

/* It stood in no directory of that version. */
static void never_there(struct lie *l)
{
	l->row.at.since = 1;
	l->row.count.digital = DIGITAL;
}

/* A document of the top's that it "received", and none of those that it has receipted. */
static void made_up(struct lie *l)
{
	memset(l->made_up.bytes, 0xab, sizeof l->made_up.bytes);
	for (unsigned i = 0; i < 2; i++)
		l->exchanges[i] = (struct report_exchange){ .with = l->to.committee,
							    .direction = i == 0 ? DIRECTION_IN
										: DIRECTION_OUT,
							    .ids = &l->made_up,
							    .id_count = i == 0 };
	l->report.exchanges = l->exchanges;
	l->report.exchange_count = 2;
	l->report.exchanged_before_ms = l->report.as_of_ms;
	l->report.exchanged_since_ms = l->report.as_of_ms - INT64_C(60) * 24 * HOUR_MS;
}

static const struct way {
	const char *name;
	void (*make)(struct lie *l);
} ways[] = {
	{ "good", good },
	{ "older", older },
	{ "long-over", long_over },
	{ "early", early },
	{ "impossible", impossible },
	{ "too-many", too_many },
	{ "over-declared", over_declared },
	{ "renamed", renamed },
	{ "never-there", never_there },
	{ "made-up", made_up },
};

static const struct way *way_of(const char *name)
{
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		if (strcmp(ways[i].name, name) == 0)
			return &ways[i];
	}
	return NULL;
}

static void say_each(struct peer *p, struct peer *as, char **args)
{
	struct lie l = { .first_ms = 0 };

	begin(as, args[0], &l);
	for (unsigned i = 1; args[i] != NULL; i++) {
		const struct way *w = way_of(args[i]);
		bool again = strcmp(args[i], "again") == 0;

		if (!again && w == NULL) {
			printf("no such report: %s\n", args[i]);
			return;
		}
		if (!again) {
			begin(as, args[0], &l);
			w->make(&l);
			peer_seal(as, &l.draft);
		}
		say(p, &l.draft);
	}
	printf("said\n");
}

/* TOP WAY…: a report of each, to the top of the tree; "again": the one before it once more. */
static void reports(struct peer *p, char **args)
{
	say_each(p, p, args);
}

/* LAB/COMMITTEE TOP WAY…: the same, signed by that committee, which we pass on. */
static void reports_passed_on(struct peer *p, char **args)
{
	const char *name = strrchr(args[0], '/');
	struct peer as = *p;
	char path[4096];
	struct blob pem;

	snprintf(path, sizeof path, "%s/sign.key", args[0]);
	snprintf(as.self.text, sizeof as.self.text, "%s", name == NULL ? args[0] : name + 1);
	if (fs_read(p->arena, path, EVIDENCE_MAX_BYTES, &pem) != ERR_OK ||
	    signer_pem_open(pem, &as.signer) != ERR_OK) {
		printf("no key\n");
		return;
	}
	say_each(p, &as, args + 1);
	signer_destroy(as.signer);
}

/* TOP ANOTHER: a good one in another committee's name, with our key. */
static void report_of_another(struct peer *p, char **args)
{
	struct lie l = { .first_ms = 0 };

	begin(p, args[0], &l);
	snprintf(l.draft.head.origin.text, sizeof l.draft.head.origin.text, "%s", args[1]);
	peer_seal(p, &l.draft);
	say(p, &l.draft);
	printf("said\n");
}

/* EVIDENCE: a receipt of the document that it proves. */
static void receipt(struct peer *p, char **args)
{
	const Vanthu__V1__Evidence *m;
	struct opened o;
	struct blob file;
	struct lie l = { .first_ms = 0 };
	enum err e = fs_read(p->arena, args[0], EVIDENCE_MAX_BYTES, &file);

	m = e != ERR_OK ? NULL : pb_unpack(p->arena, &vanthu__v1__evidence__descriptor, file, &e);
	if (m == NULL || seal_peek(p->arena, field_blob(m->envelope), &o) != ERR_OK) {
		printf("no evidence\n");
		return;
	}
	begin(p, o.head.origin.text, &l);
	l.draft.head.kind = KIND_RECEIPT;
	l.draft.fact = (struct fact){ .kind = KIND_RECEIPT,
				      .note = "",
				      .at_ms = l.draft.head.signed_at_ms,
				      .document = { o.head.origin, o.head.id, o.digest } };
	peer_seal(p, &l.draft);
	say(p, &l.draft);
	printf("said\n");
}

const struct trick tricks_report[] = {
	{ "reports", reports, false },
	{ "reports-passed-on", reports_passed_on, false },
	{ "report-of-another", report_of_another, false },
	{ "receipt", receipt, false },
	{ NULL, NULL, false },
};
