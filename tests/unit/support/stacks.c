/* See stacks.h. */
#include "tests/unit/support/stacks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES = 96 };

uint64_t stacks_draw(struct stacks *k, uint64_t below)
{
	k->random ^= k->random << 13;
	k->random ^= k->random >> 7;
	k->random ^= k->random << 17;
	return (k->random >> 11) % below;
}

bool stacks_chance(struct stacks *k, unsigned percent)
{
	return stacks_draw(k, 100) < percent;
}

/* ---- the catalogue ---- */

void stacks_take_job(void *ctx, struct job *j)
{
	struct waiting_job *w = ctx;

	assert_null(w->job);
	w->job = j;
}

void stacks_finish_job(struct stacks *k)
{
	struct job *j = k->waiting.job;

	if (j == NULL)
		return;
	k->waiting.job = NULL;
	j->done(j);
}

void stacks_make(struct stacks *k)
{
	for (unsigned i = 0; i < 4 * STACKS_DOCUMENTS / STACKS_SPAN; i++) {
		catalogue_tick(k->catalogue, UINT64_MAX);
		while (k->waiting.job != NULL) {
			k->waiting.job->work(k->waiting.job);
			stacks_finish_job(k);
		}
	}
}

struct stacks *stacks_new(uint64_t seed)
{
	struct fixture *f = fixture_new();
	struct stacks *k = calloc(1, sizeof *k);

	assert_non_null(k);
	k->d = desk_new(f, station_new(f, "huyen-a"), SOCKET_OFFICE);
	k->d->control->parts.tables = &k->tables;
	k->d->config.soon_days = 5;
	k->d->config.urgent_ms = 2 * 3600 * 1000;
	k->random = seed * 0x9e3779b97f4a7c15u + 1;
	snprintf(k->folder, sizeof k->folder, "%s", k->d->folder);
	k->catalogue = catalogue_new(
		k->d->s->store, (struct job_runner){ .ctx = &k->waiting, .run = stacks_take_job },
		k->folder, STACKS_SPAN);
	assert_non_null(k->catalogue);
	return k;
}

void stacks_end(struct stacks *k)
{
	if (k->waiting.job != NULL)
		k->waiting.job->work(k->waiting.job);
	stacks_finish_job(k);
	k->d->control->catalogue = NULL;
	catalogue_free(k->catalogue);
	desk_free(k->d);
	free(k);
}

/* ---- what is stored ---- */

const char *const stacks_committees[STACKS_COMMITTEES] = { "tinh",  "huyen-a", "huyen-b",
							   "xa-a1", "xa-a2",   "gone" };
const char *const stacks_types[STACKS_TYPES] = { "KH", "BC", "CV", "QĐ", "" };
static const char *const texts[] = {
	"Kế hoạch chuyển đổi số",
	"Báo cáo công tác cán bộ",
	"về việc THU, NỘP đảng phí",
	"kết quả kiểm tra – giám sát",
	"“Tuổi trẻ” sáng tạo",
	"Ke hoach khong dau",
	"văn bản của 日本",
	"Huyện ủy A phối hợp",
	"mua sắm tài sản công năm 2026",
	"12-KH/TU kèm theo",
	"hòa bình, hoà bình",
	"xa-a1",
};
static const char *const people[] = { "Nguyễn Thị Hòa", "Lê Văn Đức", "Văn phòng", "" };

static text_t kept(struct stacks *k, const char *text)
{
	return arena_text(k->d->s->plan->arena, text, strlen(text));
}

static text_t random_text(struct stacks *k)
{
	char text[2 * TEXT_BYTES];

	snprintf(text, sizeof text, "%s %s", ONE_OF(k, texts), ONE_OF(k, texts));
	return kept(k, text);
}

static text_t random_number(struct stacks *k)
{
	char number[48];

	if (stacks_chance(k, 8))
		return "";
	snprintf(number, sizeof number, "%s%u%s%s", stacks_chance(k, 20) ? "0" : "",
		 (unsigned)stacks_draw(k, 40), stacks_chance(k, 10) ? " - " : "-",
		 stacks_chance(k, 50)	? "KH/TU"
		 : stacks_chance(k, 50) ? "BC/ĐU"
					: "BC/DU");
	return kept(k, number);
}

