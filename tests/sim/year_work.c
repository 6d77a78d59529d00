/* What is done in a year: who sends what to whom, what each recipient's office does with it and
 * when, what is entered on paper; and what was answered. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/body.h"
#include "proto/digest.h"
#include "proto/merkle.h"
#include "tests/sim/year.h"
#include "tests/sim/year_work.h"

enum {
	SUBMIT_ARENA_BYTES = 1 << 20,
	CONTENT_LEAST = 200,
	CONTENT_MOST = 1500,
	AGAIN_MS = 1500,
	JOIN_KNOWN_DAYS = 7,
	ENDED_KNOWN_DAYS = 3, /* until then it is still named */
	PAPERS_PER_MILLE = 110,
	PAPERS_LEAST = 150
};

static const char *const subjects[] = {
	"Về việc thực hiện Kế hoạch chuyển đổi số năm",
	"Về việc tổng kết công tác kiểm tra, giám sát quý",
	"Về việc chuẩn bị Đại hội Đảng bộ nhiệm kỳ",
	"Về việc báo cáo tình hình đảng viên tháng",
	"Về việc học tập Nghị quyết và phổ biến pháp luật lần",
	"Về việc phân công cán bộ phụ trách đợt",
	"Về việc kê khai tài sản, thu nhập đợt",
	"Về việc nhận xét, đánh giá cuối năm số",
};

/* A digit a step; x: what may not be done where the document stands. Half are only to be known. */
static const char *const plans[] = { "3",     "3",	"3",	"3",	 "3",	 "3",	"3",
				     "3",     "3456",	"3456", "346",	 "346",	 "36",	"3446",
				     "34456", "345656", "2",	"23456", "x346", "3236" };

/* ---- drawing ---- */

static unsigned working_days(const struct year *y, int to)
{
	unsigned n = 0;

	for (int d = 0; d < to; d++)
		n += y->working[d];
	return n;
}

/* Its end says which one it is. */
static void make_id(struct year *y, struct doc_id *id, int day, uint32_t index)
{
	uint64_t ms = (uint64_t)(YEAR_START_MS + day * DAY_MS);

	prng_fill(&y->prng, id->bytes, sizeof id->bytes);
	for (unsigned k = 0; k < 6; k++)
		id->bytes[k] = (uint8_t)(ms >> (8 * (5 - k)));
	id->bytes[6] = (uint8_t)((id->bytes[6] & 0x0f) | 0x70);
	id->bytes[8] = (uint8_t)((id->bytes[8] & 0x3f) | 0x80);
	for (unsigned k = 0; k < 4; k++)
		id->bytes[12 + k] = (uint8_t)(index >> (8 * (3 - k)));
}

struct year_delivery *year_find(const struct world *w, const struct doc_id *id, int member,
				 bool *untold)
{
	struct year *y = w->year;
	uint32_t i = (uint32_t)id->bytes[12] << 24 | (uint32_t)id->bytes[13] << 16 |
		     (uint32_t)id->bytes[14] << 8 | id->bytes[15];
	const struct year_document *d = &y->documents[i];

	*untold = i < y->document_count && !d->accepted;
	if (i >= y->document_count || memcmp(&d->id, id, sizeof *id) != 0 ||
	    (d->addressed >> member & 1) == 0)
		return NULL;
	return &y->deliveries[d->deliveries + (uint32_t)__builtin_popcount(
						      d->addressed & ((1u << member) - 1))];
}

static bool is_below(int top, int member)
{
	for (int at = year_superior(member); at >= 0; at = year_superior(at)) {
		if (at == top)
			return true;
	}
	return false;
}

static void address_group(struct year_document *d, enum group group)
{
	for (int i = 0; i < YEAR_MEMBERS; i++) {
		if (group == GROUP_SUPERIOR	  ? year_superior(d->origin) == i
		    : group == GROUP_SUBORDINATES ? year_superior(i) == d->origin
						  : is_below(d->origin, i))
			d->addressed |= 1u << i;
	}
	d->group = d->addressed == 0 ? GROUP_NONE : group;
	d->addressed = 0; /* known when it is taken: resolve() */
}

/* Down to all below at once or to some, up, and across over the common superior. */
static void address(struct year *y, struct year_document *d, int day)
{
	uint64_t way = prng_below(&y->prng, 100);

	if (way < 12)
		address_group(d, GROUP_SUBORDINATES);
	else if (way < 15)
		address_group(d, GROUP_SUBTREE);
	else if (way < 50)
		address_group(d, GROUP_SUPERIOR);
	for (uint64_t k = 1 + prng_below(&y->prng, 3); k > 0 && d->group == GROUP_NONE; k--) {
		int to = (int)prng_below(&y->prng, YEAR_MEMBERS);

		if (year_end_day(to) >= 0 && day > year_end_day(to) + ENDED_KNOWN_DAYS)
			to = year_heir(to);
		if (to == d->origin || (to == YEAR_JOINS && day <= YEAR_JOIN_DAY + JOIN_KNOWN_DAYS))
			to = d->origin == 0 ? 1 : d->origin - 1;
		d->addressed |= 1u << to;
	}
}

static void draw_deliveries(struct year *y, uint32_t document)
{
	struct year_document *d = &y->documents[document];

	d->deliveries = y->delivery_count;
	for (int i = 0; i < YEAR_MEMBERS; i++) {
		if ((d->addressed >> i & 1) == 0)
			continue;
		assert(y->delivery_count < y->delivery_most);
		y->deliveries[y->delivery_count++] = (struct year_delivery){
			.document = document,
			.member = (uint8_t)i,
			.late = prng_chance(&y->prng, 50),
			.plan = plans[prng_below(&y->prng, sizeof plans / sizeof plans[0])],
			.answer = -1,
			.answers = "",
			.arrived_day = -1
		};
	}
}

static uint8_t draw_kind(struct year *y, int origin)
{
	uint64_t kinds = origin == 0 ? YEAR_KINDS : origin >= 5 && origin <= 7 ? 7 : 5;

	return (uint8_t)prng_below(&y->prng, kinds);
}

static uint32_t draw_document(struct world *w, int origin, int day)
{
	struct year *y = w->year;
	uint32_t i = y->document_count++;
	struct year_document *d = &y->documents[i];

	assert(i < y->document_most);
	*d = (struct year_document){
		.origin = (uint8_t)origin,
		.kind = draw_kind(y, origin),
		.urgency = (enum urgency)(URGENCY_THUONG + prng_below(&y->prng, 4)),
		.business = 1,
		.about = -1,
		.asking = -1,
		.due_day =
			prng_chance(&y->prng, 300) ? day + 5 + (int)prng_below(&y->prng, 20) : -1,
		.content = prng_next(&y->prng)
	};
	make_id(y, &d->id, day, i);
	y->pending++;
	return i;
}

static bool ends_by(int member, int day)
{
	return year_end_day(member) >= 0 && day >= year_end_day(member);
}

static void draw_paper(struct world *w, uint32_t i)
{
	struct year *y = w->year;
	struct year_paper *p = &y->papers[i];
	unsigned days = 1 + (unsigned)prng_below(&y->prng, working_days(y, YEAR_DAYS) - 1);

	p->member = (uint8_t)(prng_chance(&y->prng, 400) ? 0 : prng_below(&y->prng, YEAR_MEMBERS));
	if (ends_by(p->member, (int)(days * YEAR_DAYS / working_days(y, YEAR_DAYS))))
		p->member = (uint8_t)year_heir(p->member);
	p->kind = draw_kind(y, p->member);
	make_id(y, &p->id, 0, i);
	year_paper_draw(w, i);
	y->pending++;
	year_schedule(w, YEAR_PAPER, i, days);
}