static text_t random_day(struct stacks *k)
{
	static const char *const days[] = { "", "2025-06-01", "2025-06-15", "2025-07-20",
					    "2024-01-31" };

	return ONE_OF(k, days);
}

struct doc_id stacks_id(unsigned n)
{
	struct doc_id id = fixture_doc_id(n);

	id.bytes[12] = (uint8_t)(n * 7);
	return id;
}

static void fill_recipients(struct stacks *k, struct rec_document *d)
{
	uint32_t count = 1 + (uint32_t)stacks_draw(k, 3);
	struct recipient *r = arena_array(k->d->s->plan->arena, count, sizeof *r);

	assert_non_null(r);
	for (uint32_t i = 0; i < count; i++)
		r[i].committee = fixture_id(stacks_committees[(stacks_draw(k, 3) + 2 * i) % 6]);
	if (stacks_chance(k, 30)) {
		r[0] = (struct recipient){ .group = stacks_chance(k, 50) ? GROUP_SUBTREE
									 : GROUP_SUBORDINATES };
		count = stacks_chance(k, 80) ? 1 : count;
	}
	d->recipients = r;
	d->recipients_len = count;
	d->recipient_count = count;
}

static void fill_summary(struct stacks *k, struct summary *s)
{
	*s = (struct summary){ .number = random_number(k),
			       .type_code = ONE_OF(k, stacks_types),
			       .subject = random_text(k),
			       .issued_on = random_day(k),
			       .due_on = random_day(k),
			       .type_name = stacks_chance(k, 80) ? "Kế hoạch" : "",
			       .signer_name = ONE_OF(k, people),
			       .files = "văn bản.pdf\nphụ lục.xlsx" };
	if (stacks_chance(k, 10))
		s->foreign_id = kept(k, "ext-7");
	if (stacks_chance(k, 15)) {
		struct document_ref *ref = arena_alloc(k->d->s->plan->arena, sizeof *ref);

		assert_non_null(ref);
		*ref = (struct document_ref){ .origin = fixture_id(ONE_OF(k, stacks_committees)),
					      .id = stacks_id(1 + (unsigned)stacks_draw(
									  k, STACKS_DOCUMENTS)) };
		s->reply_to = ref;
	}
}

static void put_state(struct stacks *k, struct key key)
{
	struct record r = { .family = FAMILY_STATE,
			    .u.state = { .delivered = stacks_draw(k, 3),
					 .refused = stacks_draw(k, 12) == 0 } };

	if (stacks_chance(k, 85))
		r.u.state.complete_at_ms = FIXTURE_NOW_MS - (int64_t)stacks_draw(k, 1000) * 3600000;
	r.u.state.expired = stacks_chance(k, 5);
	plan_put(k->d->s->plan, key, &r);
}

static void put_work(struct stacks *k, struct key key)
{
	struct record r = { .family = FAMILY_WORK,
			    .u.work = { .to = ONE_OF(k, people),
					.due_on = random_day(k),
					.note = "",
					.person = ONE_OF(k, people),
					.recall_reason = "" } };
	static const enum office_status at[] = { OFFICE_NONE, OFFICE_ARRIVED, OFFICE_ACCEPTED,
						 OFFICE_FINISHED, OFFICE_RETURNED };
	const char *const *with = &people[stacks_draw(k, 2)];

	r.u.work.stand.work = ONE_OF(k, at);
	if (stacks_chance(k, 10))
		r.u.work.stand.recall = OFFICE_RECALL_ASKED;
	r.u.work.with = with;
	r.u.work.with_count = (uint32_t)stacks_draw(k, 2);
	plan_put(k->d->s->plan, key, &r);
}

/* By what stands in the store, or in spite of it: what is listed as open is shown as it is. */
static void put_open(struct stacks *k, struct key key)
{
	struct record r = { .family = FAMILY_OPEN };

	if (stacks_chance(k, 20))
		plan_erase(k->d->s->plan, FAMILY_OPEN, key);
	else
		plan_put(k->d->s->plan, key, &r);
}