void year_draw(struct world *w, uint32_t documents)
{
	struct year *y = w->year;
	unsigned days = working_days(y, YEAR_DAYS);

	y->document_most = documents * 2;
	y->delivery_most = y->document_most * 12 + 1000;
	y->drawn = documents;
	y->documents = calloc(y->document_most, sizeof *y->documents);
	y->deliveries = calloc(y->delivery_most, sizeof *y->deliveries);
	y->paper_count = documents * PAPERS_PER_MILLE / 1000;
	y->paper_count = y->paper_count < PAPERS_LEAST ? PAPERS_LEAST : y->paper_count;
	y->papers = calloc(y->paper_count + 1, sizeof *y->papers);
	y->recall_most = y->delivery_most;
	y->recalls = calloc(y->recall_most, sizeof *y->recalls);
	assert(y->documents != NULL && y->deliveries != NULL && y->papers != NULL &&
	       y->recalls != NULL);
	for (uint32_t n = 0; n < documents; n++) {
		struct year_document *d;
		uint32_t i;
		int origin =
			prng_chance(&y->prng, 300) ? 0 : (int)prng_below(&y->prng, YEAR_MEMBERS);
		unsigned in = (unsigned)prng_below(&y->prng, days);

		if (origin == YEAR_JOINS && (int)(in * YEAR_DAYS / days) <= YEAR_JOIN_DAY)
			origin = 0;
		if (ends_by(origin, (int)(in * YEAR_DAYS / days) - ENDED_KNOWN_DAYS))
			origin = year_heir(origin);
		i = draw_document(w, origin, (int)(in * YEAR_DAYS / days));
		d = &y->documents[i];
		address(y, d, (int)(in * YEAR_DAYS / days));
		if (i > 20 && prng_chance(&y->prng, 15)) {
			d->business = 4;
			d->about = (int32_t)prng_below(&y->prng, i);
		}
		if (d->group == GROUP_NONE)
			draw_deliveries(y, i);
		year_schedule(w, YEAR_SUBMIT, i, in);
	}
	for (uint32_t i = 0; i < y->paper_count; i++)
		draw_paper(w, i);
}

void year_release(struct world *w)
{
	if (w->year == NULL)
		return;
	free(w->year->documents);
	free(w->year->deliveries);
	free(w->year->papers);
	free(w->year->recalls);
	year_due_release(w->year);
	free(w->year);
}

void year_again(struct world *w, int kind, uint32_t index)
{
	world_schedule(w, (struct sim_event){
				  .at_ms = w->now_ms + AGAIN_MS,
				  .kind = SIM_YEAR,
				  .direction = kind,
				  .edge = kind == YEAR_STEP ? w->year->deliveries[index].step : 0,
				  .document = (int)index });
}

/* ---- sending ---- */

static void release(void *owner)
{
	arena_destroy(owner);
}

static struct blob make_content(struct arena *a, const struct year_document *d)
{
	struct prng p;
	size_t len;
	uint8_t *bytes;

	prng_seed(&p, d->content);
	len = CONTENT_LEAST + prng_below(&p, CONTENT_MOST);
	bytes = arena_alloc(a, len);
	assert(bytes != NULL);
	prng_fill(&p, bytes, len);
	return (struct blob){ bytes, len };
}

static void make_recipients(struct world *w, struct arena *a, const struct year_document *d,
			    struct ev_submit *s)
{
	struct recipient *list = arena_array(a, YEAR_MEMBERS, sizeof *list);

	assert(list != NULL);
	if (d->group != GROUP_NONE)
		list[s->recipient_count++] = (struct recipient){ .group = d->group };
	for (int i = 0; i < YEAR_MEMBERS && d->group == GROUP_NONE; i++) {
		if ((d->addressed >> i & 1) != 0)
			list[s->recipient_count++] =
				(struct recipient){ .committee = w->members[i].id };
	}
	s->recipients = list;
}

/* One in nine goes on paper besides, one or two copies. */
uint32_t year_paper_copies(const struct year_document *d)
{
	return d->content % 9 == 0 ? 1 + (uint32_t)(d->content / 9 % 2) : 0;
}

static void make_body(struct world *w, struct arena *a, const struct year_document *d,
		      struct part *part, struct ev_submit *s)
{
	const struct year_kind *kind = year_kind(d->kind);
	char text[160], due[16] = "";
	struct document_ref *answers;
	struct document_body body = { .number = "",
				      .type_code = kind->code,
				      .type_name = kind->name,
				      .business = d->business,
				      .paper_copies = year_paper_copies(d),
				      .parts = part,
				      .part_count = 1 };

	snprintf(text, sizeof text, "%s %u", subjects[d->content % 8], (unsigned)(d->content % 97));
	body.subject = arena_text(a, text, strlen(text));
	if (d->due_day >= 0)
		year_date(d->due_day, due);
	body.due_on = arena_text(a, due, strlen(due));
	body.term = body.signer_name = body.signer_position = body.signer_competence = "";
	body.issued_on = body.note = "";
	if (d->about >= 0) {
		const struct year_document *about = &w->year->documents[d->about];

		body.reply_to.origin = w->members[about->origin].id;
		body.reply_to.id = about->id;
		answers = arena_alloc(a, sizeof *answers);
		assert(answers != NULL);
		*answers = body.reply_to;
		body.answers = answers;
	}
	assert(document_body_pack(a, &body, &s->body) == ERR_OK);
	s->summary = document_summary(&body);
	s->type_name = kind->name;
	s->number_template = kind->template;
}

void year_submit(struct world *w, uint32_t index)
{
	struct year_document *d = &w->year->documents[index];
	struct member *m = &w->members[d->origin];
	struct event event = { .type = EVENT_SUBMIT };
	struct ev_submit *s = &event.u.submit;
	struct manifest_item *item;
	struct part *part;
	struct arena *a;

	if (d->accepted || d->given_up)
		return;
	year_again(w, YEAR_SUBMIT, index);
	if (!m->running)
		return;
	a = arena_new(SUBMIT_ARENA_BYTES);
	assert(a != NULL);
	part = arena_array(a, 1, sizeof *part);
	item = arena_array(a, 1, sizeof *item);
	*part = (struct part){ .name = "văn bản.pdf",
			       .media_type = "application/pdf",
			       .content = make_content(a, d) };
	*item = (struct manifest_item){ .size_bytes = part->content.len_bytes,
					.sha256 = digest_of(part->content),
					.chunk_root = merkle_leaf(part->content),
					.inlined = true };
	s->reply.n = (uint64_t)index + 1;
	s->id = d->id;
	s->urgency = d->urgency;
	s->secrecy = SECRECY_THUONG;
	s->manifest = item;
	s->manifest_count = 1;
	s->body_version = DOCUMENT_BODY_VERSION;
	make_recipients(w, a, d, s);
	make_body(w, a, d, part, s);
	s->submission = digest_submission(
		&(struct submission_fields){ .recipients = s->recipients,
					     .recipient_count = s->recipient_count,
					     .urgency = d->urgency,
					     .secrecy = SECRECY_THUONG,
					     .body = s->body,
					     .manifest = item,
					     .manifest_count = 1 });
	assert(inbox_push(m->inbox, &event, release, a) == ERR_OK);
	world_wake(w, m, 0);
}

/* ---- what an office does ---- */

bool year_in_inbox(const struct world *w, const struct year_delivery *v, struct ev_office *out)
{
	const struct year_document *d = &w->year->documents[v->document];
	const struct member *m = &w->members[v->member];
	struct lookup l = m->store->ops->lookup(m->store);
	struct key key = key_ident(d->id, w->members[d->origin].id);
	struct arena *a = arena_new(64 << 10);
	struct record r;
	bool there;

	assert(a != NULL);
	there = l.get(l.ctx, a, FAMILY_IDENT, &key, &r) == ERR_OK && r.u.ident.role == ROLE_IN;
	if (there) {
		out->role = ROLE_IN;
		out->serial = r.u.ident.serial;
		key = key_serial(out->role, out->serial);
		there = l.get(l.ctx, a, FAMILY_STATE, &key, &r) == ERR_OK &&
			r.u.state.complete_at_ms != 0;
	}
	arena_destroy(a);
	return there;
}

/* The document that answers it is sent first, and the work finished with it on a later day. */
static bool answer_first(struct world *w, struct year_delivery *v)
{
	struct year *y = w->year;
	struct year_document *d;
	uint32_t i;

	if (v->answer >= 0 && y->documents[v->answer].given_up)
		v->answer = -1;
	if (v->answer >= 0)
		return !y->documents[v->answer].accepted;
	if (y->ended[v->member] != 0 || y->ended[y->documents[v->document].origin] != 0)
		return false;
	if (v->document >= y->drawn || y->document_count == y->document_most ||
	    !prng_chance(&y->prng, 150))
		return false;
	i = draw_document(w, v->member, y->day);
	d = &y->documents[i];
	d->addressed = 1u << y->documents[v->document].origin;
	d->about = (int32_t)v->document;
	draw_deliveries(y, i);
	v->answer = (int32_t)i;
	y->answers++;
	year_schedule(w, YEAR_SUBMIT, i, 0);
	return true;
}