/* Somebody is told of its deadline: it stays open. */
static void tell_of(struct stacks *k, struct key key)
{
	struct record r = { .family = FAMILY_OPEN,
			    .u.open = { .soon_at_ms = FIXTURE_NOW_MS, .done = 1 } };

	if (station_has(k->d->s, FAMILY_OPEN, key))
		plan_put(k->d->s->plan, key, &r);
}

static void put_document(struct stacks *k)
{
	static const enum role roles[] = { ROLE_OUT, ROLE_IN, ROLE_IN, ROLE_RELAY };
	struct serial serial = { ++k->documents };
	enum role role = ONE_OF(k, roles);
	struct key key = key_serial(role, serial);
	struct record r = { .family = FAMILY_DOCUMENT },
		      ident = { .family = FAMILY_IDENT,
				.u.ident = { .role = role, .serial = serial } };
	struct rec_document *d = &r.u.document;

	*d = (struct rec_document){
		.origin = fixture_id(role == ROLE_OUT ? "huyen-a" : ONE_OF(k, stacks_committees)),
		.id = stacks_id(k->documents),
		.urgency = stacks_chance(k, 20) ? URGENCY_KHAN : URGENCY_THUONG,
		.secrecy = stacks_chance(k, 10) ? SECRECY_MAT : SECRECY_THUONG,
		.signed_at_ms = FIXTURE_NOW_MS,
		.taken_at_ms = FIXTURE_NOW_MS - (int64_t)stacks_draw(k, 1000) * 3600000,
		.directory_version = 1,
		.mine = role == ROLE_IN,
		.lists = stacks_chance(k, 10) ? kept(k, "Ban Thường vụ\nKhối Đảng") : "",
	};
	fill_recipients(k, d);
	fill_summary(k, &d->summary);
	plan_put(k->d->s->plan, key, &r);
	plan_put(k->d->s->plan, key_ident(d->id, d->origin), &ident);
	if (stacks_chance(k, 97))
		put_state(k, key);
	if (role == ROLE_IN && stacks_chance(k, 80))
		put_work(k, key);
	if (role != ROLE_RELAY && stacks_chance(k, 70))
		put_open(k, key);
}

static void commit(struct stacks *k)
{
	struct station *s = k->d->s;

	assert_ok(s->store->ops->commit(s->store, s->plan));
	catalogue_follow(k->catalogue, s->plan);
	station_clear(s);
}

void stacks_put(struct stacks *k, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		put_document(k);
		if (i % 16 == 15)
			commit(k);
	}
	commit(k);
}

/* The role of an old one is asked of the store. */
void stacks_change(struct stacks *k)
{
	static const enum role roles[] = { ROLE_OUT, ROLE_IN, ROLE_RELAY };
	struct serial serial = { 1 + stacks_draw(k, k->documents) };

	for (size_t i = 0; i < COUNT_OF(roles); i++) {
		struct key key = key_serial(roles[i], serial);

		if (!station_has(k->d->s, FAMILY_DOCUMENT, key))
			continue;
		if (stacks_chance(k, 50))
			put_state(k, key);
		if (roles[i] == ROLE_IN && stacks_chance(k, 70))
			put_work(k, key);
		if (roles[i] != ROLE_RELAY && stacks_chance(k, 50))
			put_open(k, key);
		else
			tell_of(k, key);
		if (stacks_chance(k, 5))
			plan_erase(k->d->s->plan, FAMILY_DOCUMENT, key);
	}
	commit(k);
}

void stacks_rename(struct stacks *k)
{
	struct committee_id id = fixture_id(ONE_OF(k, stacks_committees));
	struct key key = key_committee(id);
	struct record r;

	if (!station_has(k->d->s, FAMILY_COMMITTEE, key))
		return;
	r = station_get(k->d->s, FAMILY_COMMITTEE, key);
	r.u.committee.name = random_text(k);
	plan_put(k->d->s->plan, key, &r);
	commit(k);
}