/* What comes next: of what was recalled something that is refused, whatever it is. */
static char next_of(const struct year_delivery *v)
{
	char next = v->plan[v->step];

	if (v->gone)
		return '\0';
	if (v->frozen)
		return v->tried_frozen ? '\0' : next == '\0' || next == 'x' ? '3' : next;
	return next;
}

static void tell(const struct world *w, struct year_delivery *v, struct ev_office *e)
{
	char next = next_of(v);
	const struct year *y = w->year;

	e->reply.n = REPLY_STEP + (uint64_t)(v - y->deliveries) * STEPS_NUMBERED + v->step;
	e->next = next == 'x' ? OFFICE_FINISHED : (enum office_status)(next - '0');
	e->note = e->to = e->due_on = e->person = "";
	switch (e->next) {
	case OFFICE_RETURNED:
		e->note = "gửi không đúng nơi nhận";
		break;
	case OFFICE_ASSIGNED: /* to another one the second time */
		e->to = v->step % 2 == 0 ? "Nguyễn Thị Hòa" : "Trần Văn Thủy";
		e->note = "xử lý và báo cáo";
		if (v->due_step != v->step + 1) {
			char date[16];

			year_date(y->day + 10 + v->step % 3, date);
			memcpy(v->due_on, date, sizeof v->due_on);
			v->due_on[10] = '\0';
			v->due_step = v->step + 1;
		}
		e->due_on = v->due_on;
		break;
	case OFFICE_FINISHED:
		if (next != 'x' && v->answer >= 0)
			e->answer = y->documents[v->answer].id;
		break;
	default:
		break;
	}
}

/* It ended before this came to it, and the issuer was told so. */
static bool is_gone(const struct world *w, const struct year_delivery *v)
{
	const struct year_document *d = &w->year->documents[v->document];
	const struct member *m = &w->members[v->member], *issuer = &w->members[d->origin];
	struct key key = key_ident(d->id, issuer->id);
	struct arena *a = arena_new(64 << 10);
	struct record r;
	bool gone;

	assert(a != NULL);
	gone = !member_get(m, a, FAMILY_IDENT, key, &r) &&
	       member_get(issuer, a, FAMILY_IDENT, key, &r) &&
	       member_get(issuer, a, FAMILY_RECEIPT,
			  key_receipt(r.u.ident.role, r.u.ident.serial, m->id), &r) &&
	       r.u.receipt.kind == KIND_REFUSAL && r.u.receipt.reason == ERR_RETIRED_RECIPIENT;
	arena_destroy(a);
	return gone;
}

void year_step(struct world *w, uint32_t index)
{
	struct year_delivery *v = &w->year->deliveries[index];
	struct member *m = &w->members[v->member];
	struct event event = { .type = EVENT_OFFICE };

	if (next_of(v) == '\0')
		return;
	if (w->year->ended[v->member] != 0 && is_gone(w, v)) {
		v->gone = true;
		w->year->unserved++;
		w->year->pending--;
		return;
	}
	if (!m->running || v->acting == ACTING_ANSWER || !year_in_inbox(w, v, &event.u.office)) {
		year_schedule(w, YEAR_STEP, index, 1);
		return;
	}
	if (next_of(v) == '6' && v->step > 0 && v->acting == ACTING_NOT && answer_first(w, v)) {
		year_schedule(w, YEAR_STEP, index, 2);
		return;
	}
	v->acting = ACTING_STEP;
	year_again(w, YEAR_STEP, index);
	tell(w, v, &event.u.office);
	assert(inbox_push(m->inbox, &event, NULL, NULL) == ERR_OK);
	world_wake(w, m, 0);
}

/* ---- what was answered ---- */

bool year_is_clear(const struct world *w, int member)
{
	const struct year *y = w->year;

	for (uint32_t i = 0; i < y->delivery_count; i++) {
		const struct year_delivery *v = &y->deliveries[i];

		if ((v->member == member || y->documents[v->document].origin == member) &&
		    v->member < YEAR_MEMBERS && y->documents[v->document].accepted &&
		    (next_of(v) != '\0' || v->answered < v->asked))
			return false;
	}
	for (uint32_t i = 0; i < y->document_count; i++) {
		const struct year_document *d = &y->documents[i];

		if (d->origin == member && ((!d->accepted && !d->given_up) || d->asking >= 0))
			return false;
	}
	for (uint32_t i = 0; i < y->recall_count; i++) {
		if (y->documents[y->recalls[i].document].origin == member && !y->recalls[i].told)
			return false;
	}
	for (uint32_t i = 0; i < y->paper_count; i++) {
		const struct year_paper *p = &y->papers[i];

		if (p->member == member &&
		    (!p->accepted || (!p->altered && (p->cancel || p->change))))
			return false;
	}
	return true;
}

static uint32_t number_of(text_t number)
{
	return number == NULL ? 0 : (uint32_t)strtoul(number, NULL, 10);
}

/* Whom a group means is what the tree was when the issuer took the document. */
static void resolve(struct world *w, struct year_document *d)
{
	const struct member *m = &w->members[d->origin];
	struct arena *a = arena_new(1 << 20);
	struct record r;
	uint64_t v;

	assert(a != NULL);
	if (!member_get(m, a, FAMILY_IDENT, key_ident(d->id, m->id), &r) ||
	    !member_get(m, a, FAMILY_DOCUMENT, key_serial(r.u.ident.role, r.u.ident.serial), &r)) {
		world_violation(w, "year", "%s took a document that it has not", m->id.text);
		arena_destroy(a);
		return;
	}
	v = r.u.document.directory_version;
	d->addressed = 0;
	for (int i = 0; i < YEAR_MEMBERS; i++) {
		int parent = world_parent(w, v, i);

		if (d->group == GROUP_SUPERIOR ? world_parent(w, v, d->origin) == i
		    : parent == NOT_THERE      ? false
		    : d->group == GROUP_SUBORDINATES ? parent == d->origin
						     : world_is_below(w, v, d->origin, i))
			d->addressed |= 1u << i;
	}
	draw_deliveries(w->year, (uint32_t)(d - w->year->documents));
	arena_destroy(a);
}

/* What was drawn for the k-th of its recipients is none of the year's any more. */
static void drop_delivery(struct year *y, struct year_document *d, int member)
{
	struct year_delivery *list = &y->deliveries[d->deliveries];
	uint32_t n = (uint32_t)__builtin_popcount(d->addressed),
		 k = (uint32_t)__builtin_popcount(d->addressed & ((1u << member) - 1));

	memmove(&list[k], &list[k + 1], (n - k - 1) * sizeof *list);
	list[n - 1] = (struct year_delivery){
		.member = UINT8_MAX, .plan = "", .answers = "", .answer = -1, .arrived_day = -1
	};
	d->addressed &= ~(1u << member);
}

/* Its issuer has ended, or somebody that it names: then it is sent to the others. */
static bool refused_ended(struct world *w, struct year_document *d, enum err result)
{
	struct year *y = w->year;
	bool nobody = y->ended[d->origin] != 0, named = false;

	if (result != ERR_RETIRED_RECIPIENT || d->given_up)
		return d->given_up;
	for (int i = 0; i < YEAR_MEMBERS && !nobody && d->group == GROUP_NONE; i++) {
		if ((d->addressed >> i & 1) == 0 || y->ended[i] == 0)
			continue;
		drop_delivery(y, d, i);
		named = true;
	}
	if (!nobody && !named)
		return d->fewer; /* the answer to what was repeated */
	d->fewer = true;
	y->too_late++;
	if (nobody || d->addressed == 0) {
		d->given_up = true;
		y->given_up++;
		y->pending--;
	}
	return true;
}

static void submitted(struct world *w, struct year_document *d, const struct act_reply *r)
{
	struct year *y = w->year;

	if (refused_ended(w, d, r->result))
		return;
	if (r->result != ERR_OK) {
		/* before it has the directory, or that one which has the new committee */
		if (r->result != ERR_NO_ROUTE && r->result != ERR_CLOCK_WRONG &&
		    !(r->result == ERR_UNKNOWN_RECIPIENT && (d->addressed >> YEAR_JOINS & 1) != 0))
			world_violation(w, "year", "a good submission was refused with VT-%d",
					(int)r->result);
		return;
	}
	if (!d->accepted && d->group != GROUP_NONE)
		resolve(w, d);
	if (r->recipient_count != (uint32_t)__builtin_popcount(d->addressed))
		world_violation(w, "year", "%u recipients answered, %d addressed",
				r->recipient_count, __builtin_popcount(d->addressed));
	if (d->accepted && number_of(r->doc_number) != d->number)
		world_violation(w, "year", "%s was told two numbers: %u and %s",
				w->members[d->origin].id.text, d->number, r->doc_number);
	if (d->accepted)
		return;
	d->accepted = true;
	d->number = number_of(r->doc_number);
	y->pending--;
	for (uint32_t k = 0; k < (uint32_t)__builtin_popcount(d->addressed); k++) {
		const struct year_delivery *v = &y->deliveries[d->deliveries + k];

		y->pending++;
		y->late += v->late;
		year_schedule(w, YEAR_STEP, d->deliveries + k,
			      (unsigned)(v->late ? 3 + prng_below(&y->prng, 5)
						 : prng_below(&y->prng, 2)));
	}
	year_recall_draw(w, (uint32_t)(d - y->documents));
}

/* A document that was recalled: nothing more is done with it, and the work on it is over. */
static void refused_frozen(struct world *w, struct year_delivery *v, const struct act_reply *r)
{
	struct year *y = w->year;

	if (r->result != ERR_RECALLED) {
		world_violation(w, "recall", "%s: an act after %s was answered with VT-%d",
				w->members[v->member].id.text, v->told, (int)r->result);
		return;
	}
	y->frozen++;
	y->pending -= v->plan[v->step] != '\0' ? 2 : 1; /* with the work that was left */
	v->tried_frozen = true;
}

static void stepped(struct world *w, uint64_t asked, const struct act_reply *r)
{
	struct year *y = w->year;
	struct year_delivery *v = &y->deliveries[asked / STEPS_NUMBERED];
	char now = next_of(v);
	bool refused = r->result == ERR_BAD_STATE;

	if (asked % STEPS_NUMBERED != v->step || v->acting != ACTING_STEP ||
	    r->result == ERR_CLOCK_WRONG)
		return; /* answered already; later */
	v->acting = ACTING_NOT;
	if (v->frozen) {
		refused_frozen(w, v, r);
		return;
	}
	if (now == 'x' ? !refused : r->result != ERR_OK || r->work->n != v->told_count + 1u) {
		world_violation(w, "year", "%s: step %c of %s after %s was answered with VT-%d",
				w->members[v->member].id.text, now, v->plan, v->told,
				(int)r->result);
		return;
	}
	v->step++;
	y->refused += now == 'x';
	y->returned += now == '2';
	y->acts++;
	if (now != 'x') {
		v->told[v->told_count++] = now;
		v->arrival = r->work->line.number;
	}
	if (v->plan[v->step] == '\0')
		y->pending--;
	else
		year_schedule(w, YEAR_STEP, (uint32_t)(v - y->deliveries),
			      1 + (unsigned)prng_below(&y->prng, 4));
}

void year_replied(struct world *w, const struct act_reply *r)
{
	struct year *y = w->year;

	if (r->to.n >= REPLY_ANSWER)
		year_answered(w, r->to.n - REPLY_ANSWER, r);
	else if (r->to.n >= REPLY_ASK)
		year_asked(w, (uint32_t)(r->to.n - REPLY_ASK), r);
	else if (r->to.n >= REPLY_PAPER)
		year_registered(w, r->to.n - REPLY_PAPER, r);
	else if (r->to.n >= REPLY_STEP)
		stepped(w, r->to.n - REPLY_STEP, r);
	else
		submitted(w, &y->documents[r->to.n - 1], r);
}
